import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { build } from 'esbuild';

const ROOT = join(import.meta.dirname, '../..');
const SERVER = `
  import Fastify from 'fastify';
  import issrPlugin from './src/index.ts';
  const fastify = Fastify();
  fastify.register(issrPlugin).after(() => fastify.issrRoute('/', () => '<p>bundled</p>'));
  fastify.listen({ port: 0, host: '127.0.0.1' }).then((origin) => process.send(origin));
  process.on('disconnect', () => fastify.close());
`;

test('a server bundled into one file serves pages and script', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'issr-bundle-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const outfile = join(folder, 'server.cjs');
  await build({
    stdin: { contents: SERVER, resolveDir: ROOT },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
  });
  const server = fork(outfile, { cwd: folder, execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  t.after(() => server.kill());
  const [origin] = await Promise.race([
    once(server, 'message'),
    once(server, 'exit').then(([code]) => assert.fail(`the server exited with ${code}`)),
  ]);
  const html = await (await fetch(`${origin}/`)).text();
  assert.match(html, /<p>bundled<\/p>/);
  const [, src = ''] = /<script src="([^"]+)"/.exec(html) ?? [];
  const script = await fetch(new URL(src, `${origin}/`));
  assert.equal(script.status, 200);
  assert.match(await script.text(), /data-rr/);
});
