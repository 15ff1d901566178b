import { NAMES } from './access.js';
import { type Desk, PRIORITIES, STATUSES } from './desk.js';
import data from './seed.json' with { type: 'json' };

/** The n-th item of a list that begins again after its last one. */
const pick = <Item>(list: readonly Item[], n: number) => list[n % list.length] as Item;

/** Fills an empty helpdesk. */
export function seed(desk: Desk): void {
  if (desk.find().length > 0) return;
  const problems = Object.entries(data.problems);
  const tickets = data.places.flatMap((place) =>
    problems.map(([title, text]) => [`${title} ${place}`, text]),
  );
  for (const [n, [title = '', text = '']] of tickets.entries()) {
    const [priority, status] = [pick(PRIORITIES, n * 7), pick(STATUSES, n * 5)];
    const requester = `${pick(data.requesters, n)}@example.org`;
    const assignee = status === 'New' ? null : pick(NAMES, n);
    const created = Date.now() - (31 - n) * 18_000_000;
    const id = desk.create({ title, requester, priority, text, status, assignee, created });
    if (n % 3 === 0) desk.comment(id, pick(NAMES, 1), 'Thank you. I will look at it today.');
  }
}
