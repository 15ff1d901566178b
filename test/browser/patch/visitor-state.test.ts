import assert from 'node:assert/strict';
import { test } from 'node:test';
import { html, testEachWay, useViews } from '../../support/patch-page.js';

const { open } = useViews();

testEachWay('details that the visitor opened stay open, also when their content changes', async (way) => {
  const details = (text: string): string => html(`<details><summary>more</summary><p>${text}</p></details>`);
  const { page, show } = await open(details('1'), way);
  await page.click('summary');
  await show(details('2'));
  assert.equal(await page.getAttribute('details', 'open'), '');
  assert.equal(await page.textContent('p'), '2');
});

testEachWay('the server opens and closes details', async (way) => {
  const details = (open: string): string => html(`<details${open}><summary>more</summary></details>`);
  const { show, isFresh } = await open(details(''), way);
  await show(details(' open'));
  await isFresh();
  await show(details(''));
  await isFresh();
});

testEachWay('a modal dialog stays open while the page behind it changes', async (way) => {
  const dialog = (text: string): string =>
    html(`<p>${text}</p><dialog><p>${text}</p><input name="q"></dialog>`);
  const { page, show } = await open(dialog('1'), way);
  await page.evaluate(() => document.querySelector('dialog')?.showModal());
  await page.fill('[name=q]', 'typed');
  await show(dialog('2'));
  assert.equal(await page.locator('dialog:modal').count(), 1);
  assert.equal(await page.textContent('dialog p'), '2');
  assert.equal(await page.inputValue('[name=q]'), 'typed');
});

testEachWay('a modal dialog that the server closes or removes does not leave the page inert', async (way) => {
  const { page, show } = await open(html('<button id="b">go</button><dialog open>x</dialog>'), way);
  await page.evaluate(() => {
    document.querySelector('dialog')?.close();
    document.querySelector('dialog')?.showModal();
    document.querySelector('button')?.addEventListener('click', () => document.body.classList.add('clicked'));
  });
  await show(html('<button id="b">go</button><dialog>x</dialog>'));
  assert.equal(await page.locator('dialog[open]').count(), 0);
  await page.evaluate(() => document.querySelector('dialog')?.showModal());
  await show(html('<button id="b">go</button>'));
  await page.click('#b', { timeout: 2000 });
  assert.equal(await page.getAttribute('body', 'class'), 'clicked');
});

testEachWay('a modal dialog that the server removes returns the focus', async (way) => {
  const { page, show } = await open(html('<button id="b">go</button>'), way);
  for (const [opened, closed] of [
    ['<dialog open modal><input id="q"></dialog>', ''],
    ['<section><p><dialog open modal><input id="q"></dialog></p></section>', '<section></section>'],
    ['<div><dialog open modal><input id="q"></dialog></div>', '<i>done</i>'],
  ]) {
    await page.focus('#b');
    await show(html(`<button id="b">go</button>${opened}`));
    await page.evaluate(() => {
      const dialog = document.querySelector('dialog');
      // The part of the script that opens dialogs may not run in this way.
      if (dialog?.matches(':modal')) return;
      dialog?.removeAttribute('open');
      dialog?.showModal();
    });
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'q');
    await show(html(`<button id="b">go</button>${closed}`));
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'b');
  }
});

testEachWay('an open popover stays', async (way) => {
  const popover = (text: string): string => html(`<p>${text}</p><div popover id="pop">${text}</div>`);
  const { page, show } = await open(popover('1'), way);
  await page.evaluate(() => document.querySelector<HTMLElement>('#pop')?.showPopover());
  await show(popover('2'));
  assert.equal(await page.locator('#pop:popover-open').textContent(), '2');
});

testEachWay('an open popover closes when the server makes it an ordinary element', async (way) => {
  const popover = (attribute: string): string =>
    html(`<div ${attribute} id="pop">x</div><p>${attribute}</p>`);
  const { page, show, isFresh } = await open(popover('popover'), way);
  await page.evaluate(() => document.querySelector<HTMLElement>('#pop')?.showPopover());
  await show(popover(''));
  assert.equal(await page.locator('#pop:popover-open').count(), 0);
  assert.equal(await page.locator('#pop').isVisible(), true);
  await isFresh();
});

