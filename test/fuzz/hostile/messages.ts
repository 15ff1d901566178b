import { PROTOCOL_VERSION } from '../../../src/protocol.js';
import type { Random } from '../random.js';
import { fieldsOf, type Json, OTHER_TYPES } from './extremes.js';

const NAMES = [
  'photo',
  ...['x', 'q', 'run', 'to', '', ' ', 'a b&c=d#?', '\u0000', '\ud800', '\u{1f600}', '\r\nset-cookie: a=b'],
  ...[
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    'length',
    'then',
    'id',
    'toJSON',
  ],
  ...['x[]', 'x[y]', 'x.y', '../x', '%00', '%', '<script>alert(1)</script>', '" onload="alert(1)'],
];
const URLS = [
  ...[
    '/',
    '/?x=1',
    '/?x=-1',
    '/?x=a&x=b',
    '/moved',
    '/moved?to=/',
    '/moved?to=//evil.example',
    '/plain/7',
    '/plain/x',
    '/events',
    '/socket',
  ],
  ...[
    '/issr',
    '/issr.js',
    '/issr/stream',
    '/issr/send',
    '/issr/send?link=1',
    '/issr/cookies?ticket=1',
    '/issr/../',
  ],
  ...[
    '/none',
    '/%',
    '/%00',
    '/%2e%2e/',
    '//evil.example',
    '/\\evil.example',
    'javascript:alert(1)',
    '',
    '/a#b',
    '/a b',
  ],
  ...['/?__proto__=1&__proto__[x]=1', '/?%', '/?&&==', '/;x=1', '/\ud800', `/${'a'.repeat(300)}`, '/?run=1'],
];
/** Values of a wrong type. */
const STRANGERS: Json[] = [
  ...[null, true, false, 0, -0, -1, 1.5, 1e308, -1e308, 2 ** 31, 2 ** 32, 2 ** 53, 7],
  ...['', 'x', '1', '__proto__', '\ud800', [], [[]], [[[]]], [null], ['x'], ['x', 'y'], {}],
  ...[{ length: 1 }, { 0: 'x', length: 1 }, { toString: 'x' }, { toJSON: 'x' }],
  JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"then":"x"}'),
];
const VERBS = [
  'join',
  'event',
  'params',
  'resync',
  'ping',
  'bye',
  'page',
  'patch',
  '__proto__',
  'constructor',
  '',
];

/** Messages of a hostile page that knows the protocol, its own token and its event number. */
export class HostileMessages {
  readonly #random: Random;
  readonly #token: string;
  #number = 0;
  /** Number of messages sent after the join. */
  count = 0;

  constructor(random: Random, token: string) {
    this.#random = random;
    this.#token = token;
  }

