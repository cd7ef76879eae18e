import { defaultTreeAdapter, type DefaultTreeAdapterMap, html, parseFragment, serialize } from 'parse5';
import type { MessageDto } from '../../../src/message-view';
import type { Person } from '../../support/chat-client';
import type { Device } from '../../support/device';
import { eventually } from '../../support/eventually';
import { HOSTILE_TEXTS } from '../../support/hostile-texts';
import { expectProblem } from '../../support/problem';
import { times } from '../../support/times';
import { World } from '../../support/world';

type Node = DefaultTreeAdapterMap['node'];
type Element = DefaultTreeAdapterMap['element'];

/** Elements into which a page may put a message. In each a browser reads the same text differently. */
const PLACES: Element[] = [
  ...['div', 'p', 'li', 'td', 'tr', 'table', 'select', 'a', 'pre', 'template', 'noscript', 'title'].map(
    (name) => defaultTreeAdapter.createElement(name, html.NS.HTML, []),
  ),
  defaultTreeAdapter.createElement('svg', html.NS.SVG, []),
  defaultTreeAdapter.createElement('math', html.NS.MATHML, []),
];

/** What is more than text and our links: by the HTML standard's own algorithm, as browsers have it. */
function alive(node: Node, found: string[] = []): string[] {
  const { nodeName } = node;
  if (nodeName === 'a') found.push(...faultsOfLink(node));
  else if (nodeName !== '#text' && nodeName !== '#document-fragment') found.push(nodeName);
  if ('content' in node) alive(node.content, found);
  if ('childNodes' in node) for (const child of node.childNodes) alive(child, found);
  return found;
}

function faultsOfLink({ attrs }: Element): string[] {
  const names = attrs.map(({ name }) => name);
  const { href = '', rel } = Object.fromEntries(
    attrs.map(({ name, value }): [string, string] => [name, value]),
  );
  return [
    ...names.filter((name) => !['href', 'rel'].includes(name)),
    ...(/^https?:$/.test(new URL(href, 'about:blank').protocol) ? [] : [`href ${href}`]),
    ...(rel === 'noopener nofollow' ? [] : [`rel ${rel}`]),
  ];
}

function textIn(node: Node): string {
  if ('value' in node) return node.value;
  return 'childNodes' in node ? node.childNodes.map(textIn).join('') : '';
}

/** What is wrong with it anywhere in a page. */
function faults({ content, contentHtml }: MessageDto): string[] {
  const markup = contentHtml ?? '';
  return [
    ...PLACES.flatMap((place) =>
      alive(parseFragment(place, markup, {})).map((what) => `${what} in ${place.nodeName}`),
    ),
    // Read, written and read again, it would be something else where parsers disagree.
    ...alive(parseFragment(serialize(parseFragment(markup)))).map((what) => `${what} the second time`),
    ...(textIn(parseFragment(markup)) === content ? [] : ['another text']),
  ];
}

const ADDRESS = 'https://a.example/';
const VECTORS = HOSTILE_TEXTS.flatMap((text) => [text, `${ADDRESS}${text}`, `${text}${ADDRESS}`]).filter(
  (text) => !text.includes('\0') && text.trim() !== '',
);

describe('T17 what somebody writes', () => {
  let world: World;
  let alice: Person;
  let bob: Person;
  let his: Device;
  let chat: { id: string };
  let sent: MessageDto[];
  beforeAll(async () => {
    world = await World.start();
    [alice, bob] = [world.person('Alice'), world.person('Bob')];
    chat = await alice.chatWith(bob);
    his = await bob.connects();
    const answers = await times(VECTORS.length, async (index) => alice.says(chat, VECTORS[index] ?? ''));
    expect(answers.filter(({ status }) => status !== 201)).toEqual([]);
    sent = answers.map(({ body }) => body);
    await eventually(() => expect(his.messages).toHaveLength(VECTORS.length));
  });
  afterAll(() => world.stop());

  const dangerous = (messages: readonly MessageDto[]): [string | null, string[]][] =>
    messages
      .map((message): [string | null, string[]] => [message.content, faults(message)])
      .filter(([, found]) => found.length > 0);

  it('is more than three hundred attacks, most of them alive where nobody escapes them', () => {
    expect(new Set(VECTORS).size).toBeGreaterThan(300);
    const raw = sent.map((message) => ({ ...message, contentHtml: message.content }));
    expect(dangerous(raw).length).toBeGreaterThan(150);
  });

  it('is text and links in any page that it is put into: as it was sent', () => {
    expect(dangerous(sent)).toEqual([]);
  });

  it('is the same as it is heard, read and edited', async () => {
    expect(dangerous(his.messages)).toEqual([]);
    const { items } = (await bob.reads(chat, { limit: 100 })).body;
    expect(dangerous(items)).toEqual([]);
    const [{ id } = { id: '' }] = items;
    for (const content of VECTORS.slice(0, 15)) {
      const path = `/v1/conversations/${chat.id}/messages/${id}`;
      await alice.asks('PATCH', path, { body: { content } });
      const { body } = await bob.finds(chat, id);
      expect([body.content, faults(body)]).toEqual([content, []]);
    }
  });

  it.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'http://a.example/a.png',
    'https:javascript:alert(1)\u0000',
    ' https://a.example',
    'https://a.example/"\n',
  ])('is no picture: %j', async (avatarUrl) => {
    expectProblem(await alice.founds([bob], { avatarUrl }), 'validation_failed', 'avatarUrl');
    const group = await alice.groupWith(bob);
    expectProblem(await alice.changes(group, { avatarUrl }), 'validation_failed', 'avatarUrl');
    const mallory = world.person('Mallory');
    world.kaha.knowsUsers({ uuid: mallory.id, name: '<img src=x onerror=a()>', avatar_url: avatarUrl });
    const { participants } = await mallory.chatWith(alice);
    const shown = participants.find(({ userId }) => userId === mallory.id)?.profile;
    expect(shown).toMatchObject({ name: '<img src=x onerror=a()>', avatarUrl: null });
  });

  it('is never taken for a page: every answer says what it is', async () => {
    const { headers } = await alice.reads(chat);
    expect(headers['content-type']).toMatch(/^application\/json\b/);
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff' });
    const script = '<script>alert(1)</script>';
    const refused = await alice.asks('GET', `/v1/conversations/${encodeURIComponent(script)}`);
    expectProblem(refused, 'validation_failed');
    const nowhere = await alice.asks('GET', `/v1/${encodeURIComponent(script)}`);
    expectProblem(nowhere, 'not_found');
  });
});
