import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { codeBlocks, DOCUMENTS, ROOT } from '../support/documents.js';

const blocks = DOCUMENTS.flatMap((file) => codeBlocks(file));

test('code blocks of the documents compile', () => {
  const code = blocks.filter(({ language }) => /^tsx?$/.test(language));
  assert.ok(code.length > 10, `found only ${code.length}`);
  const folder = mkdtempSync(join(tmpdir(), 'fastify-issr-docs-'));
  try {
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    // The file's name and the blank lines before the code make the compiler's messages point at the document.
    for (const { file, line, language, code: text } of code)
      writeFileSync(
        join(folder, `${file.replaceAll('/', '_')}_${line}.${language}`),
        `${'\n'.repeat(line - 1)}${text}\nexport {};\n`,
      );
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig));
    assert.equal(compile(folder), '');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('JSON and YAML blocks of the documents parse', () => {
  for (const { file, line, language, code } of blocks) {
    if (language === 'json') assert.doesNotThrow(() => JSON.parse(code), `${file}:${line}`);
    if (language === 'yaml') assert.doesNotThrow(() => parse(code), `${file}:${line}`);
  }
});

const tsconfig = {
  extends: join(ROOT, 'tsconfig.json'),
  compilerOptions: {
    noUnusedLocals: false,
    noUnusedParameters: false,
    paths: {
      'fastify-issr': [join(ROOT, 'src/index.ts')],
      'fastify-issr/redis': [join(ROOT, 'src/redis/redis-adapter.ts')],
      'fastify-issr/testing': [join(ROOT, 'src/testing/open-page.ts')],
      'fastify-issr/client': [join(ROOT, 'client/api.ts')],
    },
  },
  files: [join(ROOT, 'test/support/docs-prelude.ts')],
  include: ['*.ts', '*.tsx'],
};

/** Returns the compiler's messages, `''` if there are none. */
function compile(folder: string): string {
  try {
    execFileSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', folder, '--noEmit', '--pretty', 'false'], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
    return '';
  } catch (error) {
    return String((error as { stdout?: string }).stdout);
  }
}
