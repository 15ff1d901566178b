/**
 * Measures prefetching on the gallery of the examples: the time from a click to its result with 300 ms added each way, with and
 * without an answer that is here already, and the bytes and renders that it takes. Run: `npx tsx bench/prefetch.ts`
 */
import { subscribe } from 'node:diagnostics_channel';
import { chromium } from 'playwright-core';
import { createSite } from '../examples/site.js';
import { setupChromium } from '../test/support/setup-chromium.js';
import { TcpProxy } from '../test/support/tcp-proxy.js';
import { median } from './measure.js';

const DELAY_MS = 300;
const ROUNDS = 9;

let renders = 0;
subscribe('tracing:issr:render:start', () => renders++);

const site = await createSite();
await site.listen({ port: 0, host: '127.0.0.1' });
const closers: (() => void)[] = [];
const proxy = await TcpProxy.open({ after: (close) => closers.push(close) }, site.listeningOrigin, {
  delay: () => DELAY_MS,
});
const browser = await chromium.launch({ executablePath: setupChromium() });
const page = await browser.newPage({ reducedMotion: 'reduce' });
/** Bytes of the messages, by verb. */
const bytes = new Map<string, number>();
page.on('websocket', (socket) =>
  socket.on('framereceived', ({ payload }) => {
    const verb = /^\["(\w+)"/.exec(String(payload))?.[1] ?? '';
    bytes.set(verb, String(payload).length);
  }),
);
await page.goto(`${proxy.origin}/gallery`);
await page.waitForFunction(() =>
  performance.getEntriesByType('resource').some(({ name }) => name.includes('issr-navigation')),
);
await page.waitForTimeout(4 * DELAY_MS);

/** Milliseconds from a click to the state that it leads to. */
async function timeOf(selector: string, shown: string): Promise<number> {
  await page.evaluate(
    ([selector, shown]) => {
      const timing = Object.assign(window, { took: -1 });
      addEventListener(
        'click',
        () => {
          const began = performance.now();
          new MutationObserver((_, observer) => {
            if (!document.querySelector(shown)) return;
            timing.took = performance.now() - began;
            observer.disconnect();
          }).observe(document.documentElement, { subtree: true, childList: true, attributes: true });
        },
        { once: true, capture: true },
      );
      (document.querySelector(selector) as HTMLElement).click();
    },
    [selector, shown] as const,
  );
  await page.waitForFunction(() => (window as unknown as { took: number }).took >= 0);
  const took = await page.evaluate(() => (window as unknown as { took: number }).took);
  await page.waitForSelector('html:not(:has([aria-busy=true]))');
  await page.waitForTimeout(3 * DELAY_MS);
  return took;
}

/** Returns to the first state, in which nothing is focused and nothing hovered. */
async function goBack(atStart: string): Promise<void> {
  await page.mouse.move(1, 1);
  await page.goBack();
  await page.waitForSelector(atStart);
  await page.waitForTimeout(3 * DELAY_MS);
}

async function measure(name: string, selector: string, shown: string, atStart: string): Promise<void> {
  const times = { plain: [] as number[], ahead: [] as number[] };
  for (let round = 0; round < ROUNDS; round++) {
    times.plain.push(await timeOf(selector, shown));
    await goBack(atStart);
    await page.hover(selector);
    await page.waitForTimeout(5 * DELAY_MS);
    times.ahead.push(await timeOf(selector, shown));
    await goBack(atStart);
  }
  bytes.clear();
  const before = renders;
  await page.hover(selector);
  await page.waitForTimeout(5 * DELAY_MS);
  const unused = [bytes.get('prefetched'), renders - before];
  await page.mouse.move(1, 1);
  console.log(
    `${name}: click to result ${median(times.plain).toFixed(0)} ms, with a prefetch ${median(times.ahead).toFixed(0)} ms` +
      ` (longest ${Math.max(...times.ahead).toFixed(0)} ms). A prefetch: ${unused[0]} bytes, ${unused[1]} render.`,
  );
}

await measure('link', 'a[href="/gallery/7"]', 'figure.photo', 'ul.gallery');
await measure(
  'button',
  'button[value=night]',
  '[value=night][aria-pressed=true]',
  '[value=all][aria-pressed=true]',
);
await browser.close();
for (const close of closers) close();
await site.close();
