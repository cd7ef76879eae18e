import { randomBytes } from 'node:crypto';
import type { SeededRandom } from '../openapi/seeded-random';
import { RawConnection } from '../realtime/raw-connection';

/** Says something to the server that is not its protocol. Nothing has to come of it. */
export interface RawAttack {
  readonly name: string;
  readonly run: (port: number, token: string, random: SeededRandom) => Promise<RawConnection>;
}

const POLL = '/socket.io/?EIO=4&transport=polling';
const HEADS = 'Host: x\r\n';

/** Packets of the engine and of Socket.IO, good and bad, told from one another by nothing but their first letters. */
const PACKETS = [
  ...[
    '',
    '0',
    '1',
    '2',
    '3',
    '5',
    '6',
    '7',
    '9',
    'b',
    'bAAAA',
    'b!!!!',
    '4',
    '\u0000',
    '\ud800',
    '44',
    '45',
    '46',
    '49',
  ],
  ...[
    '40',
    '40{',
    '40{}',
    '40[]',
    '40null',
    '40/admin',
    '40/admin,',
    '40/,{}',
    '40/__proto__,{}',
    '41',
    '41/admin,',
  ],
  ...[
    '42',
    '42[',
    '42[]',
    '42{}',
    '42null',
    '42"x"',
    '420',
    '42[0]',
    '42["',
    '42["x"',
    '42["x",]',
    '42/admin,["x"]',
  ],
  ...['421e9["x"]', '42-1["x"]', '4299999999999999999999["x",{}]', '42["__proto__"]', '42[null]', '42[[]]'],
  ...['43', '43[]', '430[]', '431[1]', '43999999999999["x"]', '43{}', '43["__proto__"]', '44{"message":"x"}'],
  ...['450-["x"]', '451-["x",{"_placeholder":true,"num":0}]', '451-["x",{"_placeholder":true,"num":9}]'],
  ...[
    '4510000000-["x"]',
    '45-1-["x"]',
    '45["x"]',
    '461-1["x",{"_placeholder":true,"num":0}]',
    '45999999999999999-[]',
  ],
];

/** First bytes of WebSocket frames: opcodes nobody has defined, reserved bits, parts of what never began. */
const OPENERS = [
  0x83, 0x87, 0x8b, 0x8f, 0xc1, 0xa1, 0x91, 0xf1, 0x80, 0x00, 0x01, 0x02, 0x09, 0x08, 0x88, 0x89, 0x8a,
];

const REQUESTS = [
  `POST ${POLL} HTTP/1.1\r\n${HEADS}Content-Length: 3\r\n\r\n40{`,
  `PUT ${POLL} HTTP/1.1\r\n${HEADS}\r\n`,
  `DELETE ${POLL} HTTP/1.1\r\n${HEADS}\r\n`,
  `OPTIONS ${POLL} HTTP/1.1\r\n${HEADS}\r\n`,
  `GET /socket.io/ HTTP/1.1\r\n${HEADS}\r\n`,
  `GET /socket.io/?EIO=3&transport=polling HTTP/1.1\r\n${HEADS}\r\n`,
  `GET /socket.io/?EIO=4&transport=constructor HTTP/1.1\r\n${HEADS}\r\n`,
  `GET /socket.io/?EIO=4&transport=webtransport HTTP/1.1\r\n${HEADS}\r\n`,
  `GET ${POLL}&transport=websocket HTTP/1.1\r\n${HEADS}\r\n`,
  `GET ${POLL}&sid=__proto__ HTTP/1.1\r\n${HEADS}\r\n`,
  `GET ${POLL}&sid[]=a&sid[]=b HTTP/1.1\r\n${HEADS}\r\n`,
  `GET ${POLL}&sid=%00 HTTP/1.1\r\n${HEADS}\r\n`,
  `GET ${POLL}&j=1&b64=1 HTTP/1.1\r\n${HEADS}\r\n`,
  `GET ${POLL}&%ff%fe HTTP/1.1\r\n${HEADS}\r\n`,
  `GET ${POLL} HTTP/1.1\r\n${HEADS}Origin: http://evil.test\r\n\r\n`,
  upgrade('', 'Sec-WebSocket-Extensions: constructor\r\n'),
  upgrade('', 'Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=99\r\n'),
  upgrade('', 'Sec-WebSocket-Protocol: ,,,\r\n'),
  upgrade('', 'a: 1\r\n'.repeat(900)),
  upgrade('&sid=__proto__', ''),
  upgrade('&sid=AAAAAAAAAAAAAAAAAAAA', ''),
  upgrade('', '').replace('Sec-WebSocket-Key', 'X-Key'),
  upgrade('', '').replace('Version: 13', 'Version: 99'),
  upgrade('', '').replace('Upgrade: websocket', 'Upgrade: h2c'),
  upgrade('', '').replace('GET /socket.io/', 'GET /v1/users/me'),
  upgrade('', '').replace('GET', 'POST'),
];

/** Bodies of polls that post: packets are divided by a record separator. */
const POSTS = [
  '\x1e'.repeat(1_000),
  Array<string>(500).fill('42["x"]').join('\x1e'),
  Array<string>(500).fill('40{}').join('\x1e'),
  '6:42["x"]',
  '4'.repeat(1_000),
  'b' + 'A'.repeat(1_000),
  '1',
  '2probe',
  '{"json":true}',
  '\u0000\u0001\u0002',
  '42["send_message",' + '['.repeat(5_000),
];

