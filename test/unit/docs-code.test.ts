import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { compile } from '../support/compile.js';
import { codeBlocks, DOCUMENTS, ROOT } from '../support/documents.js';

const blocks = DOCUMENTS.flatMap((file) => codeBlocks(file));

test('code blocks of the documents compile', () => {
  const code = blocks.filter(({ language }) => /^tsx?$/.test(language));
  assert.ok(code.length > 10, `found only ${code.length}`);
  // The file's name and the blank lines before the code make the compiler's messages point at the document.
  const files = code.map(({ file, line, language, code: text }) => [
    `${file.replaceAll('/', '_')}_${line}.${language}`,
    `${'\n'.repeat(line - 1)}${text}\nexport {};\n`,
  ]);
  assert.equal(compile(Object.fromEntries(files), [join(ROOT, 'test/support/docs-prelude.ts')]), '');
});

test('JSON and YAML blocks of the documents parse', () => {
  for (const { file, line, language, code } of blocks) {
    if (language === 'json') assert.doesNotThrow(() => JSON.parse(code), `${file}:${line}`);
    if (language === 'yaml') assert.doesNotThrow(() => parse(code), `${file}:${line}`);
  }
});
