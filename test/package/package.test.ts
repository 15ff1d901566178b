import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { on, once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { type ClientMessage, PROTOCOL_VERSION, type ServerMessage } from '../../src/protocol.js';
import {
  addForms,
  compile,
  createProject,
  findNode,
  installOldestPeers,
  readExample,
  removeProject,
  START_COMMAND,
} from './project.js';

const FORMS = {
  'a .tsx file': ['--import', 'tsx', 'example.tsx'],
  'compiled ESM': ['out/example.js'],
  CommonJS: ['example.cjs'],
};

const STRICT = { exactOptionalPropertyTypes: true, skipLibCheck: true };

let project = '';
before(async () => {
  project = await createProject();
});
after(() => removeProject(project));

test("README's first page works with exactly its commands", { timeout: 60_000 }, async () => {
  const port = await findFreePort();
  await writeFile(join(project, 'example.tsx'), readExample(port));
  const server = spawn(START_COMMAND, { cwd: project, shell: true, detached: true, stdio: 'inherit' });
  try {
    await waitForServer(`http://localhost:${port}/example`, server);
    await assertInteractive(`http://localhost:${port}`);
  } finally {
    // The group: `npx` starts the server as a child of its own.
    if (server.pid !== undefined && server.exitCode === null) process.kill(-server.pid);
  }
});

describe('the packed package', () => {
  before(() => addForms(project));
  for (const [module, moduleResolution] of [
    ['nodenext', 'nodenext'],
    ['node16', 'node16'],
    ['esnext', 'bundler'],
  ] as const)
    test(`has types for ${moduleResolution}, also with exactOptionalPropertyTypes`, {
      timeout: 60_000,
    }, async () => {
      assert.equal(await compile(project, { ...STRICT, module, moduleResolution }), '');
    });
  for (const major of [20, 22, 24]) {
    describe(`on Node ${major}`, () => {
      let node = '';
      before(async () => {
        node = await findNode(major);
      });
      for (const [form, args] of Object.entries(FORMS)) {
        test(`runs README's example from ${form}`, { timeout: 30_000 }, () =>
          serve(node, args, assertInteractive),
        );
      }
    });
  }
  test('has types for and runs on the oldest Fastify and Preact that it allows', {
    timeout: 60_000,
  }, async () => {
    await installOldestPeers(project);
    const nodenext = { module: 'nodenext', moduleResolution: 'nodenext' };
    assert.equal(await compile(project, { ...STRICT, ...nodenext }), '');
    await serve(process.execPath, FORMS['compiled ESM'], assertInteractive);
  });
});

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Resolves when the server answers. Rejects if its process ends first. */
async function waitForServer(url: string, server: ChildProcess): Promise<void> {
  while (server.exitCode === null) {
    if (
      await fetch(url).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return;
    await sleep(50);
  }
  assert.fail(`the server ended with ${server.exitCode}`);
}

async function serve(node: string, args: string[], use: (origin: string) => Promise<void>): Promise<void> {
  const server = spawn(node, args, { cwd: project, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(server, 'exit').then(([code]) => assert.fail(`the server ended with ${code}`));
  try {
    const [origin] = await Promise.race([once(createInterface(server.stdout), 'line'), ended]);
    await Promise.race([use(origin), ended]);
  } finally {
    ended.catch(() => undefined);
    server.kill();
  }
}

/** The page loads with its script, joins, and is rendered again by an event. */
async function assertInteractive(origin: string): Promise<void> {
  const html = await (await fetch(`${origin}/example`)).text();
  const [, src = ''] = /<script src="([^"]+)"/.exec(html) ?? [];
  const [, token = ''] = /data-issr-token="([^"]+)"/.exec(html) ?? [];
  const script = await fetch(new URL(src, `${origin}/example`));
  assert.match(script.headers.get('content-type') ?? '', /javascript/);

  const socket = new WebSocket(`${origin.replace('http', 'ws')}/issr`, { origin });
  const say = (message: ClientMessage) => socket.send(JSON.stringify(message));
  await once(socket, 'open');
  say(['join', PROTOCOL_VERSION, token, '/example', [], 0, 0, 0]);
  say(['event', 1, [[], []], [['x', '2']]]);
  for await (const [data] of on(socket, 'message')) {
    const message: ServerMessage = JSON.parse(String(data));
    if ((message[0] !== 'patch' && message[0] !== 'page') || message[1] !== 1) continue;
    assert.match(String(data), /<li>2/);
    break;
  }
  socket.close();
}
