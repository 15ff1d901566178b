import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useBrowser } from '../../support/browser.js';
import { unless } from '../../support/browsers/driver.js';
import { useExamples } from '../../support/examples.js';
import { TcpProxy } from '../../support/tcp-proxy.js';

const browser = useBrowser();
const url = useExamples();

for (const fault of ['refuse', 'swallow'] as const) {
  test(`behind a proxy that ${fault}s websockets only the first page tries one`, {
    skip: unless('requests'),
  }, async (t) => {
    const origin = (await TcpProxy.open(t, url(''), { websockets: fault })).origin;
    const page = await browser.openPage(`${origin}/`);
    const times: string[] = [];
    const note = async (path: string) => {
      const ms = await page.evaluate(() => performance.now());
      times.push(`${path} ${Math.round(ms)} ms`);
    };
    await note('/');
    for (const path of ['/counter', '/todo', '/policy']) {
      await page.goto(origin + path);
      await page.waitForSelector('html[data-issr=connected]');
      await note(path);
    }
    assert.deepEqual(browser.websockets(), [1]);
    t.diagnostic(`connected after: ${times.join(', ')}`);
    await browser.takeErrors();
  });
}
