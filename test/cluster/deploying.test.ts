import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { codeBlocks, ROOT, sectionOf } from '../support/documents.js';
import { startNginx } from '../support/nginx.js';
import { PageDriver } from '../support/page-driver.js';
import { freePort, RedisServer } from '../support/redis-server.js';
import { waitFor } from '../support/wait.js';

/** The site of this test, in place of the comment in the server of the document. */
const ROUTES = `
declare module 'fastify' { interface Session { user: string } }
fastify.issrRoute('/', {
  actions: {
    signIn: async ({ session, issr }) => { session.user = issr.action.value; },
    announce: async ({ issr }) => {
      await redis.set('news', issr.action.value);
      await fastify.issr.changed('news');
    },
  },
}, async ({ session, issr }) => {
  issr.watch('news');
  return '<p>' + process.pid + ' ' + (session.user ?? 'nobody') + ', ' + await redis.get('news') + '</p>';
});
`;

const server = codeBlocks(
  'docs/deploying.md',
  sectionOf('docs/deploying.md', 'A server for production'),
).find(({ language }) => language === 'ts');

async function startProcesses(t: TestContext, count: number): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'issr-deploying-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'server.ts'), server?.code.replace('// Your routes go here.', ROUTES) ?? '');
  const paths = {
    'fastify-issr': [join(ROOT, 'src/index.ts')],
    'fastify-issr/redis': [join(ROOT, 'src/redis/redis-adapter.ts')],
  };
  const tsconfig = join(folder, 'tsconfig.json');
  writeFileSync(
    tsconfig,
    JSON.stringify({ extends: join(ROOT, 'tsconfig.json'), compilerOptions: { paths } }),
  );
  const redis = await RedisServer.start();
  t.after(() => redis.close());
  return Promise.all(
    Array.from({ length: count }, async () => {
      const port = await freePort();
      const child = spawn(process.execPath, ['--max-semi-space-size=64', '--import', 'tsx', 'server.ts'], {
        cwd: folder,
        env: {
          ...process.env,
          REDIS_URL: redis.url,
          SECRET: 'the secret of all processes of this test',
          PORT: `${port}`,
          TSX_TSCONFIG_PATH: tsconfig,
        },
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      const exit = once(child, 'exit');
      t.after(async () => {
        child.kill('SIGTERM');
        const [code] = await exit;
        assert.equal(code, 0, 'a process ends by itself after SIGTERM');
      });
      const origin = `http://127.0.0.1:${port}`;
      const isUp = () =>
        fetch(`${origin}/health`).then(
          ({ ok }) => ok,
          () => false,
        );
      await waitFor(isUp, 'the process is healthy');
      return origin;
    }),
  );
}

test('three processes behind nginx, as documented, share pushes and sessions', async (t) => {
  const origin = await startNginx(t, await startProcesses(t, 3));
  const headers = { origin };
  const pages = await openAtAll(origin, { origin });
  const [page] = pages;
  assert.ok(page);

  await page.click('announce', 'closing soon');
  await waitFor(() => pages.every(({ text }) => text.endsWith('nobody, closing soon')));

  await page.click('signIn', 'ann');
  const [, ticket] = await page.next('cookies');
  const redeemed = await fetch(`${origin}/issr/cookies?ticket=${ticket}`, {
    method: 'POST',
    body: page.token,
    headers,
  });
  const cookie = redeemed.headers.get('set-cookie')?.split(';')[0] ?? '';
  assert.match(cookie, /^sessionId=/);
  const loads = await openAtAll(origin, { origin, cookie });
  for (const { text } of loads) assert.match(text, / ann, closing soon$/);
});

/** Opens pages until each of the three processes has rendered one. */
async function openAtAll(origin: string, headers: Record<string, string>): Promise<PageDriver[]> {
  const pages: PageDriver[] = [];
  const processes = new Set<string | undefined>();
  while (processes.size < 3) {
    const page = await PageDriver.open(origin, '/', { headers });
    pages.push(page);
    processes.add(page.text.split(' ')[0]);
    assert.ok(pages.length < 30, `nginx uses ${processes.size} of three processes`);
  }
  return pages;
}