export const RAW_ATTACKS: readonly RawAttack[] = [
  {
    name: 'raw: packets of a socket that is in',
    run: async (port, token, random) => {
      const connection = await entered(port, token);
      for (let n = 1 + random.below(4); n > 0; n--) connection.sends(random.oneOf(PACKETS));
      return connection;
    },
  },
  {
    name: 'raw: packets of a stranger',
    run: async (port, _token, random) => {
      const connection = await RawConnection.webSocket(port);
      for (let n = 1 + random.below(4); n > 0; n--) connection.sends(random.oneOf(PACKETS));
      return connection;
    },
  },
  {
    name: 'raw: auth that is none',
    run: async (port, token, random) => {
      const connection = await RawConnection.webSocket(port);
      const values = [
        'null',
        '0',
        '[]',
        '{}',
        '""',
        '"x.y.z"',
        `["${token}"]`,
        `{"toString":"${token}"}`,
        '1e400',
      ];
      const auths = [
        ...values.map((value) => `{"token":${value}}`),
        '{"__proto__":{"token":1}}',
        '"x"',
        '{"since":{}}',
      ];
      connection.sends(`40${random.oneOf(auths)}`);
      return connection;
    },
  },
  {
    name: 'raw: binary',
    run: async (port, token, random) => {
      const connection = await entered(port, token);
      connection.sends(randomBytes(random.below(2_000)));
      return connection;
    },
  },
  {
    name: 'raw: too large',
    run: async (port, token) => {
      const connection = await entered(port, token);
      connection.sends(`42["send_message",{"content":"${'x'.repeat(66_000)}"}]`);
      return connection;
    },
  },
  {
    name: 'raw: opcodes',
    run: async (port, token, random) => {
      const connection = await entered(port, token);
      const payload = randomBytes(random.below(126));
      const mask = random.below(4) === 0 ? 0 : 0x80;
      connection.says(
        Buffer.concat([
          Buffer.from([random.oneOf(OPENERS), mask | payload.length]),
          mask === 0 ? Buffer.alloc(0) : randomBytes(4),
          payload,
        ]),
      );
      return connection;
    },
  },
  {
    name: 'raw: fragments',
    run: async (port, token, random) => {
      const connection = await entered(port, token);
      const parts = 1 + random.below(2_000);
      const piece = (opcode: number): Buffer => Buffer.from([opcode, 0x81, 0, 0, 0, 0, 0x34]);
      connection.says(Buffer.concat([piece(0x01), ...Array.from({ length: parts }, () => piece(0x00))]));
      return connection;
    },
  },
  {
    name: 'raw: lengths',
    run: async (port, token, random) => {
      const connection = await entered(port, token);
      const lengths = [
        [0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        [0xff, 0x80, 0, 0, 0, 0, 0, 0, 0],
        [0xff, 0, 0, 0, 0, 0, 1, 0, 1],
        [0xfe, 0xff, 0xff],
        [0xfe, 0],
        [0x85],
        [],
      ];
      connection.says(Buffer.from([0x81, ...random.oneOf(lengths)]));
      return connection;
    },
  },
  {
    name: 'raw: bytes after the handshake',
    run: async (port, token, random) => {
      const connection = await entered(port, token);
      connection.says(randomBytes(1 + random.below(3_000)));
      return connection;
    },
  },
  {
    name: 'raw: requests',
    run: async (port, _token, random) => {
      const connection = await RawConnection.to(port);
      connection.says(random.oneOf(REQUESTS));
      return connection;
    },
  },
  {
    name: 'raw: half a request',
    run: async (port, _token, random) => {
      const connection = await RawConnection.to(port);
      const request = random.oneOf(REQUESTS);
      connection.says(request.slice(0, random.below(request.length)));
      return connection;
    },
  },
  {
    name: 'raw: polls',
    run: async (port, token, random) => {
      const sid = await session(port);
      const connection = await RawConnection.to(port);
      if (random.below(2) === 0) connection.says(post(sid, `40${JSON.stringify({ token })}`, 'text/plain'));
      const type = random.oneOf(['text/plain', 'application/octet-stream', 'application/json', 'x', '']);
      connection.says(post(sid, random.oneOf(POSTS), type));
      return connection;
    },
  },
  {
    name: 'raw: two polls at once',
    run: async (port) => {
      const sid = await session(port);
      const poll = `GET ${POLL}&sid=${sid} HTTP/1.1\r\n${HEADS}\r\n`;
      const [one, other] = [await RawConnection.to(port), await RawConnection.to(port)];
      one.says(poll);
      other.says(poll);
      await one.heardAnything();
      one.ends();
      return other;
    },
  },
];

async function entered(port: number, token: string): Promise<RawConnection> {
  const connection = await RawConnection.webSocket(port);
  connection.sends(`40${JSON.stringify({ token })}`);
  await connection.hears('42["ready"');
  return connection;
}

async function session(port: number): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}${POLL}`);
  return (JSON.parse((await answer.text()).slice(1)) as { sid: string }).sid;
}

function post(sid: string, body: string, type: string): string {
  const head = `POST ${POLL}&sid=${sid} HTTP/1.1\r\n${HEADS}Content-Type: ${type}\r\n`;
  return `${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

function upgrade(query: string, headers: string): string {
  return (
    `GET /socket.io/?EIO=4&transport=websocket${query} HTTP/1.1\r\n${HEADS}Upgrade: websocket\r\nConnection: Upgrade\r\n` +
    `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n${headers}\r\n`
  );
}
