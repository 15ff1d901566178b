import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { defineActions } from 'fastify-issr';
import { Type } from 'typebox';
import { agents } from './access.js';
import { STATUSES, type Status, type Ticket } from './desk.js';
import { Avatar, common, Frame, Link } from './frame.js';

const board = defineActions({
  move: {
    value: Type.String({ pattern: `^\\d+ (${STATUSES.join('|')})$` }),
    response: Type.Boolean(),
    preHandler: agents,
    handler({ server: { desk }, issr, t }, value) {
      const [id, status] = value.split(' ') as [string, Status];
      const ticket = desk.ticket(Number(id));
      if (ticket?.assignee) desk.update(ticket.id, { status });
      else issr.flash(t('Assign the ticket first'), 'problem');
      return !!ticket?.assignee;
    },
  },
});

export default (async (fastify) => {
  fastify.issrRoute('/helpdesk/board', { actions: { ...common, ...board } }, (request) => {
    const { issr, person, t } = request;
    issr.watch('tickets');
    return (
      <Frame request={request} title={t('Board')}>
        {person && <small>{t('Drag a ticket, or use its arrows.')}</small>}
        <form method="post">
          <drag-board class="board">
            {STATUSES.map((status) => (
              <section class="panel" aria-labelledby={status}>
                <h2 id={status}>{t(status)}</h2>
                <ul data-status={status}>
                  {fastify.desk.find({ status }).map((ticket) => (
                    <Card request={request} ticket={ticket} />
                  ))}
                </ul>
              </section>
            ))}
          </drag-board>
        </form>
        {person && <script type="module" src="/helpdesk.js" />}
      </Frame>
    );
  });
}) satisfies FastifyPluginAsync;

function Card({ request: { person, t }, ticket }: { request: FastifyRequest; ticket: Ticket }) {
  const { id, title, priority, status, assignee } = ticket;
  const column = STATUSES.indexOf(status);
  const move = (arrow: string, to?: Status) =>
    to && (
      <button {...board.move(`${id} ${to}`)} aria-label={`${title}: ${t('Move to %', t(to))}`}>
        {arrow}
      </button>
    );
  return (
    <li id={`ticket-${id}`} data-ticket={id} class={`card ${priority}`}>
      <Link href={`/helpdesk/tickets/${id}`}>{title}</Link>
      {assignee && <Avatar name={assignee} />}
      {person && move('←', STATUSES[column - 1])}
      {person && move('→', STATUSES[column + 1])}
    </li>
  );
}
