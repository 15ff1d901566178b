import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { CookieTickets } from '../../src/http/cookie-tickets.js';

const PAGE = { id: 'page', ipKey: '10.0.0.1' };
const create = (limits: { maxTickets?: number; maxTicketsPerIp?: number } = {}) =>
  new CookieTickets({ ticketLifetime: 10_000, maxTickets: 100, maxTicketsPerIp: 10, ...limits }, randomUUID);

test('a ticket gives its cookies once, and to its page only', () => {
  const tickets = create();
  const ticket = tickets.issue(['a=1'], PAGE);
  assert.equal(tickets.redeem(ticket, 'another'), undefined);
  assert.deepEqual(tickets.redeem(ticket, 'page'), ['a=1']);
  assert.equal(tickets.redeem(ticket, 'page'), undefined);
  assert.equal(tickets.redeem('', 'page'), undefined);
});

test('an address above maxTicketsPerIp loses its own oldest ticket', () => {
  const tickets = create({ maxTicketsPerIp: 3 });
  const other = tickets.issue(['b=1'], { id: 'other', ipKey: '10.0.0.2' });
  const own = [1, 2, 3].map((n) => tickets.issue([`a=${n}`], PAGE));
  assert.ok(own.every((ticket) => tickets.has(ticket)));
  for (let n = 4; n < 1000; n++) own.push(tickets.issue([`a=${n}`], PAGE));
  assert.deepEqual(
    own.filter((ticket) => tickets.has(ticket)),
    own.slice(-3),
  );
  assert.ok(tickets.has(other));
});

test('a fetched ticket leaves room in the share of its address', () => {
  const tickets = create({ maxTicketsPerIp: 2 });
  const first = tickets.issue(['a=1'], PAGE);
  for (let n = 0; n < 100; n++) tickets.redeem(tickets.issue(['a=2'], PAGE), 'page');
  assert.ok(tickets.has(first));
});

test('maxTickets evicts the oldest ticket of all', () => {
  const tickets = create({ maxTickets: 2 });
  const issued = [1, 2, 3].map((n) => tickets.issue([], { id: 'page', ipKey: `10.0.0.${n}` }));
  assert.deepEqual(
    issued.map((ticket) => tickets.has(ticket)),
    [false, true, true],
  );
});
