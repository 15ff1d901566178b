import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox';
import { defineActions, fields } from 'fastify-issr';
import { PRIORITIES } from './desk.js';
import { common, Frame } from './frame.js';
import { Field, Options } from './parts.js';

const draft = Type.Object({
  title: Type.String({ minLength: 5, maxLength: 80 }),
  requester: Type.String({ format: 'email', maxLength: 80 }),
  priority: Type.Enum(PRIORITIES, { default: 'Normal' }),
  text: Type.String({ minLength: 10, maxLength: 2000 }),
});

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

const newTicket: FastifyPluginAsyncTypebox = async (fastify) => {
  fastify.issrRoute(
    '/helpdesk/new',
    { schema: { querystring: Type.Partial(draft) }, actions: { ...common, ...actions } },
    (request) => {
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
              <select name="priority">
                <Options of={PRIORITIES} value={query.priority} t={t} />
              </select>
            </Field>
            <Field label={t('Description')} error={f.error('text')}>
              <textarea {...f.textarea('text')} rows={5} />
            </Field>
            <button class="primary">{t('Send')}</button>
          </form>
        </Frame>
      );
    },
  );
};

export default newTicket;
