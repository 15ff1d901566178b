import { PEOPLE } from './access.js';
import { type Desk, PRIORITIES, STATUSES } from './desk.js';

const PROBLEMS = [
  'Cannot print from',
  'No network in',
  'Slow start of',
  'Password expired on',
  'New screen for',
];
const PLACES = ['the front desk', 'room 204', 'the warehouse', 'the workshop', 'the library', 'the lab'];
const REQUESTERS = ['linus', 'margaret', 'dennis', 'barbara', 'edsger', 'frances', 'tony'];
const text = 'It began this morning, after the update. Restarting does not help. Please have a look.';

/** Fills an empty helpdesk. */
export function seed(desk: Desk): void {
  if (desk.find().length > 0) return;
  const names = Array.from(PEOPLE.values(), ({ name }) => name);
  const titles = PLACES.flatMap((place) => PROBLEMS.map((problem) => `${problem} ${place}`));
  for (const [n, title] of titles.entries()) {
    const [priority = 'Normal', status = 'New'] = [PRIORITIES[(n * 7) % 3], STATUSES[(n * 5) % 4]];
    const requester = `${REQUESTERS[n % REQUESTERS.length]}@example.org`;
    const id = desk.create({ title, requester, priority, text }, Date.now() - (31 - n) * 18_000_000);
    desk.update(id, { status, assignee: status === 'New' ? null : (names[n % 2] ?? null) });
    if (n % 3 === 0) desk.comment(id, names[1] ?? '', 'Thank you. I will look at it today.');
  }
}
