import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './documents.js';

/** Compiles files by name as those of an app that uses the plugin. Returns the compiler's messages, `''` if there are none. */
export function compile(files: Record<string, string>, prelude: string[] = []): string {
  const folder = mkdtempSync(join(tmpdir(), 'fastify-issr-types-'));
  try {
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    for (const [name, code] of Object.entries(files)) writeFileSync(join(folder, name), code);
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ ...tsconfig, files: prelude }));
    return runCompiler(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

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
  include: ['*.ts', '*.tsx'],
};

function runCompiler(folder: string): string {
  try {
    execFileSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', folder, '--noEmit', '--pretty', 'false'], {
      cwd: folder,
      encoding: 'utf8',
      stdio: 'pipe',
    });
    return '';
  } catch (error) {
    return String((error as { stdout?: string }).stdout);
  }
}
