import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

const ROOT = join(import.meta.dirname, '../..');
const rows = readFileSync(join(ROOT, 'SECURITY.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .slice(2);

/** The test files of a row: one without a folder is in that of the one before. */
function testsOf(row: string): string[] {
  const cell = row.split(' | ').at(-1) ?? '';
  let folder = '';
  return Array.from(cell.matchAll(/`([\w/.-]+)`/g), ([, name = '']) => {
    if (name.includes('/')) folder = dirname(name);
    return name.includes('/') ? name : join(folder, name);
  });
}

test('each attack of SECURITY.md names the tests that try it', () => {
  assert.ok(rows.length > 15, 'the pattern still finds the rows');
  for (const row of rows) {
    const tests = testsOf(row);
    assert.ok(tests.length > 0, row);
    for (const file of tests) assert.ok(existsSync(join(ROOT, file)), `${file}, named in: ${row}`);
  }
});
