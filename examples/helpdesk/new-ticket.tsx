import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { defineActions, fields } from 'fastify-issr';
import { Type } from 'typebox';
import { draft, PRIORITIES } from './desk.js';
import { common, Frame } from './frame.js';
import { Choice, Field } from './parts.js';

const actions = defineActions({
  create: {
    schema: draft,
    handler({ query, server: { desk }, issr, t }, _value, reply) {
      const { title, requester, priority, text } = query;
      // Without script, an action that returns something keeps the form as it was sent.
      if (desk.isTaken(title)) return t('This subject is taken');
      const id = desk.create({ title, requester, priority, text });
      issr.flash(t('New ticket'), 'success');
      return reply.redirect(`/helpdesk/tickets/${id}`);
    },
  },
});
const options = { schema: { querystring: Type.Partial(draft) }, actions: { ...common, ...actions } };

const newTicket: FastifyPluginAsyncTypebox = async (fastify) => {
  fastify.issrRoute('/helpdesk/new', options, (request) => {
    const { query, t } = request;
    const isTaken = fastify.desk.isTaken(query.title);
    const f = fields(request, draft, { title: isTaken && t('This subject is taken') });
    return (
      <Frame request={request} title={t('New ticket')}>
        <form class="panel fields" {...actions.create.form()} data-rr="submit, change, input 300">
          <Field label={t('Subject')} error={f.error('title')}>
            <input {...f.input('title')} autofocus />
          </Field>
          <Field label={t('E-mail')} error={f.error('requester')}>
            <input {...f.input('requester')} autocomplete="email" />
          </Field>
          <Field label={t('Priority')}>
            <Choice name="priority" of={PRIORITIES} value={query.priority} t={t} />
          </Field>
          <Field label={t('Description')} error={f.error('text')}>
            <textarea {...f.textarea('text')} rows={5} />
          </Field>
          <button class="primary">{t('Send')}</button>
        </form>
      </Frame>
    );
  });
};

export default newTicket;