  /** A join as a browser would say it. */
  join(): string {
    return JSON.stringify(['join', PROTOCOL_VERSION, this.#token, '/', [], 0, 0, 0]);
  }

  /** Says that fields hold files: one of them may be there. */
  files(id = ''): Json[] {
    const file = () => (this.#random.chance(0.5) ? id : this.#text());
    return ['files', this.#list(2, () => [this.#name(), this.#list(2, file)])];
  }

  next(): string {
    this.count++;
    const kind = this.#random.below(23);
    if (kind >= 20) return this.#extreme();
    if (kind < 8) return JSON.stringify(this.#message());
    if (kind < 11) return JSON.stringify(this.#reordered());
    if (kind < 15) return JSON.stringify(this.#confused(this.#message()));
    if (kind < 18) return this.#malformed(JSON.stringify(this.#message()));
    return this.#oversized();
  }

  /** Returns a well-formed message with random content. */
  #message(): Json[] {
    const kind = this.#random.below(10);
    if (kind < 5) return this.#event(++this.#number);
    if (kind < 7) return ['params', this.#change()];
    return this.#random.pick<() => Json[]>([
      () => ['resync'],
      () => this.files(),
      () => ['ping'],
      () => [
        'join',
        PROTOCOL_VERSION,
        this.#token,
        this.#url(),
        this.#params(),
        this.#count(),
        this.#number,
        this.#count(),
      ],
    ])();
  }

  #event(number: number): Json[] {
    const event: Json[] = [
      'event',
      number,
      this.#change(),
      this.#list(2, () => [this.#name(), this.#text()]),
    ];
    return this.#random.chance(0.3) ? [...event, this.#url()] : event;
  }

  /** Said before, said too early, said by the wrong side. */
  #reordered(): Json[] {
    const random = this.#random;
    const number = random.pick([0, this.#number, this.#number - 1, this.#number + 2, 2 ** 53 - 1]);
    return random.pick<() => Json[]>([
      () => this.#event(number),
      () => ['bye'],
      () => ['join', PROTOCOL_VERSION + random.below(2), this.#token, '/', [], 0, number, number],
      () => ['join', PROTOCOL_VERSION, 'a.b.c', '/', [], 0, 0, 0],
      () => [random.pick(VERBS), ...this.#list(3, () => random.pick(STRANGERS))],
    ])();
  }

  /** Replaces, removes or duplicates one part, at any depth. */
  #confused(json: Json): Json {
    const random = this.#random;
    if (!Array.isArray(json) || json.length === 0 || random.chance(0.2)) return random.pick(STRANGERS);
    const at = random.below(json.length);
    const kind = random.below(8);
    if (kind === 0) return json.toSpliced(at, 1);
    if (kind === 1) return json.toSpliced(at, 0, random.pick(json));
    if (kind === 2) return Object.fromEntries(json.entries()) as Json;
    return json.with(at, this.#confused(json[at] as Json));
  }

  /** Some characters of it are others, or gone. */
  #malformed(text: string): string {
    const random = this.#random;
    let result = text;
    for (let count = 1 + random.below(3); count > 0; count--) {
      const at = random.below(result.length + 1);
      const kind = random.below(5);
      if (kind === 0) result = result.slice(0, at);
      else if (kind === 1) result = result.slice(0, at) + result.slice(at + 1 + random.below(4));
      else if (kind === 2)
        result = result.slice(0, at) + random.pick([...'[]{}",:\\0-e\u0000\n\ufeff']) + result.slice(at);
      else if (kind === 3) result = result.slice(at) + result.slice(0, at);
      else result += random.pick([result, ' ', '\n', ',', ']', '["ping"]']);
    }
    return result;
  }

  /** Returns a message with one field, or two, at an extreme. */
  #extreme(): string {
    const random = this.#random;
    const fields = Object.entries(fieldsOf(this.#token, this.#number + 1));
    const [verb, operands] = random.pick(fields);
    if (verb === 'event') this.#number++;
    const message: Json[] = [verb, ...operands.map(([valid]) => valid as Json)];
    for (let count = random.below(Math.min(operands.length, 2) + 1); count > 0; count--) {
      const at = random.below(operands.length);
      message[at + 1] = random.pick([...(operands[at] as Json[]), ...OTHER_TYPES]);
    }
    return JSON.stringify(message);
  }

  /** On both sides of each of the site's limits. */
  #oversized(): string {
    const random = this.#random;
    const many = 30 + random.below(20);
    const long = (mean: number) => 'x'.repeat(mean - 10 + random.below(20));
    const event = (change: Json) => JSON.stringify(['event', ++this.#number, change, []]);
    return random.pick([
      () => event([Array.from({ length: many }, (_, i) => [`p${i}`, 'v']), []]),
      () => event([[[long(60), 'v']], []]),
      () => event([[['x', long(4000)]], []]),
      () => event([[['q', Array(random.below(3000)).fill('')]], []]),
      () => event([[], Array(random.below(4000)).fill('x')]),
      () => JSON.stringify(['params', [[['q', long(16 * 1024)]], []]]),
      () => '['.repeat(random.below(16_000)) + ']'.repeat(random.below(3)),
      () => `["ping"${','.repeat(random.below(5000))}]`,
      () => JSON.stringify(['event', ++this.#number, [[], []], Array(random.below(900)).fill(['run', 'x'])]),
    ])();
  }

  #change(): Json[] {
    return [this.#params(), this.#list(2, () => this.#name())];
  }

  #params(): Json[] {
    const value = () => (this.#random.chance(0.2) ? this.#list(3, () => this.#text()) : this.#text());
    return this.#list(3, () => [this.#name(), value()]);
  }

  #list(most: number, item: () => Json): Json[] {
    return Array.from({ length: this.#random.below(most + 1) }, item);
  }

  #name(): string {
    return this.#random.pick(NAMES);
  }

  #text(): string {
    return this.#random.pick(this.#random.chance(0.5) ? NAMES : ['1', '7', '-1', 'text']);
  }

  #url(): string {
    return this.#random.pick(URLS);
  }

  #count(): number {
    return this.#random.pick([0, 1, 7, 2 ** 32 - 1]);
  }
}
