import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import session from '@fastify/session';
import fastifyStatic from '@fastify/static';
import type { FastifyPluginAsync } from 'fastify';
import { PEOPLE, type Person } from './access.js';
import board from './board.js';
import { Desk } from './desk.js';
import newTicket from './new-ticket.js';
import reports from './reports.js';
import { seed } from './seed.js';
import signIn from './sign-in.js';
import ticket from './ticket.js';
import tickets from './tickets.js';
import { type Language, type Translator, translators } from './words.js';

declare module 'fastify' {
  interface Session {
    login?: string;
    language?: Language;
  }
  interface FastifyInstance {
    desk: Desk;
  }
  interface FastifyRequest {
    /** Undefined for a visitor who has not signed in. */
    person: Person | undefined;
    t: Translator;
  }
}

/** No inline script and style, and no text that a script turns into code. */
const POLICY = {
  'default-src': "'self'",
  'require-trusted-types-for': "'script'",
  'trusted-types': 'fastify-issr',
};

const helpdesk: FastifyPluginAsync = async (fastify) => {
  const file = process.env.HELPDESK_DATABASE ?? ':memory:';
  const desk = new Desk(file, (...keys) => void fastify.issr.changed(...keys));
  seed(desk);
  fastify.decorate('desk', desk);
  fastify.addHook('onClose', async () => desk.close());

  await fastify.register(helmet, { contentSecurityPolicy: { useDefaults: false, directives: POLICY } });
  await fastify.register(cookie);
  await fastify.register(session, {
    secret: randomBytes(32).toString('hex'),
    cookieName: 'helpdesk',
    cookie: { secure: 'auto', sameSite: 'lax' },
    saveUninitialized: false,
    rolling: false,
  });
  await fastify.register(fastifyStatic, {
    root: dirname(fileURLToPath(import.meta.resolve('sortablejs/modular/sortable.esm.js'))),
    prefix: '/helpdesk/sortable/',
    decorateReply: false,
  });

  // Before every render, be it a load, a click or a push: a right that was taken away counts at once.
  fastify.decorateRequest('person');
  fastify.decorateRequest('t', translators.en);
  fastify.addHook('preHandler', async (request) => {
    request.person = PEOPLE.get(request.session.login);
    request.t = translators[request.session.language ?? 'en'];
  });

  for (const pages of [tickets, ticket, newTicket, board, reports, signIn]) await fastify.register(pages);
};

export default helpdesk;
