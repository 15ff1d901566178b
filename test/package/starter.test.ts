import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { on } from 'node:events';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { ROOT } from '../support/documents.js';
import { pack, removeProject } from './project.js';

const run = promisify(execFile);
const env = { ...process.env, npm_config_prefer_offline: 'true', PORT: '0' };
/** The runner of this file must not be that of the project's tests. */
delete (env as NodeJS.ProcessEnv).NODE_TEST_CONTEXT;

let app = '';
before(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'starter-'));
  const plugin = await pack(folder);
  const starter = await pack(folder, join(ROOT, 'create'));
  await run('npm', ['exec', '--yes', `--package=${starter}`, '--', 'create-fastify-issr', 'my-app'], {
    cwd: folder,
    env,
  });
  app = join(folder, 'my-app');
  await run('npm', ['pkg', 'set', `dependencies.fastify-issr=file:${plugin}`], { cwd: app });
  await run('npm', ['install', '--no-audit', '--no-fund'], { cwd: app, env });
});
after(() => removeProject(app));

test('a new project passes its tests, and builds', { timeout: 300_000 }, async () => {
  const { stdout } = await run('npm', ['test'], { cwd: app, env });
  assert.match(stdout, /pass 2\n/);
  await run('npm', ['run', 'build'], { cwd: app, env });
});

for (const script of ['start', 'dev']) {
  test(`npm run ${script} serves the page`, { timeout: 120_000 }, async () => {
    const server = spawn('npm', ['run', script], {
      cwd: app,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const html = await (await fetch(await originOf(createInterface(server.stdout)))).text();
      assert.match(html, /<script src=".\/issr\.js.*<h1>Notes<\/h1>/s);
    } finally {
      // The group: npm starts the server as a child of its own.
      if (server.pid !== undefined && server.exitCode === null) process.kill(-server.pid);
    }
  });
}

test('the starter and its project use the versions of this repository', async () => {
  const read = async (path: string) => JSON.parse(await readFile(join(ROOT, path), 'utf8'));
  const own = await read('package.json');
  assert.equal((await read('create/package.json')).version, own.version);
  const known = { ...own.dependencies, ...own.devDependencies, 'fastify-issr': '*' };
  for (const path of ['template', 'options/database', 'options/sign-in']) {
    const { dependencies, devDependencies } = await read(`create/${path}/package.json`);
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies }))
      assert.equal(version, known[name], name);
  }
});

/** Reads the server's log until it listens. */
async function originOf(lines: ReturnType<typeof createInterface>): Promise<string> {
  for await (const [line] of on(lines, 'line')) {
    const [origin] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
    if (origin) return origin;
  }
  throw new Error('The server ended.');
}