testEachWay('page and boxes keep their scroll positions', async (way) => {
  const line = '<p style="height: 100px">line</p>'.repeat(40);
  const page1 = (text: string): string =>
    html(`<p>${text}</p><div id="box" style="height: 200px; overflow: auto">${line}</div>${line}`);
  const { page, show } = await open(page1('1'), way);
  await page.evaluate(() => {
    document.querySelector('#box')?.scrollTo(0, 500);
    window.scrollTo(0, 300);
  });
  await show(page1('2'));
  assert.deepEqual(
    await page.evaluate(() => [document.querySelector('#box')?.scrollTop, window.scrollY]),
    [500, 300],
  );
});

testEachWay('a box does not follow the first visible row to its new place', async (way) => {
  const rows = (...numbers: number[]): string =>
    html(`<div id="box" style="height: 200px; overflow: auto">${numbers.map(rowOf).join('')}</div>`);
  const rowOf = (number: number): string =>
    `<p id="r${number}" style="height: 50px; margin: 0">${number}</p>`;
  const numbers = Array.from({ length: 40 }, (_, number) => number);
  const { page, show } = await open(rows(...numbers), way);
  await page.evaluate(() => document.querySelector('#box')?.scrollTo(0, 600));
  const isAt = (row: string, top: number) =>
    page.waitForFunction(
      ([row, top]) => {
        const [place, box] = [row, '#box'].map(
          (one) => document.querySelector(one)?.getBoundingClientRect().top,
        );
        return Math.abs((place ?? 0) - (box ?? 0) - top) < 1;
      },
      [row, top] as const,
    );
  await show(rows(100, 101, ...numbers));
  await isAt('#r12', 0);
  await show(rows(100, 101, ...numbers.filter((number) => number !== 12), 12));
  await isAt('#r13', 50);
});

testEachWay('a box that scrolls from its end keeps the rows that are read', async (way) => {
  const style =
    '<style>#box { height: 200px; overflow: auto; display: flex; flex-direction: column-reverse } ' +
    '#box p { height: 50px; margin: 0 } .more { overflow-anchor: none }</style>';
  const rows = (first: number, last: number): string =>
    html(
      `<div id="box"><div><p class="more" id="more-${first}">more</p>${Array.from(
        { length: last - first + 1 },
        (_, i) => `<p id="r${first + i}">${first + i}</p>`,
      ).join('')}</div></div>`,
      style,
    );
  const { page, show } = await open(rows(40, 60), way);
  const isAt = (row: string, top: number) =>
    page.waitForFunction(
      ([row, top]) => {
        const [place, box] = [row, '#box'].map(
          (one) => document.querySelector(one)?.getBoundingClientRect().top,
        );
        return Math.abs((place ?? 0) - (box ?? 0) - top) < 1;
      },
      [row, top] as const,
    );
  await show(rows(40, 61));
  await isAt('#r61', 150);
  await page.evaluate(() => document.querySelector('#box')?.scrollTo(0, -99_999));
  await show(rows(20, 61));
  await isAt('#r40', 50);
  await show(rows(20, 63));
  await isAt('#r40', 50);
});

testEachWay('selected text stays selected while texts around it change', async (way) => {
  const texts = (text: string): string => html(`<p id="a">${text}</p><p id="b">please select this</p>`);
  const { page, show } = await open(texts('1'), way);
  await page.evaluate(() => {
    const text = document.querySelector('#b')?.firstChild as Text;
    getSelection()?.setBaseAndExtent(text, 7, text, 13);
  });
  await show(texts('2'));
  assert.equal(await page.evaluate(() => String(getSelection())), 'select');
});

