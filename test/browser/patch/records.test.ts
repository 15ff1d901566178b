import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { firstSeed } from '../../fuzz/seed.js';
import { html, testEachWay, useViews, type Way } from '../../support/patch-page.js';
import { createRandom, type Random } from '../../support/patch-random.js';

const RUNS = Number(process.env.ISSR_FUZZ_BROWSER_RUNS ?? 100) / 10;
const SEED = firstSeed();
const { open } = useViews();

/** A record of a list. No two records have the same name or age. */
interface Entry {
  name: string;
  age: number;
}

/** Attribute of the rows. `''` writes neither keys nor ids. */
type Identity = 'key' | 'id' | '';

function row({ name, age }: Entry, tag: string, identity: Identity, mark: string): string {
  const own = identity && ` ${identity}="r-${name}"`;
  const box = `<input type="checkbox" name="sel" value="${name}"><input type="radio" name="one" value="${name}">`;
  const rest =
    '<input name="note"><textarea name="more"></textarea><input type="file" name="file">' +
    '<select name="kind"><option>a</option><option>b</option></select><details><summary>s</summary>x</details>' +
    '<form><input type="radio" name="mode" value="a" checked><input type="radio" name="mode" value="b"></form>';
  const inside = `${identity ? box : ''}<b>${name}${mark}</b><i>${age} s</i>${rest}<button>remove</button>`;
  return `<${tag}${own}>${tag === 'tr' ? `<td>${inside}</td>` : inside}</${tag}>`;
}

function list(entries: Entry[], tag: string, identity: Identity, mark = ''): string {
  const rows = entries.map((entry) => row(entry, tag, identity, mark)).join('');
  const outer = tag === 'tr' ? `<table><tbody>${rows}</tbody></table>` : `<section>${rows}</section>`;
  return html(`<h1>${entries.length}</h1>${outer}<p>${'x'.repeat(6000)}</p>`);
}

/** Does something in some rows. Each text that is typed names its record. */
async function visit(page: Page, random: Random, entries: Entry[], tag: string): Promise<void> {
  const chosen = entries.filter(() => random(2)).map(({ name }) => name);
  await page.evaluate(
    ([names, rowTag]) => {
      for (const element of document.querySelectorAll(rowTag)) {
        const name = element.querySelector('b')?.textContent?.replace(/\W.*/, '') ?? '';
        if (!names.includes(name)) continue;
        (element.querySelector('[name=note]') as HTMLInputElement).value = `note of ${name}`;
        (element.querySelector('[name=more]') as HTMLTextAreaElement).value = `more of ${name}`;
        (element.querySelector('select') as HTMLSelectElement).selectedIndex = 1;
        (element.querySelector('details') as HTMLDetailsElement).open = true;
        for (const field of element.querySelectorAll<HTMLInputElement>('[name=sel],[name=one],[value=b]'))
          field.click();
        for (const used of element.querySelectorAll('select,details,[value=b]'))
          used.setAttribute('data-of', name);
        const files = new DataTransfer();
        files.items.add(new File(['x'], name));
        (element.querySelector('[type=file]') as HTMLInputElement).files = files.files;
      }
    },
    [chosen, tag] as const,
  );
}

/** The records whose state shows at each row: the row's own name first. */
function shown(page: Page, tag: string): Promise<[name: string, states: string[]][]> {
  return page.evaluate((rowTag) => {
    return [...document.querySelectorAll(rowTag)].map((element): [string, string[]] => {
      const states = [
        (element.querySelector('[name=note]') as HTMLInputElement).value.replace('note of ', ''),
        (element.querySelector('[name=more]') as HTMLTextAreaElement).value.replace('more of ', ''),
        (element.querySelector('[type=file]') as HTMLInputElement).files?.[0]?.name ?? '',
        ...[...element.querySelectorAll('select,details[open],[value=b]:checked')]
          .filter((used) => (used as HTMLSelectElement).selectedIndex !== 0)
          .map((used) => used.getAttribute('data-of') ?? 'nobody'),
        ...[...element.querySelectorAll<HTMLInputElement>('[name=sel]:checked,[name=one]:checked')].map(
          ({ name, value }) => `${name} of ${value}`,
        ),
      ];
      return [element.querySelector('b')?.textContent ?? '', states.filter(Boolean)];
    });
  }, tag);
}

