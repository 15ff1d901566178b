import Fastify, { type FastifyInstance } from 'fastify';
import type { Page } from 'playwright-core';
import issrPlugin from '../../src/index.js';

/** View that the route's handler returns. */
interface Shown {
  html: string;
  /** The answers of the test to the events of its page, in order; the handler waits for them. */
  answers: ((html: string) => void)[];
  asked: Promise<string>[];
}

/** The real thing: a route of the plugin, whose handler waits for the test at each event. */
export interface PatchRoute {
  /** The URL of a new route with this page. */
  add(html: string): string;
  /** Counts from now on what the page is told. */
  watch(page: Page): Promise<void>;
  send(page: Page, url: string): Promise<number>;
  show(page: Page, url: string, html: string, event?: number): Promise<void>;
  close(): Promise<void>;
}

/** Records the client's requests and changes for the tests. */
interface Watch {
  answered: Promise<void>[];
  patches: number;
}

export async function startPatchRoute(): Promise<PatchRoute> {
  const fastify: FastifyInstance = Fastify();
  await fastify.register(issrPlugin);
  const pages = new Map<string, Shown>();
  fastify.issrRoute('/page/:id', async (request) => {
    const shown = pages.get(request.url.split('?')[0] ?? '') as Shown;
    // An action is what only an event has: a push shows what there is.
    if (request.issr.action) shown.html = await (shown.asked.shift() as Promise<string>);
    return shown.html;
  });
  const origin = await fastify.listen({ port: 0, host: '127.0.0.1' });
  const find = (url: string): Shown => pages.get(new URL(url).pathname) as Shown;

  return {
    add(html) {
      const path = `/page/${pages.size}`;
      pages.set(path, { html, answers: [], asked: [] });
      return origin + path;
    },
    async watch(page) {
      await page.evaluate(() => {
        const watch: Watch = { answered: [], patches: 0 };
        Object.assign(window, { watch });
        document.addEventListener('issr:patch', () => watch.patches++);
      });
    },
    async send(page, url) {
      const { answers, asked } = find(url);
      asked.push(new Promise((resolve) => answers.push(resolve)));
      return page.evaluate(() => {
        const { watch, rr } = window as unknown as { watch: Watch; rr(action: object): Promise<void> };
        return watch.answered.push(rr({ action: 'go', value: 't' }));
      });
    },
    async show(page, url, html, event) {
      const shown = find(url);
      const answer = shown.answers[(event ?? 0) - 1];
      if (answer) {
        answer(html);
        await page.evaluate(
          (number) => (window as unknown as { watch: Watch }).watch.answered[number - 1],
          event as number,
        );
        return;
      }
      const patches = await page.evaluate(() => (window as unknown as { watch: Watch }).watch.patches);
      shown.html = html;
      await fastify.issr.rr(new URL(url).pathname);
      await page.waitForFunction(
        (count) => (window as unknown as { watch: Watch }).watch.patches > count,
        patches,
      );
    },
    close: () => fastify.close(),
  };
}
