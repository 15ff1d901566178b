import createError from '@fastify/error';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { defineActions, fields } from 'fastify-issr';
import { Type } from 'typebox';
import { Field } from '../field.js';
import { hash, isRight } from '../passwords.js';
import { common, Frame } from './frame.js';

/** By login. */
export const PEOPLE = new Map<unknown, { name: string; isLead: boolean }>([
  ['ada', { name: 'Ada Lovelace', isLead: true }],
  ['grace', { name: 'Grace Hopper', isLead: false }],
]);
export const NAMES = Array.from(PEOPLE.values(), ({ name }) => name);

/** Everyone has the same one. */
const PASSWORD = await hash('helpdesk');

const Forbidden = createError('HELPDESK_FORBIDDEN', 'Your role does not allow this', 403);

/** `preHandler` of actions. A page shows the buttons that its visitor may use; this is the lock. */
export async function agents({ person }: FastifyRequest) {
  if (!person) throw new Forbidden();
}

export async function leads({ person }: FastifyRequest) {
  if (!person?.isLead) throw new Forbidden();
}

const form = Type.Object({
  login: Type.String({ title: 'User', maxLength: 40 }),
  password: Type.String({ title: 'Password', format: 'password', maxLength: 100 }),
  // A page of the helpdesk, and no other site.
  next: Type.String({ default: '/helpdesk', pattern: '^/helpdesk(?![^/?])', maxLength: 300 }),
});

const actions = defineActions({
  enter: {
    schema: form,
    async handler(request, _value, reply) {
      const { login, password, next } = request.query;
      const isKnown = (await isRight(password, PASSWORD)) && PEOPLE.has(login);
      if (!isKnown) return request.t('User and password do not match');
      const { language } = request.session;
      // A new session id, so that one that somebody else knew beforehand is worth nothing.
      await request.session.regenerate();
      Object.assign(request.session, { login, language });
      return reply.redirect(next);
    },
  },
});
const schema = { querystring: Type.Pick(form, ['next']) };

export default (async (fastify) => {
  fastify.issrRoute('/helpdesk/sign-in', { schema, actions: { ...common, ...actions } }, (request) => {
    const { query, issr, t } = request;
    const f = fields(request, form, { login: issr.result }, { text: t });
    return (
      <Frame request={request} title={t('Sign in')}>
        <form class="panel fields" {...actions.enter.form()}>
          <p>{t('Sign in as ada or grace. The password is helpdesk.')}</p>
          <Field of={f} name="login" autocomplete="username" autofocus />
          <Field of={f} name="password" autocomplete="current-password" />
          <input type="hidden" name="next" value={query.next} />
          <button class="primary">{t('Sign in')}</button>
        </form>
      </Frame>
    );
  });
}) satisfies FastifyPluginAsyncTypebox;
