import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { codeSpans, ROOT, sectionOf, tableRows } from '../support/documents.js';

const walk = tableRows('CONTRIBUTING.md', 'Read the code');

test('the way of a click names only functions that exist', () => {
  assert.ok(walk.length > 12, `found only ${walk.length}`);
  for (const [file = '', functions = ''] of walk) {
    const [path = ''] = codeSpans(file);
    for (const name of codeSpans(functions)) assertDefined(path, name);
  }
});

test('the way of a click passes the queue, the page and the join', () => {
  const files = codeSpans(sectionOf('CONTRIBUTING.md', 'Read the code'));
  for (const file of ['src/page/render-queue.ts', 'src/page/page.ts', 'src/connection/join.ts'])
    assert.ok(files.includes(file), file);
});

test('the table of folders names only folders that exist', () => {
  for (const [folders = ''] of tableRows('CONTRIBUTING.md', 'Imports'))
    for (const folder of codeSpans(folders)) assert.ok(existsSync(join(ROOT, folder)), folder);
});

/** A function, a method, or a constant of that name. */
function assertDefined(file: string, name: string): void {
  const source = readFileSync(join(ROOT, file), 'utf8');
  const definition = new RegExp(`\\b(?:function|const) ${name}\\b|^ {2}(?:async )?${name}\\(`, 'm');
  assert.match(source, definition, `${name} in ${file}`);
}
