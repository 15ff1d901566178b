/**
 * Times of whole tests with `openPage`: the to-do example opens, an item is added and removed, the pages close. The first
 * test of a process loads and compiles everything; the others are medians.
 */
import type { FastifyInstance } from 'fastify';
import { createSite } from '../examples/site.js';
import { openPage } from '../src/testing/open-page.js';
import { median, quantile } from './measure.js';

const TESTS = 40;
const BREAD = 'Buy bread';

/** Milliseconds. */
interface Times {
  wall: number;
  cpu: number;
}

const site = await createSite();
await site.ready();
const first = await time(() => addAndRemove(site, 1));
console.log('| | wall ms | slowest tenth | CPU ms |\n| --- | ---: | ---: | ---: |');
console.log(`| first test, one page | ${first.wall.toFixed(0)} | | ${first.cpu.toFixed(0)} |`);
for (const pages of [1, 2]) {
  const times: Times[] = [];
  for (let i = 0; i < TESTS; i++) times.push(await time(() => addAndRemove(site, pages)));
  const walls = times.map(({ wall }) => wall);
  const figures = [median(walls), quantile(walls, 0.9), median(times.map(({ cpu }) => cpu))];
  console.log(
    `| ${pages === 1 ? 'one page' : `${pages} pages`} | ${figures.map((n) => n.toFixed(0)).join(' | ')} |`,
  );
}
await site.close();

async function time(run: () => Promise<void>): Promise<Times> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  await run();
  const { user, system } = process.cpuUsage(cpu);
  return { wall: performance.now() - start, cpu: (user + system) / 1000 };
}

async function addAndRemove(fastify: FastifyInstance, count: number): Promise<void> {
  const page = await openPage(fastify, '/todo');
  const others = [];
  for (let i = 1; i < count; i++) others.push(await openPage(fastify, '/todo'));
  await page.fill('What is to be done', BREAD);
  await page.click('add');
  await page.settled();
  for (const shown of [page, ...others]) shown.find(BREAD);
  await page.click(`Remove ${BREAD}`);
  await page.settled();
  for (const open of [page, ...others]) open.close();
}