test('a selection outlives a change in another part of its text', async () => {
  const { page, show } = await open(html('<p>please select this, one</p>'));
  await page.evaluate(() => {
    const text = document.querySelector('p')?.firstChild as Text;
    getSelection()?.setBaseAndExtent(text, 7, text, 13);
  });
  await show(html('<p>please select this, two</p>'));
  assert.equal(await page.evaluate(() => String(getSelection())), 'select');
});

testEachWay(
  'an animation goes on when siblings come, a transition starts when the class changes',
  async (way) => {
    const style = `<style>@keyframes turn { to { rotate: 360deg } } #a { animation: turn 100s linear }
    #t { opacity: 1; transition: opacity 100s } #t.off { opacity: 0 }</style>`;
    const page1 = (more: string, off: string): string =>
      html(`${more}<div id="a">a</div><div id="t" class="${off}">t</div>`, style);
    const { page, show } = await open(page1('', ''), way);
    await page.evaluate(() =>
      Object.assign(window, { was: document.querySelector('#a')?.getAnimations()[0] }),
    );
    await show(page1('<p>new</p>', 'off'));
    const [isSame, transitions] = await page.evaluate(() => [
      document.querySelector('#a')?.getAnimations()[0] === (window as unknown as { was: Animation }).was,
      document.querySelector('#t')?.getAnimations().length,
    ]);
    assert.deepEqual([isSame, transitions], [true, 1]);
  },
);

testEachWay('what other scripts added stays: nodes, attributes, classes, styles', async (way) => {
  const page1 = (text: string, attributes: string): string =>
    html(`<div id="a" ${attributes}><p>${text}</p></div>`);
  const { page, show } = await open(page1('1', 'class="x y" style="color: red; top: 1px" title="t"'), way);
  await page.evaluate(() => {
    const box = document.querySelector<HTMLElement>('#a') as HTMLElement;
    box.classList.add('theirs');
    box.classList.remove('y');
    box.style.setProperty('left', '5px');
    box.setAttribute('data-theirs', '1');
    box.append(document.createElement('their-node'));
    box.prepend('their text');
    document.body.append(document.createElement('their-node'));
  });
  await show(page1('2', 'class="x y z" style="color: blue" title="u"'));
  assert.equal(
    await page.innerHTML('body'),
    '<div id="a" class="x theirs z" style="color: blue; left: 5px;" title="u" data-theirs="1">' +
      'their text<p>2</p><their-node></their-node></div><their-node></their-node>',
  );
  await show(page1('2', ''));
  assert.equal(await page.getAttribute('#a', 'class'), 'theirs');
  assert.equal(await page.getAttribute('#a', 'style'), 'left: 5px;');
});

testEachWay('a shadow root and what a custom element made of itself stay', async (way) => {
  const page1 = (text: string): string => html(`<my-box title="${text}"><b>${text}</b></my-box>`);
  const { page, show } = await open(page1('1'), way);
  await page.evaluate(() => {
    customElements.define(
      'my-box',
      class extends HTMLElement {
        static observedAttributes = ['title'];
        connectedCallback(): void {
          if (!this.shadowRoot) this.attachShadow({ mode: 'open' }).innerHTML = '<slot></slot>inside';
          this.setAttribute('role', 'group');
          this.append(document.createElement('i'));
        }
        attributeChangedCallback(): void {
          this.dataset.count = String(Number(this.dataset.count ?? 0) + 1);
        }
      },
    );
  });
  await show(page1('2'));
  assert.equal(
    await page.innerHTML('body'),
    '<my-box title="2" data-count="2" role="group"><b>2</b><i></i></my-box>',
  );
  assert.equal(
    await page.evaluate(() => document.querySelector('my-box')?.shadowRoot?.textContent),
    'inside',
  );
});

testEachWay('a custom element that changes itself while it is patched ends up right', async (way) => {
  const page1 = (text: string): string =>
    html(`<wild-box title="${text}"><b>${text}</b></wild-box><p>${text}</p>`);
  const { page, show } = await open(page1('1'), way);
  await page.evaluate(() => {
    customElements.define(
      'wild-box',
      class extends HTMLElement {
        static observedAttributes = ['title'];
        attributeChangedCallback(): void {
          this.replaceChildren();
          this.remove();
          document.body.prepend(this);
        }
      },
    );
  });
  await show(page1('2'));
  assert.equal(await page.innerHTML('body'), '<wild-box title="2"></wild-box><p>2</p>');
});

