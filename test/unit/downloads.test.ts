import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { Downloads, isDownload } from '../../src/downloads/downloads.js';

const KIBIBYTE = 1024;
const create = (all: number, perIp: number) =>
  new Downloads(
    {
      ticketLifetime: 10_000,
      maxDownloadBytes: 8 * KIBIBYTE,
      maxWaitingDownloadBytes: all * KIBIBYTE,
      maxWaitingDownloadBytesPerIp: perIp * KIBIBYTE,
    },
    randomUUID,
  );
/** Counts for as many KiB as it says. */
const fileOf = (kibibytes: number) => ({
  status: 200,
  headers: {},
  body: Buffer.alloc((kibibytes - 1) * KIBIBYTE),
});

test('an address above its share loses its own oldest download', () => {
  const downloads = create(100, 4);
  const other = downloads.add(fileOf(4), 'b');
  const [first = '', second = '', third = ''] = [2, 2, 2].map((size) => downloads.add(fileOf(size), 'a'));
  assert.equal(downloads.take(first), undefined);
  assert.ok(downloads.take(second) && downloads.take(third) && downloads.take(other));
  assert.equal(downloads.take(other), undefined, 'each is given away once');
  assert.ok(downloads.take(downloads.add(fileOf(4), 'a')), 'those that were taken count no more');
});

test('maxWaitingDownloadBytes evicts the oldest download of all', () => {
  const downloads = create(4, 4);
  const [first = '', second = '', third = ''] = ['a', 'b', 'c'].map((ip) => downloads.add(fileOf(2), ip));
  assert.equal(downloads.take(first), undefined);
  assert.ok(downloads.take(second) && downloads.take(third));
});

test('the longest download fits the room of its address', () => {
  const bodies = [create(100, 4), create(4, 100), create(100, 100)].map(
    ({ maxBytes }) => maxBytes / KIBIBYTE,
  );
  assert.deepEqual(bodies, [3, 3, 8]);
});

test('only an attachment is a download', () => {
  const is = (value?: string) => isDownload({ 'content-disposition': value });
  assert.deepEqual(
    [is('attachment'), is('Attachment; filename=a'), is('inline'), is('inline; attachment'), is()],
    [true, true, false, false, false],
  );
});
