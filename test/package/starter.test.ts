import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { on } from 'node:events';
import { mkdir, mkdtemp, readFile, rename, symlink } from 'node:fs/promises';
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

/** A project with all options, and one without, which uses the packages of the first. */
let full = '';
let plain = '';
before(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'starter-'));
  const [plugin, starter] = await Promise.all([pack(folder), pack(folder, join(ROOT, 'create'))]);
  const create = (...args: string[]) =>
    run('npm', ['exec', '--yes', `--package=${starter}`, '--', 'create-fastify-issr', ...args], {
      cwd: folder,
      env,
    });
  await create('full', '--database', '--sign-in');
  await create('plain');
  full = join(folder, 'full');
  plain = join(folder, 'plain');
  await run('npm', ['pkg', 'set', `dependencies.fastify-issr=file:${plugin}`], { cwd: full });
  await run('npm', ['install', '--no-audit', '--no-fund'], { cwd: full, env });
  await symlink(join(full, 'node_modules'), join(plain, 'node_modules'));
});
after(() => removeProject(full));

test('a new project passes its tests', { timeout: 300_000 }, async () => {
  for (const cwd of [plain, full]) {
    const { stdout } = await run('npm', ['test'], { cwd, env });
    assert.match(stdout, /pass 2\n/);
  }
});

test('npm run dev serves the page', { timeout: 120_000 }, () =>
  serve(plain, 'dev', async (origin) => {
    const html = await (await fetch(origin)).text();
    assert.match(html, /<script src=".\/issr\.js.*<h1>Notes<\/h1>/s);
  }),
);

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

test('the steps of the Dockerfile make an image that npm start serves', { timeout: 180_000 }, async () => {
  const dockerfile = await readFile(join(full, 'Dockerfile'), 'utf8');
  const matchAll = (pattern: RegExp) => Array.from(dockerfile.matchAll(pattern), ([, found]) => found ?? '');
  const [build = ''] = matchAll(/^RUN (npm run build .*)$/gm);
  await run('sh', ['-c', build], { cwd: full, env });
  const image = join(full, '../image');
  await mkdir(join(image, 'data'), { recursive: true });
  for (const name of matchAll(/^COPY --from=build \/app\/(\S+)/gm))
    await rename(join(full, name), join(image, name));
  // `docker run --env-file`.
  await rename(join(full, '.env'), join(image, '.env'));
  const [command = ''] = matchAll(/^CMD (.*)$/gm);
  const { scripts } = JSON.parse(await readFile(join(image, 'package.json'), 'utf8'));
  assert.equal(JSON.parse(command).join(' '), scripts.start);

  await serve(image, 'start', async (origin) => {
    const response = await fetch(origin);
    assert.equal(response.url, `${origin}/sign-in`);
    assert.match(await response.text(), /<h1>Sign in<\/h1>/);
    assert.equal((await fetch(`${origin}/style.css`)).status, 200);
  });
  assert.equal((await readFile(join(image, 'data/app.db'))).subarray(0, 15).toString(), 'SQLite format 3');
});

/** Runs a script of a project until `use` is done. */
async function serve(cwd: string, script: string, use: (origin: string) => Promise<void>): Promise<void> {
  const server = spawn('npm', ['run', script], {
    cwd,
    env: { ...env, NODE_ENV: script === 'start' ? 'production' : undefined },
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await use(await originOf(createInterface(server.stdout)));
  } finally {
    // The group: npm starts the server as a child of its own.
    if (server.pid !== undefined && server.exitCode === null) process.kill(-server.pid);
  }
}

/** Reads the server's log until it listens. */
async function originOf(lines: ReturnType<typeof createInterface>): Promise<string> {
  for await (const [line] of on(lines, 'line', { close: ['close'] })) {
    const [origin] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
    if (origin) return origin;
  }
  throw new Error('The server ended.');
}
