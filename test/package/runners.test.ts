import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { ROOT } from '../support/documents.js';
import { findNode, pack, removeProject } from './project.js';

const run = promisify(execFile);
const env = { ...process.env, npm_config_prefer_offline: 'true', NO_COLOR: '1' };
/** The runner of this file must not be that of the project's tests. */
delete (env as NodeJS.ProcessEnv).NODE_TEST_CONTEXT;

const PACKAGES = [
  ...['fastify', 'preact', 'libsql', 'typebox', '@fastify/type-provider-typebox'],
  ...['jsdom', '@testing-library/dom', '@testing-library/user-event'],
];
const RUNNERS = ['vitest@^4', 'jest@^30'];
/** Both end a test after five seconds, which a busy machine takes to load jsdom. */
const SLOW = '--testTimeout=60000';

/** A project with the to-do example, and its test for each runner. */
let cwd = '';
before(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'runners-'));
  cwd = join(folder, 'app');
  await mkdir(cwd);
  await writeFile(join(cwd, 'package.json'), '{ "type": "module" }');
  const { dependencies, devDependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  const versions = { ...dependencies, ...devDependencies };
  const packages = PACKAGES.map((name) => `${name}@${versions[name]}`);
  const install = ['install', '--no-audit', '--no-fund', '--ignore-scripts'];
  await run('npm', [...install, await pack(folder), ...packages, ...RUNNERS], { cwd, env });
  await build({
    entryPoints: [join(ROOT, 'examples/todo.tsx')],
    outdir: join(cwd, 'examples'),
    bundle: true,
    packages: 'external',
    format: 'esm',
    jsx: 'automatic',
    jsxImportSource: 'preact',
  });
});
after(() => removeProject(cwd));

/** Writes the test with the imports of a runner. */
async function writeTest(file: string, imports: string): Promise<void> {
  const text = await readFile(join(import.meta.dirname, 'todo.js'), 'utf8');
  await writeFile(join(cwd, file), text.replace(/import .* from 'node:test';/, imports));
}

test('openPage works with node:test', async (t) => {
  await writeTest('node.test.js', "import { after, test } from 'node:test';");
  const { stdout } = await run(process.execPath, ['--test', 'node.test.js'], { cwd, env });
  assert.match(stdout, /pass 2\n/);
  t.diagnostic(`milliseconds of the tests: ${stdout.match(/(?<=duration_ms:? )[\d.]+/g)?.join(', ')}`);
});

test('openPage works with Vitest', async () => {
  await writeTest('vitest.test.js', "import { afterAll as after, test } from 'vitest';");
  const { stdout } = await run('npm', ['exec', '--', 'vitest', 'run', SLOW, 'vitest.test.js'], { cwd, env });
  assert.match(stdout, /Tests +2 passed/);
});

test('openPage works with Jest in Node 24', async () => {
  await writeTest('jest.test.js', "import { afterAll as after, test } from '@jest/globals';");
  const jest = [
    '--experimental-vm-modules',
    'node_modules/jest/bin/jest.js',
    '--testMatch',
    '**/jest.test.js',
  ];
  const { stderr } = await run(await findNode(24), jest, { cwd, env });
  assert.match(stderr, /Tests: +2 passed/);
});