/** Inserts, removes, reorders and filters, and changes every age. */
function change(random: Random, entries: Entry[], fresh: () => Entry): Entry[] {
  let after = entries.filter(() => random(4) > 0);
  if (!random(4)) after = after.slice(0, 2);
  if (!random(3)) after = after.reverse();
  for (let count = random(3); count > 0; count--) after.splice(random(after.length + 1), 0, fresh());
  const shift = random(2);
  // A single element is not a list: it may be a panel of which every text changed.
  while (after.length < 2) after.push(fresh());
  return after.map(({ name, age }) => ({ name, age: age + shift }));
}

async function runLists(way: Way, identity: Identity, check: typeof checkOwn): Promise<void> {
  const random = createRandom(SEED);
  for (let run = 0; run < RUNS; run++) {
    let made = 0;
    const fresh = (): Entry => ({ name: `N${run}x${made++}`, age: 1000 * made });
    const tag = random.pick(['li', 'tr', 'div']);
    let entries = Array.from({ length: 2 + random(5) }, fresh);
    const { page, show } = await open(list(entries, tag, identity), way);
    for (let step = 0; step < 4; step++) {
      await visit(page, random, entries, tag);
      const before = await shown(page, tag);
      const after = change(random, entries, fresh);
      await show(list(after, tag, identity, identity || random(3) ? '' : `!${step}`));
      check(before, await shown(page, tag), `seed ${SEED}, ${way}, list ${run} of <${tag}>, step ${step}`);
      entries = after;
    }
    await page.close();
  }
}

type Shown = Awaited<ReturnType<typeof shown>>;

/** Every state shows at its own record, and none is lost while the record is there. */
function checkOwn(before: Shown, after: Shown, message: string): void {
  const states = new Map(before);
  for (const [name, own] of after) assert.deepEqual(own, states.get(name) ?? [], `${message}, ${name}`);
}

/** No state shows at a record of which all texts differ. */
function checkNotForeign(_: Shown, after: Shown, message: string): void {
  for (const [name, states] of after)
    for (const state of states) assert.equal(state.replace(/.* of /, ''), name.replace(/!.*/, ''), message);
}

for (const way of ['instructions', 'whole page'] as const) {
  for (const identity of ['key', 'id'] as const)
    test(`state stays with its record by ${identity} (by ${way}, seed ${SEED})`, () =>
      runLists(way, identity, checkOwn));
  test(`state gets to no record of other texts (by ${way}, seed ${SEED})`, () =>
    runLists(way, '', checkNotForeign));
}

/** A form of two fields beside each other, without any text but messages. The first field has one. */
const formOf = (tag: string, values: [string, string], message: string): string => {
  const field = (name: string, value: string, text: string): string =>
    `<${tag}><input name="${name}" value="${value}"${text && ' aria-invalid="true"'}><small>${text}</small></${tag}>`;
  const fields = field('email', values[0], message) + field('city', values[1], '');
  return html(tag === 'td' ? `<table><tbody><tr>${fields}</tr></tbody></table>` : `<form>${fields}</form>`);
};

for (const tag of ['div', 'td', 'p']) {
  for (const values of [
    ['', ''],
    ['a@b', 'Rome'],
  ] as [string, string][]) {
    testEachWay(`text stays as a message comes, changes and goes (${values} in <${tag}>)`, async (way) => {
      const { page, show } = await open(formOf(tag, values, ''), way);
      await page.focus('[name=email]');
      await page.keyboard.type('typed');
      const typed = await page.inputValue('[name=email]');
      for (const message of ['too long', 'too short', '']) {
        await show(formOf(tag, values, message));
        const now = [await page.inputValue('[name=email]'), await page.textContent('small')];
        assert.deepEqual(now, [typed, message]);
        assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('name')), 'email');
      }
    });
  }
}

testEachWay('the only row of a list becomes another record', async (way) => {
  const list = (name: string): string => html(`<ul><li>${name} <input name="note"></li></ul>`);
  const { page, show } = await open(list('Ann'), way);
  await page.fill('[name=note]', 'typed');
  await show(list('Bob'));
  assert.equal(await page.inputValue('[name=note]'), '');
});
