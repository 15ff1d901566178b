import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { defineActions, fields, Later } from 'fastify-issr';
import { Type } from 'typebox';
import { Field } from '../field.js';
import { type Desk, draft, type Ticket } from './desk.js';
import { Avatar, common, Frame, Link } from './frame.js';
import { Attachments, actions, Conversation, Facts, Heading, schema } from './ticket-parts.js';

const form = defineActions({
  create: {
    schema: draft,
    handler({ query, server: { desk }, issr, t }, _value, reply) {
      const { title, requester, priority, text } = query;
      // Without script, an action that returns something keeps the form as it was sent.
      if (desk.isTaken(title)) return t('This subject is taken');
      const id = desk.add('ticket', { title, requester, priority, text });
      issr.flash(t('New ticket'), 'success');
      return reply.redirect(`/helpdesk/tickets/${id}`);
    },
  },
});
const newOptions = { schema: { querystring: Type.Partial(draft) }, actions: { ...common, ...form } };

const options = {
  schema,
  actions: { ...common, ...actions },
  uploads: { file: { maxBytes: 2_000_000, types: ['image/*', 'application/pdf', 'text/plain'] } },
};

export default (async (fastify) => {
  fastify.issrRoute('/helpdesk/new', newOptions, (request) => {
    const { query, t } = request;
    const isTaken = fastify.desk.isTaken(query.title);
    const f = fields(request, draft, { title: isTaken && t('This subject is taken') }, { text: t });
    return (
      <Frame request={request} title={t('New ticket')}>
        <form class="panel fields" {...form.create.form()} data-rr="submit, change, input 300">
          <Field of={f} name="title" autofocus />
          <Field of={f} name="requester" autocomplete="email" />
          <Field of={f} name="priority" />
          <Field of={f} name="text" rows={5} />
          <button class="primary">{t('Send')}</button>
        </form>
      </Frame>
    );
  });

  fastify.issrRoute('/helpdesk/tickets/:id', options, (request, reply) => {
    const { issr, person, t } = request;
    const ticket = fastify.desk.ticket(request.params.id);
    if (!ticket) return reply.redirect('/helpdesk');
    const viewers = issr.presence(`ticket:${ticket.id}`, { page: issr.id, name: person?.name ?? t('Guest') });
    return (
      <Frame request={request} title={ticket.title} heading={<Heading request={request} ticket={ticket} />}>
        <div class="columns">
          <Conversation request={request} ticket={ticket} />
          <aside class="panel">
            <p class="row" role="status">
              {t('Here now: %', viewers.length)}
              {viewers.map(({ page, name }) => (
                <Avatar key={page} name={name} />
              ))}
            </p>
            <Facts request={request} ticket={ticket} />
            <Attachments request={request} ticket={ticket} />
            <h2>{t('Similar tickets')}</h2>
            <Later when={[ticket.title]} fallback={t('Searching …')} failed={() => t('Not available')}>
              {(signal) => similarTickets(fastify.desk, ticket, signal)}
            </Later>
          </aside>
        </div>
      </Frame>
    );
  });

  fastify.get('/helpdesk/files/:id', { schema: { params: schema.params } }, ({ params: { id } }, reply) => {
    const file = fastify.desk.file(id);
    if (!file) return reply.callNotFound();
    reply.header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`);
    return reply.type(file.type).send(Buffer.from(file.bytes));
  });
}) satisfies FastifyPluginAsyncTypebox;

/** Stands for a search that takes its time. */
async function similarTickets(desk: Desk, { id, title }: Ticket, signal: AbortSignal) {
  await sleep(700, undefined, { signal });
  const q = title.split(' ').slice(0, 2).join(' ');
  const others = desk.find({ q }).filter((other) => other.id !== id);
  return (
    <ul>
      {others.map(({ id, title }) => (
        <li key={id}>
          <Link href={`/helpdesk/tickets/${id}`}>{title}</Link>
        </li>
      ))}
    </ul>
  );
}
