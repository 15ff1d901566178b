import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { IssrEventDetails } from '../../client/api.js';
import { diagnostics } from '../../src/diagnostics/diagnostics.js';
import { errors } from '../../src/errors.js';
import { type ClientMessage, CloseCode, type ServerMessage, type Verb } from '../../src/protocol.js';
import {
  anchorsOf,
  codeSpans,
  DOCUMENTS,
  ROOT,
  readDocument,
  relativeLinks,
  tableRows,
} from '../support/documents.js';

/** The compiler keeps these equal to the types: a missing or an unknown verb does not compile. */
const CLIENT_MESSAGES = {
  join: 1,
  event: 1,
  prefetch: 1,
  params: 1,
  files: 1,
  resync: 1,
  ping: 1,
  debug: 1,
  bye: 1,
} satisfies Record<ClientMessage[0], 1>;
const SERVER_MESSAGES = {
  joined: 1,
  base: 1,
  nonces: 1,
  patch: 1,
  page: 1,
  redirect: 1,
  outcome: 1,
  running: 1,
  url: 1,
  state: 1,
  cookies: 1,
  error: 1,
  closing: 1,
  pong: 1,
  times: 1,
  mistakes: 1,
  reload: 1,
  prefetched: 1,
} satisfies Record<ServerMessage[0], 1>;
const INSTRUCTIONS = { s: 1, t: 1, c: 1, i: 1, r: 1, m: 1, h: 1 } satisfies Record<Verb, 1>;
const DOM_EVENTS = {
  connect: 1,
  disconnect: 1,
  'before-patch': 1,
  patch: 1,
  error: 1,
  lost: 1,
} satisfies Record<keyof IssrEventDetails, 1>;

test('errors.md has exactly the error codes, with their status', () => {
  const documented = tableRows('docs/errors.md')
    .map(([code = '', status]) => `${codeSpans(code)} ${status}`)
    .filter((row) => row.startsWith('ISSR_ERR_'));
  const actual = Object.entries(errors).map(
    ([code, IssrError]) => `${code} ${new IssrError('', '', '').statusCode ?? 500}`,
  );
  assert.deepEqual(documented.sort(), actual.sort());
});

test('errors.md names the options that decide on an error', () => {
  const source = readFileSync(join(ROOT, 'src/errors.ts'), 'utf8');
  const rows = new Map(
    tableRows('docs/errors.md').map(([code = '', , when = '']) => [codeSpans(code)[0], when]),
  );
  const missing = Array.from(
    source.matchAll(/\/\*\*((?:(?!\*\/).)*)\*\/\s+(ISSR_ERR_\w+): createError\(([^;]*?)\),\n/gs),
  ).flatMap(([, comment = '', code = '', call = '']) => {
    const options = `${comment} ${call}`.match(/\b(?:max[A-Z]|when[A-Z])\w+/g) ?? [];
    return options
      .filter((option) => !rows.get(code)?.includes(option))
      .map((option) => `${code}: ${option}`);
  });
  assert.deepEqual(missing, []);
});

