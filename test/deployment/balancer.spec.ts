import { SCHEMA } from '../../src/config/config.schema';
import { COMPOSE, composeFile, ENVIRONMENT, NODES } from './compose-file';
import { fileText } from './repository';

interface Section {
  readonly kind: string;
  readonly name: string;
  readonly lines: readonly string[];
}

/** The sections of a configuration of HAProxy: a line that is not indented begins one. */
function sectionsOf(text: string): Section[] {
  const sections = text.replaceAll(/#.*/g, '').split(/^(?=\S)/m);
  return sections.map((section) => {
    const [head = '', ...lines] = section.trim().split(/\s*\n\s*/);
    const [kind = '', name = ''] = head.split(' ');
    return { kind, name, lines };
  });
}

describe('the balancer', () => {
  const sections = sectionsOf(fileText('deploy/haproxy.cfg'));
  const backends = sections.filter(({ kind }) => kind === 'backend');
  const { proxy } = composeFile(COMPOSE, ENVIRONMENT).services;

  function linesOf(kind: string, name: string): readonly string[] {
    const section = sections.find((one) => one.kind === kind && one.name === name);
    if (section === undefined) throw new Error(`There is no ${kind} ${name}.`);
    return section.lines;
  }

  it('knows every node, at the port it listens on, and no other', () => {
    const nodes = NODES.map((name) => `server ${name} ${name}:${String(SCHEMA.PORT.fallback?.value)}`);
    for (const { lines } of backends) {
      const servers = lines.filter((line) => line.startsWith('server '));
      expect(servers.map((line) => line.split(' ', 3).join(' '))).toEqual(nodes);
    }
  });

  it('sends what it gets to backends that are there', () => {
    const used = linesOf('frontend', 'public').flatMap(
      (line) => /^(?:use|default)_backend (\S+)/.exec(line)?.[1] ?? [],
    );
    expect(used.sort()).toEqual(backends.map(({ name }) => name).sort());
  });

  it('prefers the least busy of the nodes that say they are ready', () => {
    expect(linesOf('backend', 'nodes')).toEqual(
      expect.arrayContaining([
        'balance leastconn',
        'http-check send meth GET uri /health/ready',
        'http-check expect status 200',
        expect.stringMatching(/^default-server check inter 1s /),
      ]),
    );
  });

  it('keeps the polls of a session together by the address of the client', () => {
    expect(linesOf('frontend', 'public')).toEqual(
      expect.arrayContaining([
        'acl socket path_beg /socket.io/',
        'acl polling url_param(transport) -m str polling',
        'acl session url_param(sid) -m found',
        'use_backend nodes_by_address if socket polling or socket session',
      ]),
    );
    expect(linesOf('backend', 'nodes_by_address')).toContain('balance source');
  });

  it('tells nodes the address it saw, whatever the client claims', () => {
    expect(linesOf('frontend', 'public').filter((line) => line.startsWith('http-request'))).toEqual([
      'http-request del-header X-Forwarded- -m beg',
      'http-request set-header X-Forwarded-For %[src]',
    ]);
  });

  it.each(['client', 'server', 'tunnel'])('has more patience (%s) than a ping takes', (name) => {
    const timeout = linesOf('defaults', '').find((line) => line.startsWith(`timeout ${name} `));
    expect(parseInt(timeout?.split(' ')[2] ?? '', 10)).toBeGreaterThanOrEqual(60);
  });

  it('is mounted where its image reads it, listens where its port leads and is alive where it is asked', () => {
    expect(proxy?.volumes).toEqual(['./deploy/haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg:ro']);
    expect(linesOf('frontend', 'public')).toContain(`bind :${proxy?.ports?.[0]?.split(':').at(-1)}`);
    const { host } = new URL(proxy?.healthcheck?.test?.at(-1) ?? '');
    expect(linesOf('frontend', 'alive')).toContain(`bind ${host}`);
  });
});
