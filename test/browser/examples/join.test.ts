import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useBrowser } from '../../support/browser.js';
import { useExamples } from '../../support/examples.js';
import { get } from '../../support/get.js';
import { TcpProxy } from '../../support/tcp-proxy.js';

const browser = useBrowser();
const url = useExamples();

test('no example is sent again at its join: the browser reads its HTML as the server does', async (t) => {
  let received = '';
  const proxy = await TcpProxy.open(t, url(''), {
    onDown: (piece) => {
      received += piece;
    },
  });
  const { body } = await get(url('/'));
  const [, index = ''] = /class="index"(.*?)<\/ul>/s.exec(body) ?? [];
  const paths = [...index.matchAll(/href="(\/[^"]*)"/g)].map(([, path]) => path ?? '');
  const examples = ['/', '/source/hello.tsx', ...paths.filter((path) => !path.startsWith('/source/'))];
  assert.ok(examples.length >= 18, `${examples}`);
  const page = await browser.openPage(`${proxy.origin}/`);
  for (const path of examples) {
    received = '';
    await page.goto(proxy.origin + path);
    await page.waitForSelector('html[data-issr=connected]');
    // The answer follows everything that the join has caused.
    await page.evaluate(() => window.rr());
    assert.match(received, /\["joined",/, path);
    assert.doesNotMatch(received, /\["(base|page)",/, path);
  }
});
