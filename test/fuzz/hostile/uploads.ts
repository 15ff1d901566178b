import type { Random } from '../random.js';

const FIELDS = ['photo', 'photo', 'photo', 'store', '__proto__', 'constructor', '', 7, null];
const NAMES = [
  'a.png',
  '../../a',
  'con',
  '',
  '\u0000',
  '.',
  '..',
  '/etc/passwd',
  'x'.repeat(1000),
  '\ud800',
  7,
  null,
];
const SIZES = [0, 1, 10, 999, 1000, 1001, 2 ** 53, -1, 1.5, '1', null];
const TYPES = ['image/png', 'text/html', '', '__proto__', 'x'.repeat(500), 7, null];
const DISPOSITIONS = [
  ...[
    'form-data; name="photo"; filename="a.png"',
    'form-data; name="photo"; filename="../../a"',
    'form-data; name="__proto__"',
  ],
  ...[
    'form-data',
    '',
    'form-data; name="photo"; filename*=UTF-8\'\'%00%2e%2e',
    'attachment; filename="a"',
    'form-data; name="photo"',
  ],
];
const QUERIES = [
  'id=x',
  'id=x&offset=1',
  '',
  'id=',
  'id=a&id=b',
  'id=__proto__',
  'id=x&offset=-1',
  'id=x&offset=1e9',
  'offset=NaN',
];

/** Requests of a hostile page to the upload endpoint. It knows the protocol and its own token. */
export class HostileUploads {
  count = 0;
  /** Id of the last file that the site accepted. */
  id = 'x';
  readonly #random: Random;
  readonly #token: string;

  constructor(random: Random, token: string) {
    this.#random = random;
    this.#token = token;
  }

  next(port: number): string {
    this.count++;
    const random = this.#random;
    const host = `127.0.0.1:${port}`;
    const token = random.chance(0.9) ? this.#token : random.pick(['', 'x', 'a.b.c']);
    const [line, type, body] = random.chance(0.5) ? this.#plan() : this.#file();
    const length = random.chance(0.9) ? Buffer.byteLength(body) : random.below(100_000);
    const headers = [
      `host: ${host}`,
      `origin: http://${host}`,
      `issr-token: ${token}`,
      `content-type: ${type}`,
    ];
    return `${line} HTTP/1.1\r\n${headers.join('\r\n')}\r\ncontent-length: ${length}\r\n\r\n${body}`;
  }

  learn(answer: string): void {
    this.id = /"([\w-]{16,})",\d+\]/.exec(answer)?.[1] ?? this.id;
  }

  #plan(): [line: string, type: string, body: string] {
    const random = this.#random;
    const file = () =>
      random.pick<unknown>([[random.pick(NAMES), random.pick(SIZES), random.pick(TYPES)], 'x', null, []]);
    const files = () => Array.from({ length: random.below(14) }, file);
    const text = JSON.stringify(
      Array.from({ length: random.below(4) }, () => [random.pick(FIELDS), files()]),
    );
    const cut = random.chance(0.2) ? text.slice(0, random.below(text.length)) : text;
    return [
      'POST /issr/uploads',
      random.pick(['text/plain', 'text/plain', 'text/plain', 'application/json']),
      cut,
    ];
  }

  #file(): [line: string, type: string, body: string] {
    const random = this.#random;
    const part = () =>
      `--b\r\ncontent-disposition: ${random.pick(DISPOSITIONS)}\r\n\r\n${'x'.repeat(random.below(3000))}\r\n`;
    const parts = Array.from({ length: random.below(3) }, part).join('');
    const body = `${parts}${random.pick(['--b--\r\n', '--b--\r\n', '', '--b', '--c--\r\n'])}`;
    const type = random.pick([
      'multipart/form-data; boundary=b',
      'multipart/form-data; boundary=b',
      'multipart/form-data',
      'text/plain',
    ]);
    return [`POST /issr/uploads/file?${random.pick(QUERIES).replace('x', this.id)}`, type, body];
  }
}
