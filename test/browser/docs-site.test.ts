import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import fastifyStatic from '@fastify/static';
import Fastify, { type FastifyInstance } from 'fastify';
import type { Browser, Page } from 'playwright-core';
import { documentsOf } from '../../docs/.vitepress/documents.js';
import { driver } from '../support/browsers/driver.js';
import { ROOT } from '../support/documents.js';

const run = promisify(execFile);
const documents = documentsOf(ROOT).flatMap((group) => group.documents);
let browser: Browser;
let folder = '';
let site: FastifyInstance;
let origin = '';

before(async () => {
  browser = await driver.launch();
  folder = await mkdtemp(join(tmpdir(), 'issr-docs-'));
  // Fails for a link that leads to no page.
  await run('npm', ['run', 'docs', '--', '--outDir', folder], { cwd: ROOT });
  site = Fastify();
  await site.register(fastifyStatic, { root: folder, extensions: ['html'] });
  origin = await site.listen({ port: 0, host: '127.0.0.1' });
});
after(async () => {
  await site?.close();
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

async function open(path: string): Promise<Page> {
  const page = await browser.newPage();
  page.setDefaultTimeout(30_000);
  await page.goto(origin + path);
  return page;
}

test('the sidebar leads to every document of the README', async () => {
  const page = await open('/');
  const links = page.locator('.VPSidebarItem a');
  assert.deepEqual(
    await links.allTextContents(),
    documents.map(({ title }) => title),
  );
  for (const { file } of documents)
    assert.equal((await fetch(`${origin}/${file.replace(/\.md$/, '')}`)).status, 200, file);
});

test('the search finds an option by its name', async () => {
  const page = await open('/');
  await page.click('.VPNavBarSearch button');
  await page.locator('.VPLocalSearchBox input').fill('maxQueuedEvents');
  await page.waitForSelector('.VPLocalSearchBox .result');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/docs\/(options|errors|security-and-csp)/);
});

test('the source of an example is a page', async () => {
  const page = await open('/docs/observability');
  await page.click('text=examples/metrics.ts');
  await page.waitForSelector('h1:has-text("metrics")');
  await page.waitForSelector('div.language-ts .shiki');
});

test('llms.txt has every document', async () => {
  const text = await readFile(join(folder, 'llms.txt'), 'utf8');
  for (const { title, file, topic } of documents)
    assert.ok(text.includes(`- [${title}](/${file}): ${topic}\n`), file);
  assert.ok(text.includes(await readFile(join(ROOT, 'docs/options.md'), 'utf8')));
});
