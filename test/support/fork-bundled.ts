import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { ROOT } from './documents.js';

/** Bundles of this process, by source file. */
const bundles = new Map<string, Promise<string>>();

/**
 * Forks a script of the tests, bundled: with `tsx`, the process would take twice the time to load its modules one by one.
 */
export async function forkBundled(
  file: string,
  args: string[] = [],
  execArgv: string[] = [],
): Promise<ChildProcess> {
  const bundle = bundles.get(file) ?? bundleScript(file);
  bundles.set(file, bundle);
  return fork(await bundle, args, { execArgv: ['--enable-source-maps', ...execArgv] });
}

/** The bundle has to be below `node_modules`, because it imports packages. */
async function bundleScript(file: string): Promise<string> {
  const folder = join(ROOT, 'node_modules/.cache/fastify-issr', `${process.pid}`);
  mkdirSync(folder, { recursive: true });
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const outfile = join(folder, `${basename(file).replace(/\.tsx?$/, '')}.mjs`);
  await build({
    entryPoints: [file],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    sourcemap: 'inline',
    logLevel: 'error',
  });
  return outfile;
}
