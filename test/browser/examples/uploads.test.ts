import assert from 'node:assert/strict';
import { useBrowser } from '../../support/browser.js';
import { useLinkedExamples } from '../../support/examples.js';
import { png } from '../../support/uploads.js';

const browser = useBrowser();
const { url, testEachLink } = useLinkedExamples(browser);

const file = (name: string, mimeType = 'image/png', buffer = png(50_000)) => ({ name, mimeType, buffer });

testEachLink('pictures are in the album of all visitors, and the field is empty for the next', async () => {
  const [ada, grace] = [await browser.openPage(url('/uploads')), await browser.openPage(url('/uploads'))];
  await ada.setInputFiles('[name=photo]', [file('cat.png'), file('dog.png')]);
  await ada.click('text=add');
  for (const page of [ada, grace]) {
    await page.waitForFunction(() => document.querySelectorAll('.album img').length === 2);
    const names = await page.$$eval('.album img', (images) =>
      images.map((image) => image.getAttribute('alt')),
    );
    assert.deepEqual(names.sort(), ['cat.png', 'dog.png']);
  }
  await ada.waitForFunction(() => document.querySelector<HTMLInputElement>('[name=photo]')?.value === '');
  const src = await ada.getAttribute('.album img', 'src');
  const { headers, length } = await ada.evaluate(async (src) => {
    const response = await fetch(src ?? '');
    return {
      headers: [...response.headers].flat().join(),
      length: (await response.arrayBuffer()).byteLength,
    };
  }, src);
  assert.match(headers, /content-type,image\/png.*nosniff/);
  assert.equal(length, 50_000);
});

testEachLink('what is no picture is refused at the field', async () => {
  const page = await browser.openPage(url('/uploads'));
  await page.setInputFiles('[name=photo]', file('a.txt', 'text/plain', Buffer.from('text')));
  await page.waitForSelector('[aria-invalid=true]');
  assert.match((await page.textContent('.problem')) ?? '', /^a\.txt has a type that is not allowed/);
  await page.setInputFiles('[name=photo]', file('a.png'));
  await page.waitForSelector('.problem:empty', { state: 'attached' });
});
