/**
 * Measures a one-cell change of a table of 10,000 rows in Chromium, from the message to the changed DOM: by
 * instructions, and by parsing the whole page and morphing the live document with stock morphdom. Layout is not
 * included. Run: `npx tsx bench/client-patch.ts [rows]`
 */
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { diff } from '../src/html/diff/diff.js';
import { setupChromium } from '../test/support/setup-chromium.js';
import { median } from './measure.js';

const ROWS = Number(process.argv[2] ?? 10_000);
const ROUNDS = 7;

type Tools = typeof import('../client/patch/patcher.js') &
  typeof import('../client/patch/index.js') & { morphdom: typeof import('morphdom').default };

function table(cell: string): string {
  const rows = Array.from({ length: ROWS }, (_, row) => {
    const cells = ['a', 'b', 'c', 'd', 'e'].map(
      (name) => `<td>${row === ROWS / 2 && name === 'c' ? cell : `${name} ${row}`}</td>`,
    );
    return `<tr id="row-${row}">${cells.join('')}</tr>`;
  });
  return `<!doctype html><html><head><title>Table</title></head><body><table><tbody>${rows.join('')}</tbody></table></body></html>`;
}

const { outputFiles } = await build({
  stdin: {
    contents:
      "export * from './client/patch/patcher.js'; export * from './client/patch/index.js'; export { default as morphdom } from 'morphdom';",
    resolveDir: process.cwd(),
  },
  bundle: true,
  format: 'iife',
  globalName: 'tools',
  write: false,
});
const pages = Array.from({ length: ROUNDS + 1 }, (_, round) => table(`cell ${round}`));
const messages = pages.map((html, i) =>
  JSON.stringify(['patch', i, ...(diff(pages[i - 1] ?? html, html).instructions ?? [])]),
);

const browser = await chromium.launch({
  executablePath: setupChromium(),
  args: ['--no-sandbox', '--disable-gpu'],
});
const page = await browser.newPage();
await page.setContent(pages[0] ?? '');
await page.evaluate(outputFiles[0]?.text ?? '');

const times = await page.evaluate(
  async ([htmls, frames]) => {
    const { tools } = window as unknown as { tools: Tools };
    const start = performance.now();
    const patcher = tools.createPatcher(async () => tools as never);
    const ours: number[] = [];
    const stock: number[] = [];
    const cell = document.querySelector(`#row-${document.querySelectorAll('tr').length / 2}`)?.children[2];
    const begun = performance.now() - start;
    await patcher.prepare();
    for (let round = 1; round < htmls.length; round++) {
      const from = performance.now();
      const [, event, ...instructions] = JSON.parse(frames[round] as string);
      patcher.patch(event, instructions);
      ours.push(performance.now() - from);
      if (cell?.textContent !== `cell ${round}`) throw new Error('The cell was not patched');
    }
    for (const html of htmls) {
      const from = performance.now();
      const now = new DOMParser().parseFromString(html, 'text/html').documentElement;
      tools.morphdom(document.documentElement, now);
      stock.push(performance.now() - from);
    }
    return { begun, ours, stock };
  },
  [pages, messages] as const,
);
await browser.close();

const [ours, stock] = [median(times.ours), median(times.stock)];
console.log(`${ROWS} rows, one cell changed, medians of ${ROUNDS}:`);
console.log(`  taking the shadow at the load  ${times.begun.toFixed(1)} ms`);
console.log(`  our patch                      ${ours.toFixed(3)} ms (${messages[1]?.length} bytes)`);
console.log(`  whole page, stock morphdom     ${stock.toFixed(1)} ms (${pages[1]?.length} bytes)`);
console.log(`  ${(stock / ours).toFixed(0)} times`);
