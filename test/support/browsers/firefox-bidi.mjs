#!/usr/bin/env node
/**
 * Runs Firefox for playwright-core, which speaks WebDriver BiDi with it. Commands that the release in Debian
 * does not know yet are answered here, because playwright-core sends them for every visitor.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { WebSocket, WebSocketServer } from 'ws';

const UNKNOWN = new Set(['emulation.setMediaFeaturesOverride']);
const LISTENING = /^(WebDriver BiDi listening on )(ws:\S+)$/;
const MAX_MESSAGE = 2 ** 30;

const firefox = spawn(process.env.FIREFOX_PATH, process.argv.slice(2), {
  stdio: ['ignore', 'inherit', 'pipe'],
});
firefox.on('exit', (code) => process.exit(code ?? 1));
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => firefox.kill(signal));

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, maxPayload: MAX_MESSAGE });
createInterface({ input: firefox.stderr }).on('line', (line) => {
  const [, text, address] = LISTENING.exec(line) ?? [];
  if (address) server.on('connection', (driver, { url }) => relay(driver, address + url));
  process.stderr.write(`${address ? `${text}ws://127.0.0.1:${server.address().port}` : line}\n`);
});

function relay(driver, address) {
  const browser = new WebSocket(address, { maxPayload: MAX_MESSAGE, perMessageDeflate: false });
  const opened = new Promise((resolve) => browser.on('open', resolve));
  driver.on('message', async (data) => {
    const { id, method } = JSON.parse(data);
    if (UNKNOWN.has(method)) return driver.send(JSON.stringify({ type: 'success', id, result: {} }));
    await opened;
    browser.send(String(data));
  });
  browser.on('message', (data) => driver.send(String(data)));
  browser.on('close', () => driver.close());
  browser.on('error', () => driver.close());
  driver.on('close', () => browser.close());
}