test("errors.md has the codes of the browser's console", () => {
  const actual = clientSources().flatMap((source) =>
    Array.from(
      source.matchAll(/report\(\s*'(ISSR_\w+)',\s*'([\w -]+)'/g),
      ([, code, fault]) => `${code} ${fault}`,
    ),
  );
  const documented = tableRows('docs/errors.md', "In the browser's console").map(
    ([code = '', fault]) => `${codeSpans(code)} ${fault}`,
  );
  assert.deepEqual(documented.sort(), [...new Set(actual)].sort());
});

test('warnings.md has exactly the codes of warnings', () => {
  const source = readFileSync(join(ROOT, 'src/mistakes/warnings.ts'), 'utf8');
  const codes = Array.from(source.matchAll(/'(ISSR_WARN_\w+)'/g), ([, code]) => code);
  const text = readFileSync(join(ROOT, 'docs/warnings.md'), 'utf8');
  const documented = Array.from(text.matchAll(/^## (ISSR_WARN_\w+)$/gm), ([, code]) => code);
  assert.deepEqual(documented.sort(), codes.sort());
});

test('observability.md has exactly the diagnostics channels', () => {
  const channels = Object.values(diagnostics).map((channel) =>
    'name' in channel ? channel.name : String(channel.start.name).slice('tracing:'.length, -':start'.length),
  );
  const documented = tableRows('docs/observability.md', 'Channels').flatMap(([name = '']) => codeSpans(name));
  assert.deepEqual(documented.sort(), channels.sort());
});

test('protocol.md has exactly the close codes', () => {
  const documented = tableRows('docs/protocol.md', 'Close codes').map(([code]) => Number(code));
  assert.deepEqual(documented.sort(), Object.values(CloseCode).sort());
});

test('protocol.md has exactly the messages and instructions', () => {
  assertNames('docs/protocol.md', 'Messages of the page', Object.keys(CLIENT_MESSAGES));
  assertNames('docs/protocol.md', 'Messages of the server', Object.keys(SERVER_MESSAGES));
  assertNames('docs/protocol.md', 'Instructions', Object.keys(INSTRUCTIONS));
});

test('browser.md has exactly the DOM events', () => {
  assertNames(
    'docs/browser.md',
    'DOM events',
    Object.keys(DOM_EVENTS).map((name) => `issr:${name}`),
  );
});

test('docs has exactly the attributes that the source reads', () => {
  const documented = DOCUMENTS.filter((file) => file.startsWith('docs/'))
    .flatMap((file) => tableRows(file))
    .flatMap(([first = '']) => codeSpans(first))
    .flatMap((span) => span.match(/\bdata-(?:rr|issr)(?:-\w+)*/g) ?? []);
  assert.deepEqual([...new Set(documented)].sort(), [...attributesOfClient()].sort());
});

/** Sources of the package's entries beside `fastify-issr`. */
const ENTRIES = {
  redis: 'src/redis/redis-adapter.ts',
  'adapter-tests': 'src/cluster/adapter-tests.ts',
  testing: 'src/testing/open-page.ts',
  client: 'client/api.ts',
};

test('types.md has exactly the exported names', () => {
  const index = readFileSync(join(ROOT, 'src/index.ts'), 'utf8');
  const names = Array.from(index.matchAll(/^export (?:type )?\{([^}]*)\}/gm), ([, list = '']) => list)
    .flatMap((list) => list.split(','))
    .map((item) =>
      item
        .replace(/^\s*type\s/, '')
        .replace(/^.* as /, '')
        .trim(),
    )
    .filter((name) => name !== '');
  assertNames('docs/types.md', 'fastify-issr', names);
  const exported = /^export (?:type \{([^}]*)\}|(?:async function|function|interface|type) (\w+))/gm;
  for (const [entry, file] of Object.entries(ENTRIES)) {
    const source = readFileSync(join(ROOT, file), 'utf8');
    assertNames(
      'docs/types.md',
      `fastify-issr/${entry}`,
      Array.from(source.matchAll(exported), ([, list, name = '']) => list?.split(',') ?? [name])
        .flat()
        .map((name) => name.trim()),
    );
  }
});

test('relative links and their anchors exist', () => {
  const dead = DOCUMENTS.flatMap((file) =>
    relativeLinks(file)
      .filter((link) => !isLink(file, link))
      .map((link) => `${file}: ${link}`),
  );
  assert.deepEqual(dead, []);
});

/** Documents, images, and examples, which are pages of the site. */
const ON_SITE = /^#|\.md(?:#|$)|^\.\/images\/|^(?:\.\.\/)?examples\/[\w-]+(?:\.tsx?|\/)$|^LICENSE$/;

test('relative links lead to what the site of the documents shows', () => {
  const outside = DOCUMENTS.flatMap((file) =>
    relativeLinks(file)
      .filter((link) => !ON_SITE.test(link))
      .map((link) => `${file}: ${link}`),
  );
  assert.deepEqual(outside, []);
});

test('the package has the documents that the readme and the warnings name', () => {
  const { files } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { files: string[] };
  const roots = new Set(relativeLinks('README.md').map((link) => link.split(/[/#]/)[0]));
  // npm packs it always.
  roots.delete('LICENSE');
  assert.deepEqual(
    [...roots].filter((root) => !files.includes(root as string)),
    [],
  );
});

test('files named in code spans exist', () => {
  const names = DOCUMENTS.flatMap((file) =>
    codeSpans(readDocument(file))
      .filter((span) => /^(?:bench|client|docs|examples|src|test)\/[\w./-]+$/.test(span))
      .map((span) => ({ file, span })),
  );
  assert.ok(names.length > 20, `found only ${names.length}`);
  assert.deepEqual(
    names.filter(({ span }) => !existsSync(join(ROOT, span))),
    [],
  );
});

/** Code spans of the first column are exactly these names. */
function assertNames(file: string, heading: string, names: string[]): void {
  const documented = tableRows(file, heading).flatMap(([first = '']) => codeSpans(first));
  assert.deepEqual(documented.sort(), names.sort(), `${file}, ${heading}`);
}

/** Literals of `data-rr` and `data-issr…` in the client. The script tag's own attributes are not for authors. */
function attributesOfClient(): Set<string> {
  return new Set(
    clientSources().flatMap((source) => source.match(/(?<=')data-(?:rr|issr)(?:-\w+)*(?=')/g) ?? []),
  );
}

function clientSources(): string[] {
  return readdirSync(join(ROOT, 'client'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(ROOT, 'client', name), 'utf8'));
}

function isLink(file: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? file : join(dirname(file), path);
  if (!existsSync(join(ROOT, target))) return false;
  return anchor === undefined || anchorsOf(target).has(anchor);
}

test('the table of client files states what is built, within 2 %', () => {
  const stated = new Map(
    Array.from(
      readDocument('docs/benchmarks.md').matchAll(/^\| `(issr[\w-]*\.js)` \| ([\d,]+) \|/gm),
      ([, name, bytes]) => [name, Number(bytes?.replaceAll(',', ''))],
    ),
  );
  const built = readdirSync(join(ROOT, 'dist/client')).filter((name) => /^issr.*\.js$/.test(name));
  assert.deepEqual([...stated.keys()].sort(), built.sort());
  for (const name of built) {
    const bytes = gzipSync(readFileSync(join(ROOT, 'dist/client', name)), { level: 9 }).length;
    const difference = Math.abs((stated.get(name) ?? 0) - bytes);
    assert.ok(
      difference <= 0.02 * bytes + 16,
      `${name}: ${bytes} bytes are built, ${stated.get(name)} stated`,
    );
  }
});
