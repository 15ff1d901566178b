import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT, tableRows } from '../support/documents.js';

const rows = tableRows('SECURITY.md', 'What an attacker can try');

test('each attack of SECURITY.md names a test by its title and file', () => {
  assert.ok(rows.length > 40, `found only ${rows.length}`);
  for (const [attempt = '', , tests = ''] of rows) assert.ok(testsOf(tests).length > 0, attempt);
});

test('each title of SECURITY.md is a test of the file that it names', () => {
  const missing = rows.flatMap(([, , tests = '']) => testsOf(tests)).filter((named) => !isTest(named));
  assert.deepEqual(missing, []);
});

/** `"refuses x" in `test/a.test.ts`; "refuses y" in …` */
function testsOf(cell: string): { title: string; file: string }[] {
  return Array.from(cell.matchAll(/"(.+?)" in `(test\/[\w./-]+)`/g), ([, title = '', file = '']) => ({
    title,
    file,
  }));
}

function isTest({ title, file }: { title: string; file: string }): boolean {
  if (!existsSync(join(ROOT, file))) return false;
  return titlesOf(readFileSync(join(ROOT, file), 'utf8')).some((pattern) => pattern.test(title));
}

/** Titles of a file's tests. An expression in a template may be any text. */
function titlesOf(source: string): RegExp[] {
  const calls = source.matchAll(
    /\b(?:test|it)\(\s*(?:'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)"|`((?:\\.|[^`\\])*)`)/g,
  );
  return Array.from(calls, ([, single, double, template = '']) => single ?? double ?? template).map(
    (title) =>
      new RegExp(
        `^${title
          .split(/\$\{.*?\}+/)
          .map(escapeRegExp)
          .join('.+')}$`,
      ),
  );
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
