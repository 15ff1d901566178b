import assert from 'node:assert/strict';
import { test } from 'node:test';
import { html, useViews } from '../../support/patch-page.js';

const { open } = useViews();

/** Replaces each text by `<font><font>text</font></font>`, as a browser's translation does. */
const translate = (): void => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts: Text[] = [];
  while (walker.nextNode()) texts.push(walker.currentNode as Text);
  for (const text of texts) {
    if (!text.data.trim() || text.parentElement?.closest('font,script')) continue;
    const [outer, inner] = [document.createElement('font'), document.createElement('font')];
    inner.textContent = text.data.toUpperCase();
    outer.append(inner);
    text.replaceWith(outer);
  }
};

const textOf = (selector: string): string => document.querySelector(selector)?.textContent ?? '';

test('a translated text follows the server; its neighbours stay', async () => {
  const { page, show } = await open(html('<p>Hello <b>Bob</b>, you have 3 new messages.</p>'));
  await page.evaluate(translate);
  await show(html('<p>Hello <b>Bob</b>, you have 4 new messages.</p>'));
  assert.equal(await page.evaluate(textOf, 'p'), 'HELLO BOB, you have 4 new messages.');
  await show(html('<p>Hello <b>Ann</b>, you have 4 new messages.</p>'));
  assert.equal(await page.evaluate(textOf, 'p'), 'HELLO Ann, you have 4 new messages.');
});

test('a translated text that the server removes goes', async () => {
  const { page, show } = await open(html('<p><b>1</b> new message<i>!</i></p>'));
  await page.evaluate(translate);
  await show(html('<p><b>1</b><i>!</i></p>'));
  assert.equal(await page.evaluate(textOf, 'p'), '1!');
});

test('translated texts go and move with what the server says', async () => {
  const rows = (...names: string[]): string =>
    names.map((name) => `<li>${name} <button>remove</button> of <b>${name}</b></li>`).join('');
  const pages = [
    `<h1>List</h1>one <i>two</i> three<ul>${rows('a', 'b', 'c')}</ul>`,
    `<h1>List</h1><ul>${rows('b')}<li>d of <b>d</b></li></ul>`,
    `four<h1>List</h1><ul>${rows('d', 'a')}</ul><p>end</p>`,
    `<h1>List</h1>one <i>two</i> three<ul>${rows('c')}</ul><p>the <b>end</b></p>`,
  ].map((body) => html(body));
  for (const before of pages) {
    for (const after of pages) {
      const { page, show } = await open(before);
      await page.evaluate(translate);
      await show(after);
      const plain = () =>
        page.evaluate(() =>
          document.body.innerHTML
            .replace(/<.?font>/g, '')
            .toLowerCase()
            .trim(),
        );
      const text = await plain();
      await page.evaluate(translate);
      await show(before);
      await page.evaluate(translate);
      await show(after);
      const fresh = after.replace(/.*<body>|<.body>.*/g, '');
      assert.deepEqual([text, await plain()], [fresh.toLowerCase(), fresh.toLowerCase()]);
    }
  }
});

test('the replacement of an icon goes with the icon', async () => {
  const { page, show } = await open(html('<p><i class="few"></i><b>1</b></p>'));
  await page.evaluate(() => {
    document.querySelector('i')?.replaceWith(document.createElementNS('http://www.w3.org/2000/svg', 'svg'));
  });
  await show(html('<p><b>1</b></p>'));
  assert.equal(await page.evaluate(() => document.body.innerHTML.trim()), '<p><b>1</b></p>');
});

test('a text that an emoji script split is replaced as a whole', async () => {
  const { page, show, isFresh } = await open(html('<p>Well done 🎉 Bob</p>'));
  await page.evaluate(() => {
    const text = document.querySelector('p')?.firstChild as Text;
    const rest = text.splitText('Well done '.length);
    rest.splitText(2);
    rest.replaceWith(document.createElement('img'));
  });
  await show(html('<p>Well done 🎉 Ann</p>'));
  await isFresh();
});

