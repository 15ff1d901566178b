import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { errors } from '../../src/errors.js';
import { CloseCode } from '../../src/protocol.js';

const ROOT = join(import.meta.dirname, '../..');
/** The reference: README.md and docs/. */
const documents = ['README.md', ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`)]
  .map(read)
  .join('\n');
/** The code spans and numbers in the first column of the tables. */
const entries = new Set(
  documents
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .flatMap((line) => line.split(' | ')[0]?.match(/(?<=`)\w+(?=`)|\d{4}/g) ?? []),
);

test('the reference has every option', () =>
  assertListed(matches('src/options/options.ts', /^ {2}(\w+)\?:/gm)));
test('the reference has every option of a socket', () =>
  assertListed(matches('src/sockets/options.ts', /^ {2}(\w+)\?:/gm)));
test('the reference has every option of a stream', () =>
  assertListed(matches('src/streams/options.ts', /^ {2}(\w+)\?:/gm)));
test('the reference has every error, with its status', () => {
  for (const [code, IssrError] of Object.entries(errors)) {
    const { statusCode = 500 } = new IssrError('', '', '');
    assert.ok(documents.includes(`| \`${code}\` | ${statusCode} |`), `${code} with status ${statusCode}`);
  }
});
test('the reference has every close code', () => assertListed(Object.values(CloseCode).map(String)));
test('the reference has every message and instruction', () =>
  assertListed(matches('src/protocol.ts', /^ {2}\| \[\s*'(\w+)'/gm)));
test('the reference names no file that does not exist', () => {
  const files = Array.from(
    documents.matchAll(/`((?:bench|examples|src|test)\/[\w./-]+)`/g),
    ([, file = '']) => file,
  );
  assert.ok(files.length > 20, 'the pattern still finds the files');
  assert.deepEqual(
    files.filter((file) => !existsSync(join(ROOT, file))),
    [],
  );
});

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

function matches(file: string, pattern: RegExp): string[] {
  return [...read(file).matchAll(pattern)].map((match) => match[1] ?? '');
}

function assertListed(names: string[]): void {
  assert.ok(names.length > 5, 'the pattern still finds the names');
  assert.deepEqual(
    names.filter((name) => !entries.has(name)),
    [],
  );
}
