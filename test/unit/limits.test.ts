import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
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
  const other = add(pages, page);
  const flood = Array.from({ length: 1000 }, (_, i) =>
    add(pages, loadedFrom(`2001:db8::${i.toString(16)}`, '<p>')),
  );
  assert.ok(pages.take(flood[4] as string));
  assert.equal(pages.take(flood[5] as string), undefined);
  assertKept(pages, other, page);
});

test('one address has a share of the bytes of pages that wait', () => {
  const pages = new UnjoinedPages(resolveOptions({ maxUnjoinedBytesPerIp: 8000 }));
  const page = loadedFrom('192.0.2.1', 'x'.repeat(1000));
  const [, second, third] = Array.from({ length: 5 }, () => add(pages, page)) as [string, string, string];
  assert.equal(pages.take(third), undefined);
  assertKept(pages, second, page);
  assertKept(pages, add(pages, page), page);
});

test('a page that waits for its join is kept whole, once', () => {
  const pages = new UnjoinedPages(resolveOptions({}));
  const page: UnjoinedPage = {
    ...loadedFrom('2001:db8::1', '<p>süß €</p>'),
    url: '/a?b=c\nd',
    pushGeneration: 7,
    isPage: false,
    flashes: [{ message: 'Saved', kind: 'info' }],
    headers: [['authorization', ['a\nb', 'c']]],
    cookie: 'a=b; c=d\ne',
    setCookies: ['f=g; Path=/'],
  };
  const id = add(pages, page);
  assertKept(pages, id, page);
  assert.equal(pages.take(id), undefined);
  assert.equal(pages.count, 0);
});

test('of two ids that begin alike, only the first page is kept', () => {
  const pages = new UnjoinedPages(resolveOptions({}));
  const [first, second] = ['0', '1'].map((end) => `01234567-89ab-4cde-8f01-23456789abc${end}`) as [
    string,
    string,
  ];
  const page = loadedFrom('192.0.2.1', 'first');
  pages.add(first, page);
  pages.add(second, loadedFrom('192.0.2.1', 'second'));
  assert.equal(pages.take(second), undefined);
  assertKept(pages, first, page);
});

test('pages that joined do not hold the memory of others for ever', () => {
  const max = 1_000_000;
  const pages = new UnjoinedPages(resolveOptions({ maxUnjoinedBytes: max, maxUnjoinedBytesPerIp: max }));
  const page = loadedFrom('192.0.2.1', 'x'.repeat(10_000));
  const waiting: string[] = [];
  for (let i = 0; i < 1000; i++) {
    const id = add(pages, page);
    // Each buffer has one page that does not join.
    if (i % 10 === 0) waiting.push(id);
    else pages.take(id);
  }
  assert.ok(pages.count < 20, `${pages.count} pages`);
  assertKept(pages, waiting.at(-1) as string, page);
});

/** Returns the page's id. */
function add(pages: UnjoinedPages, page: UnjoinedPage): string {
  const id = randomUUID();
  pages.add(id, page);
  return id;
}

function assertKept(pages: UnjoinedPages, id: string, expected: UnjoinedPage): void {
  const kept = pages.take(id);
  assert.ok(kept && Math.abs(kept.rendered - expected.rendered) < 2);
  assert.deepEqual({ ...kept, rendered: expected.rendered }, { late: undefined, ...expected });
}

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
