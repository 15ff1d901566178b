import { NAMES } from './access.js';
import { type Desk, PRIORITIES, STATUSES } from './desk.js';
import data from './seed.json' with { type: 'json' };

/** The n-th item of a list that begins again after its last one. */
const pick = <Item>(list: readonly Item[], n: number) => list[n % list.length] as Item;

/** Fills an empty helpdesk. */
export function seed(desk: Desk): void {
  if (desk.find().length > 0) return;
  const problems = Object.entries(data.problems);
  for (let n = 0; n < problems.length * data.places.length; n++) {
    const [problem, text] = pick(problems, n);
    const title = `${problem} ${data.places[Math.floor(n / problems.length)]}`;
    const [priority, status] = [pick(PRIORITIES, n * 7), pick(STATUSES, n * 5)];
    const requester = `${pick(data.requesters, n)}@example.org`;
    const assignee = status === 'New' ? null : pick(NAMES, n);
    const created = Date.now() - (31 - n) * 18_000_000;
    const ticket = desk.add('ticket', { title, requester, priority, text, status, assignee, created });
    if (n % 3 === 0) desk.add('comment', { ticket, author: pick(NAMES, 1), text: 'I am looking into it.' });
  }
}
