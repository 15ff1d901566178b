import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errors } from '../../src/errors.js';
import { addressKey } from '../../src/limits/address-key.js';
import { ClientLimit } from '../../src/limits/client-limit.js';
import { KeyedCounter } from '../../src/limits/keyed-counter.js';
import { resolveOptions } from '../../src/options/options.js';
import { type UnjoinedPage, UnjoinedPages } from '../../src/page/unjoined-pages.js';

for (const [ip, key] of [
  ['10.0.0.1', '10.0.0.1'],
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['::FFFF:a00:1', '10.0.0.1'],
  ['0:0:0:0:0:ffff:10.0.0.1', '10.0.0.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:1:2::ffff', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:db8:0:0::/64', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['::', '0:0:0:0::/64'],
  ['', ''],
  ['not:an:address', 'not:an:address'],
] as const) {
  test(`counts the address '${ip}' as '${key}'`, () => assert.equal(addressKey(ip), key));
}

test('a counter forgets a key that is back at zero', () => {
  const counter = new KeyedCounter();
  counter.add('__proto__', 2);
  counter.subtract('__proto__');
  assert.equal(counter.get('__proto__'), 1);
  counter.subtract('__proto__');
  assert.equal(counter.get('__proto__'), 0);
});

test('addresses of one IPv6 network share a limit', () => {
  const limit = new ClientLimit({
    total: { option: 'maxClients', max: 3 },
    perAddress: { option: 'maxClientsPerIp', max: 2 },
    LimitReached: errors.ISSR_ERR_CLIENTS,
  });
  limit.enter('2001:db8::1');
  limit.assertRoom('2001:db8::2');
  limit.enter('2001:db8::2');
  const message = 'Client limit reached (2 open, see maxClientsPerIp)';
  assert.throws(() => limit.assertRoom('2001:db8::3'), { message });
  limit.assertRoom('2001:db8:0:1::1');
  limit.enter('2001:db8:0:1::1');
  assert.throws(() => limit.assertRoom('::1'), { message: 'Client limit reached (3 open, see maxClients)' });
  limit.leave('2001:db8::1');
  limit.assertRoom('2001:db8::3');
});

test('one address that only loads pages does not drop those of others', () => {
  const pages = new UnjoinedPages(resolveOptions({ maxUnjoinedPages: 40, maxUnjoinedPagesPerIp: 10 }));
  const page = loadedFrom('192.0.2.2', '<p>');
  pages.add('other', page);
  for (let i = 0; i < 1000; i++) pages.add(`flood ${i}`, loadedFrom(`2001:db8::${i.toString(16)}`, '<p>'));
  assert.ok(pages.take('flood 4'));
  assert.equal(pages.take('flood 5'), undefined);
  assert.equal(pages.take('other'), page);
});

test('one address has a share of the bytes of pages that wait', () => {
  const pages = new UnjoinedPages(resolveOptions({ maxUnjoinedBytesPerIp: 8000 }));
  const page = loadedFrom('192.0.2.1', 'x'.repeat(1000));
  for (let i = 0; i < 5; i++) pages.add(`page ${i}`, page);
  assert.equal(pages.take('page 2'), undefined);
  assert.equal(pages.take('page 1'), page);
  pages.add('later', page);
  assert.equal(pages.take('later'), page);
});

function loadedFrom(ip: string, html: string): UnjoinedPage {
  return {
    url: '/',
    html,
    pushGeneration: 0,
    isPage: true,
    interests: undefined,
    flashes: [],
    share: undefined,
    rendered: performance.now(),
    headers: [],
    cookie: undefined,
    setCookies: [],
    ip,
  };
}