testEachWay('edits in contenteditable stay while the HTML of the server is the same there', async (way) => {
  const page1 = (text: string): string =>
    html(`<p>${text}</p><div contenteditable id="e"><p>one</p><p>two</p></div>`);
  const { page, show } = await open(page1('1'), way);
  await page.click('#e p');
  await page.keyboard.press('End');
  await page.keyboard.type(' more');
  await page.keyboard.press('Enter');
  await page.keyboard.type('new line');
  const edited = await page.innerHTML('#e');
  await show(page1('2'));
  assert.equal(await page.innerHTML('#e'), edited);
  await page.keyboard.type('!');
  assert.match(await page.innerHTML('#e'), /new line!/);
});

test('contenteditable takes server changes and keeps other edits', async () => {
  const page1 = (text: string): string => html(`<div contenteditable id="e"><p>one</p><p>${text}</p></div>`);
  const { page, show } = await open(page1('two'));
  await page.click('#e p');
  await page.keyboard.press('End');
  await page.keyboard.type(' more');
  await show(page1('three'));
  assert.equal(await page.innerHTML('#e'), '<p>one more</p><p>three</p>');
});

testEachWay('what the visitor deleted in contenteditable is skipped in silence', async (way) => {
  const page1 = (text: string): string =>
    html(`<div contenteditable id="e"><p>one</p><p class="${text}">${text}</p></div><b>${text}</b>`);
  const { page, show } = await open(page1('two'), way);
  await page.click('#e');
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.press('Delete');
  await page.keyboard.type('mine');
  await show(page1('three'));
  assert.equal(await page.textContent('#e'), 'mine');
  assert.equal(await page.textContent('b'), 'three');
});

testEachWay('a player of a stream that a script gave it plays on', async (way) => {
  const video = (name: string): string => html(`<video class="${name}" muted></video>`);
  const { page, show } = await open(video('small'), way);
  await page.evaluate(async () => {
    const canvas = document.createElement('canvas');
    canvas.getContext('2d');
    const player = document.querySelector('video') as HTMLVideoElement;
    player.srcObject = canvas.captureStream();
    player.addEventListener('emptied', () => player.setAttribute('title', 'emptied'));
  });
  await show(video('large'));
  assert.equal(
    await page.evaluate(() => document.querySelector('video')?.outerHTML),
    '<video class="large" muted=""></video>',
  );
});

testEachWay('a title that a script wrote follows the server when that has a new one', async (way) => {
  const titled = (title: string): string => html('x').replace('A page', title);
  const { page, show } = await open(titled('one'), way);
  await page.evaluate(() => {
    document.title = 'scripted';
  });
  await show(titled('one').replace('<body>x', '<body>y'));
  assert.equal(await page.title(), 'scripted');
  await show(titled('two'));
  assert.equal(await page.title(), 'two');
});

for (const [name, now, wanted] of [
  [
    'new content is ignored',
    '<div noupdate id="w" class="b"><i>server</i></div>',
    '<div noupdate="" id="w"><b>widget</b></div>',
  ],
  [
    'it is moved as it is',
    '<p>1</p><div noupdate id="w">x</div><p>2</p>',
    '<p>1</p><div noupdate="" id="w"><b>widget</b></div><p>2</p>',
  ],
  ['it goes when the server leaves it out', '<p>1</p>', '<p>1</p>'],
] as const) {
  testEachWay(`noupdate: ${name}`, async (way) => {
    const { page, show } = await open(html('<div noupdate id="w">start</div><p>1</p>'), way);
    await page.$eval('#w', (widget) => {
      widget.innerHTML = '<b>widget</b>';
    });
    await show(html(now));
    assert.equal(await page.innerHTML('body'), wanted);
  });
}
