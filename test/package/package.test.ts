import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { on, once } from 'node:events';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { WebSocket } from 'ws';
import { type ClientMessage, PROTOCOL_VERSION, type ServerMessage } from '../../src/protocol.js';
import { createProject, findNode, removeProject } from './project.js';

const FORMS = {
  'a .tsx file': ['--import', 'tsx', 'example.tsx'],
  'compiled ESM': ['out/example.js'],
  CommonJS: ['example.cjs'],
};

let project = '';
before(async () => {
  project = await createProject();
});
after(() => removeProject(project));

for (const major of [20, 22, 24]) {
  describe(`on Node ${major} the packed package`, () => {
    let node = '';
    before(async () => {
      node = await findNode(major);
    });
    for (const [form, args] of Object.entries(FORMS)) {
      test(`runs the README's example from ${form}`, { timeout: 30_000 }, () =>
        serve(node, args, assertInteractive),
      );
    }
  });
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
