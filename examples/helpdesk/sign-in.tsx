import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { defineActions } from 'fastify-issr';
import { Type } from 'typebox';
import { mayEnter } from './access.js';
import { common, Frame } from './frame.js';
import { Field } from './parts.js';

const querystring = Type.Object({
  login: Type.String({ default: '', maxLength: 40 }),
  password: Type.String({ default: '', maxLength: 100 }),
  // A page of the helpdesk, and no other site.
  next: Type.String({ default: '/helpdesk', pattern: '^/helpdesk(?![^/?])', maxLength: 300 }),
});

const actions = defineActions({
  enter: {
    schema: querystring,
    async handler(request, _value, reply) {
      const { login, password, next } = request.query;
      if (!(await mayEnter(login, password))) return request.t('User and password do not match');
      const { language } = request.session;
      // A new session id, so that one that somebody else knew beforehand is worth nothing.
      await request.session.regenerate();
      Object.assign(request.session, { login, language });
      return reply.redirect(next);
    },
  },
});

const signIn: FastifyPluginAsyncTypebox = async (fastify) => {
  const options = { schema: { querystring }, actions: { ...common, ...actions } };
  fastify.issrRoute('/helpdesk/sign-in', options, (request) => {
    const { query, issr, t } = request;
    return (
      <Frame request={request} title={t('Sign in')}>
        <form class="panel fields" {...actions.enter.form()}>
          <p>{t('Sign in as ada or grace. The password is helpdesk.')}</p>
          <Field label={t('User')}>
            <input name="login" value={query.login} autocomplete="username" required autofocus />
          </Field>
          <Field label={t('Password')}>
            <input type="password" name="password" autocomplete="current-password" required />
          </Field>
          <p class="problem" role="alert">
            {issr.result}
          </p>
          <input type="hidden" name="next" value={query.next} />
          <button class="primary">{t('Sign in')}</button>
        </form>
      </Frame>
    );
  });
};

export default signIn;
