import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Page } from 'playwright-core';
import type { JSX } from 'preact';
import { Random } from '../fuzz/random.js';
import { firstSeed } from '../fuzz/seed.js';
import { connected, useBrowser } from '../support/browser.js';
import { createServer, listen } from '../support/server.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { waitFor } from '../support/wait.js';

const browser = useBrowser();

const RUNS = Number(process.env.ISSR_FUZZ_PENDING_RUNS ?? 3);
const TOGGLES = 20;
const ROWS = 6;
const CLASSES = ['a', 'b', 'liked'];
const ATTRIBUTES = ['aria-pressed=true', 'title=later', 'data-n=1', 'hidden=', 'lang=de'];

type PendingCommands = JSX.IntrinsicElements['button']['pending'];

/** A random text of `pending`, whose commands may change the same element several times. */
function randomPending(random: Random): PendingCommands {
  const targets = ['', ' next', ' closest li', ' closest ul', ' #details-1', ' #popover', ' .row', ' .liked'];
  const command = (): string => {
    const verb = random.pick(['show', 'hide', 'toggle', 'open', 'close', 'class', 'attr']);
    const operand = () =>
      verb === 'class' ? random.pick(['+', '-', '~']) + random.pick(CLASSES) : random.pick(ATTRIBUTES);
    const operands = /class|attr/.test(verb) ? Array.from({ length: 1 + random.below(2) }, operand) : [];
    return [verb, ...operands].join(' ') + random.pick(targets);
  };
  return Array.from({ length: 1 + random.below(3) }, command).join('; ') as PendingCommands;
}

/** Toggles that take random times and sometimes fail, on rows whose order and attributes they change. */
class Toggles {
  /** Counts the changes. */
  version = 0;
  readonly #on = new Set<number>();
  readonly #pending: PendingCommands[];
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
    this.#pending = Array.from({ length: ROWS }, () => randomPending(random));
  }

  async toggle(row: number): Promise<void> {
    const [delay, fails] = [this.#random.below(25), this.#random.chance(0.2)];
    await sleep(delay);
    if (fails) throw new Error('refused');
    this.change(row);
  }

  change(row: number): void {
    if (!this.#on.delete(row)) this.#on.add(row);
    this.version++;
  }

  render() {
    const rows = Array.from(this.#pending, (pending, row) => ({ row, pending, isOn: this.#on.has(row) }));
    const Row = ({ row, pending, isOn }: (typeof rows)[0]) => {
      const look = { class: isOn ? 'liked' : 'a b', 'aria-pressed': isOn ? ('true' as const) : undefined };
      const button = (
        <button {...look} data-rr="click" type="button" action="toggle" value={row} pending={pending} />
      );
      return (
        <li key={row} class={isOn ? 'row b' : 'row'} title={isOn ? 'on' : undefined}>
          {row % 3 === 2 ? (
            <form data-rr="submit" data-rr-action={`toggle=${row}`} pending={pending}>
              <button {...look}>{row}</button>
            </form>
          ) : (
            button
          )}
          <details id={`details-${row}`} hidden={isOn} class={isOn ? 'a' : undefined}>
            <summary>{row}</summary>
          </details>
        </li>
      );
    };
    // A toggled row moves to the end.
    return (
      <main>
        <output>{this.version}</output>
        <ul class={this.#on.size > 2 ? 'b' : undefined}>
          {[...rows.filter(({ isOn }) => !isOn), ...rows.filter(({ isOn }) => isOn)].map(Row)}
        </ul>
        <p id="popover" popover="manual" class={this.#on.has(0) ? 'b' : undefined} />
      </main>
    );
  }
}

async function createTogglesServer(t: TestContext): Promise<[FastifyInstance, Map<string, Toggles>]> {
  const fastify = await createServer(t);
  const toggles = new Map<string, Toggles>();
  const of = (params: unknown) => toggles.get((params as { seed: string }).seed) as Toggles;
  fastify.issrRoute(
    '/:seed',
    { actions: { toggle: ({ params, issr }) => of(params).toggle(Number(issr.action.value)) } },
    ({ params }) => of(params).render(),
  );
  return [fastify, toggles];
}

/** Clicks random buttons, at random times, and resolves after the last click. */
function clickRandomly(page: Page, random: Random): Promise<void> {
  const clicks = Array.from({ length: TOGGLES }, () => [random.below(ROWS), random.below(4) * 5] as const);
  return page.evaluate(async (clicks) => {
    for (const [row, wait] of clicks) {
      if (wait) await new Promise((resolve) => setTimeout(resolve, wait));
      document.querySelector(`#details-${row}`)?.closest('li')?.querySelector('button')?.click();
    }
  }, clicks);
}

/** Reads all elements, their attributes in one order, their own texts, and whether they are popped up. */
const elementsOf = (page: Page) =>
  page.$$eval('main *', (elements) =>
    elements.map((element) => [
      element.localName,
      ...Array.from(element.attributes, ({ name, value }) => `${name}=${value}`).sort(),
      element.firstElementChild ? '' : element.textContent,
      element.matches('[popover]:popover-open'),
    ]),
  );

test('after quick toggles with pending the page equals a fresh load', async (t) => {
  const [fastify, toggles] = await createTogglesServer(t);
  const proxy = await TcpProxy.open(t, await listen(fastify));
  const first = firstSeed();
  for (let seed = first; seed < first + RUNS; seed++) {
    const random = new Random(seed);
    const own = new Toggles(random);
    toggles.set(String(seed), own);
    const page = await browser.openPage(`${proxy.origin}/${seed}`);
    await Promise.all([clickRandomly(page, random), disturb(fastify, proxy, own, random, seed)]);
    await connected(page);
    const showsAll = async () => (await page.textContent('output')) === String(own.version);
    await waitFor(showsAll, `the last answer, ISSR_FUZZ_SEED=${seed}`);
    const fresh = await browser.openPage(page.url());
    assert.deepEqual(await elementsOf(page), await elementsOf(fresh), `ISSR_FUZZ_SEED=${seed}`);
    await Promise.all([page.close(), fresh.close()]);
  }
  // Actions failed, and cuts met requests.
  const errors = (await browser.takeErrors()).filter(
    (error) => !/^ISSR_APP|\(network\)|net::ERR|^WebSocket/.test(error),
  );
  assert.deepEqual(errors, []);
});

/** Cuts the connection, and lets others toggle, at random times during the clicks. */
async function disturb(
  fastify: FastifyInstance,
  proxy: TcpProxy,
  toggles: Toggles,
  random: Random,
  seed: number,
): Promise<void> {
  for (let i = 0; i < 4; i++) {
    await sleep(random.below(60));
    if (random.chance(0.4)) proxy.cut();
    else {
      toggles.change(random.below(ROWS));
      await fastify.issr.rr(`/${seed}`);
    }
  }
}
