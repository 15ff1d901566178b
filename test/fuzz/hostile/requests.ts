import type { Random } from '../random.js';
import { RawConnection } from './connection.js';

/** Sends any bytes, and then no more; the status of the answer, 0 if the site ends the connection without one. */
export async function request(port: number, bytes: string | Buffer): Promise<number> {
  return statusOf(await answerTo(port, bytes));
}

/** The same: the beginning of the answer, empty if there is none. */
export async function answerTo(port: number, bytes: string | Buffer): Promise<string> {
  const connection = new RawConnection(port);
  connection.write(bytes);
  connection.end();
  const answer = await connection.until((received) =>
    statusOf(String(received)) > 0 ? String(received) : undefined,
  );
  connection.cut();
  return answer ?? '';
}

export function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);
}

/** A POST of a page of the site; `type` may bring further headers. */
export function post(port: number, url: string, body: string, type = 'text/plain'): Promise<number> {
  const host = `127.0.0.1:${port}`;
  const head = `POST ${url} HTTP/1.1\r\nhost: ${host}\r\norigin: http://${host}\r\ncontent-type: ${type}`;
  return request(port, `${head}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}

const PATHS = [
  ...[
    '/issr/uploads',
    '/issr/uploads/file',
    '/issr/uploads/file?id=x&offset=-1',
    '/issr-uploads.js',
    '/events',
    '/socket',
  ],
  ...[
    '/issr/send',
    '/issr/send?link=x',
    '/issr/send?link=',
    '/issr/send?link=a&link=b',
    '/issr/send?link[]=x',
    '/issr/send?__proto__=x',
  ],
  ...[
    '/issr/stream',
    '/issr/stream?x=1',
    '/issr/cookies',
    '/issr/cookies?ticket=x',
    '/issr/cookies?ticket=a&ticket=b',
  ],
  ...[
    '/issr',
    '/issr/',
    '/issr.js',
    '/issr.js?x',
    '/issr.js/..%2f..%2fpackage.json',
    '/issr/../package.json',
    '/',
    '/?run',
    '/?x=a',
  ],
  ...[
    '/?run=1&run=2',
    '/moved?to=%0d%0aset-cookie:%20a=b',
    '/plain/7',
    '/%',
    '/%00',
    '//',
    '/?__proto__=x',
    '/?x=1&x=2',
  ],
];
const METHODS = [
  'GET',
  'POST',
  'POST',
  'POST',
  'HEAD',
  'PUT',
  'DELETE',
  'OPTIONS',
  'PATCH',
  'TRACE',
  'PROPFIND',
  'GETT',
  '',
];
const TYPES = [
  ...[
    'text/plain',
    'text/plain;charset=utf-16',
    'application/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
  ],
  ...[
    'multipart/form-data; boundary=x',
    'text/html',
    'application/octet-stream',
    '',
    'x',
    ';',
    'text/plain, application/json',
  ],
];
const BODIES = [
  ...[
    '',
    '["ping"]',
    '["ping"]\n["ping"]',
    '\n\n\n',
    'x=1&run=2',
    'run=1&run=2',
    '__proto__=x',
    '__proto__[x]=1',
    '%',
    'link=x',
  ],
  ...[
    '{"__proto__":{"polluted":true}}',
    'null',
    '7',
    '[]',
    '{"toString":1}',
    '"text"',
    '{',
    '--x\r\n\r\n\r\n--x--',
    '\u0000',
    '\ufeff["ping"]',
  ],
];

/** A request that no browser would make: which route, method, headers and body, by chance. */
export function hostileRequest(random: Random, port: number): string {
  const host = `127.0.0.1:${port}`;
  const body = random.chance(0.05) ? 'x'.repeat(random.pick([16_384, 16_385, 100_000])) : random.pick(BODIES);
  const length = Buffer.byteLength(body);
  const headers = [
    `host: ${random.chance(0.9) ? host : random.pick(['', 'evil.example', '[', 'a b', `${host}, ${host}`])}`,
    random.pick([
      `origin: http://${host}`,
      `origin: http://${host}`,
      'origin: null',
      'origin: http://evil.example',
      'origin: [',
      'x: y',
    ]),
    `content-type: ${random.pick(TYPES)}`,
    random.pick([...Array(6).fill(`content-length: ${length}`), ...lengths(length)]),
    random.pick([
      'x: y',
      'x: y',
      'cookie: a=b; __proto__=c; a',
      'cookie: ;=;',
      'issr-token: x',
      'issr-token: a.b.c',
      'issr-token: x',
      'issr-token: a.b.c',
      'issr-token: ',
      'expect: 100-continue',
      'accept-encoding: gzip',
      'te: trailers',
      'content-encoding: gzip',
      'last-event-id: \u00ff',
      'x-forwarded-for: x',
      `x: ${'y'.repeat(20_000)}`,
    ]),
  ];
  const line = `${random.pick(METHODS)} ${random.pick(PATHS)} ${random.chance(0.95) ? 'HTTP/1.1' : random.pick(['HTTP/1.0', 'HTTP/2.0', 'HTTP/9', ''])}`;
  const bytes = `${[line, ...headers].join('\r\n')}\r\n\r\n${body}`;
  return random.chance(0.2) ? bytes.slice(0, random.below(bytes.length)) : bytes;
}

/** Lengths that are not the body's, and bodies in pieces. */
function lengths(length: number): string[] {
  return [
    ...[
      `content-length: ${length + 10}`,
      'content-length: -1',
      'content-length: 1e3',
      'content-length: 99999999999999999999',
    ],
    ...[
      `content-length: ${length}\r\ncontent-length: ${length + 1}`,
      'transfer-encoding: chunked',
      'transfer-encoding: gzip',
    ],
    `transfer-encoding: chunked\r\ncontent-length: ${length}`,
  ];
}
