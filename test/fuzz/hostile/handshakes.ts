import type { Random } from '../random.js';

const KEY = 'sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==';

/** Alternatives for each line of a handshake. The first is a browser's. */
function linesFor(host: string): string[][] {
  return [
    [
      `host: ${host}`,
      'host: ',
      'host: evil.example',
      `host: ${host}\r\nhost: ${host}`,
      'host: [',
      `host: x@${host}`,
      '',
    ],
    [
      ...[
        `origin: http://${host}`,
        'origin: null',
        'origin: ',
        'origin: http://evil.example',
        `origin: http://${host}.evil.example`,
      ],
      ...[
        `origin: http://${host}@evil.example`,
        `origin: http://evil.example/${host}`,
        'origin: [',
        `origin: ${'x'.repeat(5000)}`,
        '',
      ],
      ...[
        `origin: http://${host}\r\norigin: http://evil.example`,
        `origin: http://${host}, http://evil.example`,
        'origin: \u00ff\u00fe',
      ],
    ],
    [
      'connection: upgrade',
      'connection: close',
      'connection: keep-alive, Upgrade',
      'connection: upgrade, close',
      'connection: ',
      '',
    ],
    [
      'upgrade: websocket',
      'upgrade: h2c',
      'upgrade: WebSocket, h2c',
      'upgrade: ',
      'upgrade: websocket\r\nupgrade: websocket',
      '',
    ],
    [
      ...['13', '8', '14', '1', '0', '-1', '99999999999', 'x', ''].map(
        (version) => `sec-websocket-version: ${version}`,
      ),
      '',
    ],
    [
      ...[
        KEY,
        'sec-websocket-key: ',
        'sec-websocket-key: AAAA',
        'sec-websocket-key: ?',
        `sec-websocket-key: ${'A'.repeat(5000)}`,
        '',
      ],
      `${KEY}\r\n${KEY}`,
    ],
    [
      ...[
        '',
        'sec-websocket-protocol: x',
        'sec-websocket-protocol: ',
        'sec-websocket-protocol: x, x',
        'sec-websocket-protocol: (',
        'x: y',
      ],
      ...[
        'permessage-deflate',
        'permessage-deflate; server_max_window_bits=99',
        'x;;',
        '(',
        'permessage-deflate, '.repeat(200),
      ].map((extension) => `sec-websocket-extensions: ${extension}`),
    ],
    [
      ...[
        '',
        'cookie: a=b',
        `cookie: ${'a=b; '.repeat(1000)}`,
        'cookie: __proto__=x',
        'content-length: 5',
        'content-length: -1',
      ],
      ...[
        'transfer-encoding: chunked',
        'expect: 100-continue',
        'no colon',
        ': no name',
        ' folded',
        'x\u0000: y',
        `x: ${'y'.repeat(20_000)}`,
      ],
      ...[
        'x: y\r\n'.repeat(3000),
        'x-forwarded-host: evil.example',
        'http2-settings: AAMAAABkAAQAAP__',
        'x: \ud83d\ude00',
      ],
    ],
  ];
}

const LINES = [
  ...[
    'GET /issr HTTP/1.1',
    'POST /issr HTTP/1.1',
    'CONNECT /issr HTTP/1.1',
    'OPTIONS * HTTP/1.1',
    'HEAD /issr HTTP/1.1',
    'GET /issr HTTP/1.0',
  ],
  ...[
    'GET /issr HTTP/2.0',
    'GET /issr',
    'get /issr HTTP/1.1',
    'GET  /issr HTTP/1.1',
    'GET http://evil.example/issr HTTP/1.1',
    'GET //issr HTTP/1.1',
  ],
  ...[
    'GET /issr/ HTTP/1.1',
    'GET /issr?x=1 HTTP/1.1',
    'GET /issr#x HTTP/1.1',
    'GET /issr%00 HTTP/1.1',
    'GET /./issr HTTP/1.1',
    'GET /% HTTP/1.1',
  ],
  ...[
    'GET / HTTP/1.1',
    'GET /none HTTP/1.1',
    'GET /issr/stream HTTP/1.1',
    'GET /issr.js HTTP/1.1',
    'GET /issr/cookies HTTP/1.1',
    'GET /moved HTTP/1.1',
  ],
  ...[
    'GET /socket HTTP/1.1',
    'GET /events HTTP/1.1',
    'GET /plain/7 HTTP/1.1',
    'GET /plain/x HTTP/1.1',
    'POST / HTTP/1.1',
    'POST /issr/send HTTP/1.1',
    `GET /${'x'.repeat(17_000)} HTTP/1.1`,
  ],
];
const TLS_HELLO = '\u0016\u0003\u0001\u0000\u00a5\u0001\u0000\u0000\u00a1\u0003\u0003';
const HTTP2_PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

/** A handshake that is wrong in a few ways, or in none and does not end, or is none at all. */
export function hostileHandshake(random: Random, port: number): Buffer {
  if (random.chance(0.05)) return notHttp(random);
  const lines = linesFor(`127.0.0.1:${port}`).map((choices) => choices[0] as string);
  const choices = linesFor(`127.0.0.1:${port}`);
  for (let wrong = random.below(4); wrong > 0; wrong--) {
    const at = random.below(lines.length);
    lines[at] = random.pick(choices[at] as string[]);
  }
  const first = random.chance(0.6) ? (LINES[0] as string) : random.pick(LINES);
  const head = [first, ...lines.filter((line) => line !== '')].join(random.chance(0.97) ? '\r\n' : '\n');
  const whole = `${head}\r\n\r\n`;
  const kind = random.below(20);
  if (kind === 0) return Buffer.from(whole.slice(0, random.below(whole.length)));
  if (kind === 1) return Buffer.from(whole + whole);
  if (kind === 2) return Buffer.from(`${whole}${'x'.repeat(random.below(20_000))}`);
  if (kind === 3) return Buffer.concat([Buffer.from(whole), noise(random)]);
  return Buffer.from(whole, random.chance(0.9) ? 'utf8' : 'latin1');
}

function notHttp(random: Random): Buffer {
  const text = random.pick([
    TLS_HELLO,
    HTTP2_PREFACE,
    '\r\n\r\n',
    '\n',
    'x',
    '\u0000'.repeat(100),
    'SSH-2.0-x\r\n',
  ]);
  return random.chance(0.5) ? Buffer.from(text, 'latin1') : noise(random);
}

function noise(random: Random): Buffer {
  return Buffer.from(Array.from({ length: 1 + random.below(200) }, () => random.below(256)));
}
