import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { shows, useBrowser } from '../support/browser.js';
import { ROOT } from '../support/documents.js';
import { freePort } from '../support/redis-server.js';
import { waitFor } from '../support/wait.js';

const browser = useBrowser();

const app = (edit: number): string => `
import Fastify from '${join(ROOT, 'node_modules/fastify/fastify.js')}';
import issrPlugin from '${join(ROOT, 'src/index.ts')}';

const fastify = Fastify();
await fastify.register(issrPlugin);
fastify.issrRoute('/', ({ query }) => \`
  <main>
    <h1>edit ${edit}</h1>
    <form><input name="title" value=""><textarea name="text"></textarea><input type="checkbox" name="box"></form>
    <button type="button" onclick="rr(this)" action="save">save</button>
    <pre>\${JSON.stringify(query)}</pre>
  </main>\`);
await fastify.listen({ port: Number(process.argv[2]), host: '127.0.0.1' });
`;

/** Runs a file that is watched for edits. Returns the function that edits it. */
async function watch(t: TestContext, command: string[]) {
  // tsx does not watch folders whose name begins with a dot.
  const folder = await mkdtemp(join(tmpdir(), 'watch-'));
  const file = join(folder, 'app.mts');
  const edit = (number: number) => writeFile(file, app(number));
  await edit(0);
  const port = await freePort();
  const server = spawn(process.execPath, [...command, file, `${port}`], {
    cwd: ROOT,
    stdio: 'ignore',
    detached: true,
    env: { ...process.env, NODE_TEST_CONTEXT: undefined },
  });
  t.after(async () => {
    // The group: the watcher starts the server as a child of its own.
    if (server.pid !== undefined && server.exitCode === null) {
      process.kill(-server.pid, 'SIGKILL');
      await once(server, 'exit');
    }
    await rm(folder, { recursive: true });
  });
  return { origin: `http://127.0.0.1:${port}`, edit };
}

const isUp = (origin: string): Promise<void> =>
  waitFor(() =>
    fetch(origin).then(
      ({ ok }) => ok,
      () => false,
    ),
  );

const EDITS = 5;
const WATCHERS: [name: string, command: string[]][] = [
  ['tsx watch', ['node_modules/tsx/dist/cli.mjs', 'watch', '--clear-screen=false']],
  ['node --watch', ['--import', 'tsx', '--watch']],
];

for (const [name, command] of WATCHERS)
  test(`an edit under ${name} shows in a page and leaves its form`, { timeout: 120_000 }, async (t) => {
    const { origin, edit } = await watch(t, command);
    await isUp(origin);
    const page = await browser.openPage(origin);
    await page.waitForFunction(() => window.rr.latency);
    // By its own backoff the page would come back after minutes.
    await page.evaluate(() => {
      Object.assign(window, { isSameDocument: true });
      Math.random = () => 1000;
    });
    await page.fill('input', 'half typed');
    await page.check('[type=checkbox]');
    for (let number = 1; number <= EDITS; number++) {
      await page.locator('textarea').pressSequentially(`${number} `);
      const started = performance.now();
      await edit(number);
      await shows(page, 'h1', `edit ${number}`);
      t.diagnostic(`shown ${Math.round(performance.now() - started)} ms after the edit`);
      assert.equal(await page.inputValue('input'), 'half typed');
      assert.equal(await page.inputValue('textarea'), '1 2 3 4 5 '.slice(0, 2 * number));
      assert.ok(await page.isChecked('[type=checkbox]'));
    }
    await page.click('button');
    await page.waitForFunction(() =>
      /"title":"half typed"/.test(document.querySelector('pre')?.textContent ?? ''),
    );
    assert.ok(await page.evaluate(() => 'isSameDocument' in window));
    // The browser logs connections that were refused.
    await browser.takeErrors();
  });
