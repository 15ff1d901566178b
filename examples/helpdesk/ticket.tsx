import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Later } from 'fastify-issr';
import { Type } from 'typebox';
import type { Desk, Ticket } from './desk.js';
import { common, Frame } from './frame.js';
import { Avatar, TicketLink } from './parts.js';
import { actions, params } from './ticket-actions.js';
import { Attachments, Comments, Facts, Heading } from './ticket-parts.js';

const text = Type.Optional(Type.String());
const options = {
  schema: { params, querystring: Type.Object({ title: text, remark: text }) },
  actions: { ...common, ...actions },
  uploads: { file: { maxBytes: 2_000_000, types: ['image/*', 'application/pdf', 'text/plain'] } },
};

const ticketPage: FastifyPluginAsyncTypebox = async (fastify) => {
  fastify.issrRoute('/helpdesk/tickets/:id', options, (request, reply) => {
    const { issr, person, t } = request;
    const ticket = fastify.desk.ticket(request.params.id);
    if (!ticket) return reply.redirect('/helpdesk');
    const key = `ticket:${ticket.id}`;
    issr.watch(key);
    const viewers = issr.presence(key, { page: issr.id, name: person?.name ?? t('A visitor') });
    const tools = (
      <p class="row" role="status">
        {t('Here now: %', viewers.length)}
        {viewers.map(({ page, name }) => (
          <Avatar key={page} name={name} />
        ))}
      </p>
    );
    const heading = person && <Heading request={request} ticket={ticket} />;
    return (
      <Frame request={request} title={ticket.title} heading={heading} tools={tools}>
        <div class="columns">
          <div>
            <p class="panel">{ticket.text}</p>
            <Comments request={request} ticket={ticket} />
          </div>
          <aside class="panel">
            <Facts request={request} ticket={ticket} />
            <Attachments request={request} ticket={ticket} />
            <section>
              <h2>{t('Similar tickets')}</h2>
              <Later when={[ticket.title]} fallback={t('Searching …')} failed={() => t('Not available')}>
                {(signal) => similarTickets(fastify.desk, ticket, signal)}
              </Later>
            </section>
          </aside>
        </div>
      </Frame>
    );
  });

  fastify.get('/helpdesk/files/:id', { schema: { params } }, ({ params: { id } }, reply) => {
    const file = fastify.desk.file(id);
    if (!file) return reply.callNotFound();
    // The browser shows pictures and saves everything else.
    const disposition = file.type.startsWith('image/') ? 'inline' : 'attachment';
    reply.header('content-disposition', `${disposition}; filename*=UTF-8''${encodeURIComponent(file.name)}`);
    return reply.type(file.type).send(Buffer.from(file.bytes));
  });
};

/** Stands for a search that takes its time. */
async function similarTickets(desk: Desk, { id, title }: Ticket, signal: AbortSignal) {
  await sleep(700, undefined, { signal });
  const q = title.split(' ').slice(0, 2).join(' ');
  const tickets = desk.find({ q }).filter((other) => other.id !== id);
  return (
    <ul>
      {tickets.map((ticket) => (
        <li key={ticket.id}>
          <TicketLink {...ticket} />
        </li>
      ))}
    </ul>
  );
}

export default ticketPage;