test('a replaced icon follows the server; a removed element stays away', async () => {
  const icons = (name: string): string =>
    html(`<p><i class="${name}"></i></p><div><u class="${name}"></u></div>`);
  const { page, show } = await open(icons('few'));
  await page.evaluate(() => {
    document.querySelector('i')?.replaceWith(document.createElementNS('http://www.w3.org/2000/svg', 'svg'));
    document.querySelector('u')?.remove();
  });
  await show(icons('many'));
  assert.equal(
    await page.evaluate(() => document.body.innerHTML.trim()),
    '<p><i class="many"></i></p><div></div>',
  );
});

test('new content lands behind an element that a script wrapped', async () => {
  const { page, show } = await open(html('<main><table id="t"></table></main>'));
  await page.evaluate(() => {
    const wrapper = document.createElement('div');
    const table = document.querySelector('table') as Element;
    table.replaceWith(wrapper);
    wrapper.append(table);
  });
  await show(html('<main><table id="t"></table><p>new</p></main>'));
  assert.equal(
    await page.evaluate(() => document.querySelector('main')?.innerHTML),
    '<div><table id="t"></table></div><p>new</p>',
  );
});

test('a field whose type changes keeps its text', async () => {
  const field = (type: string): string => html(`<input type="${type}" name="pw">`);
  const { page, show } = await open(field('password'));
  await page.fill('input', 's3cret');
  for (const type of ['text', 'search', 'password']) {
    await show(field(type));
    assert.equal(await page.inputValue('input'), 's3cret');
    assert.equal(await page.getAttribute('input', 'type'), type);
  }
});

test('a changed source loads, an unchanged one plays on', async () => {
  const video = (sources: string[], attributes = ''): string =>
    html(
      `<video ${attributes}>${sources.map((source) => `<source src="/${source}.webm">`).join('')}</video>`,
    );
  const { page, show } = await open(video(['a']));
  await page.evaluate(() => {
    const player = document.querySelector('video') as HTMLVideoElement & { loads: number };
    const { load } = player;
    player.loads = 0;
    Object.defineProperty(player, 'currentSrc', { value: `${location.origin}/a.webm` });
    player.load = () => {
      player.loads++;
      load.call(player);
    };
  });
  const state = () =>
    page.evaluate(() => {
      const player = document.querySelector('video') as HTMLVideoElement & { loads: number };
      return [player.loads, player.muted];
    });
  await show(video(['a', 'b'], 'muted'));
  assert.deepEqual(await state(), [0, true]);
  await show(video(['c', 'b']));
  assert.deepEqual(await state(), [1, false]);
});

test('a new player is muted if its HTML says so', async () => {
  const { page, show } = await open(html('<p>1</p>'));
  await show(html('<p>1</p><video muted></video>'));
  assert.equal(await page.evaluate(() => document.querySelector('video')?.muted), true);
});

test('patching radio buttons takes linear time', async () => {
  const radios = (count: number, attributes = ''): string =>
    html(
      Array.from({ length: count }, (_, i) => `<input type="radio" name="q" value="${i}"${attributes}>`).join(
        '',
      ),
    );
  const counts: number[] = [];
  for (const count of [100, 400]) {
    const { page, show } = await open(radios(count));
    await page.evaluate(() => {
      const counter = { reads: 0 };
      const prototype = HTMLInputElement.prototype;
      const { get } = Object.getOwnPropertyDescriptor(prototype, 'type') as PropertyDescriptor;
      Object.defineProperty(prototype, 'type', {
        get() {
          counter.reads++;
          return get?.call(this);
        },
      });
      Object.assign(window, { counter });
    });
    await show(radios(count, ' disabled'));
    counts.push(
      await page.evaluate(() => (window as unknown as { counter: { reads: number } }).counter.reads),
    );
  }
  const [few = 0, many = 0] = counts;
  assert.ok(many < few * 5, `${few} reads for 100, ${many} for 400`);
});
