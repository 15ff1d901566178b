import { fileURLToPath } from 'node:url';
import helmet from '@fastify/helmet';
import type { FastifyPluginAsync } from 'fastify';
import { addSessions } from '../session.js';
import signIn, { PEOPLE } from './access.js';
import board from './board.js';
import { type Desk, openDesk } from './desk.js';
import reports from './reports.js';
import { seed } from './seed.js';
import ticket from './ticket.js';
import tickets from './tickets.js';
import { type Language, translators } from './words.js';

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
    person: ReturnType<typeof PEOPLE.get>;
    t: (typeof translators)[Language];
  }
}

const SORTABLE = fileURLToPath(new URL('.', import.meta.resolve('sortablejs/modular/sortable.esm.js')));

export default (async (fastify) => {
  const desk = openDesk(process.env.HELPDESK_DATABASE, (...keys) => void fastify.issr.changed(...keys));
  seed(desk);
  fastify.decorate('desk', desk);
  fastify.addHook('onClose', async () => desk.close());

  // No inline script and style, and no text that a script turns into code.
  const policy = { defaultSrc: "'self'", requireTrustedTypesFor: "'script'", trustedTypes: 'fastify-issr' };
  await fastify.register(helmet, { contentSecurityPolicy: { useDefaults: false, directives: policy } });
  await addSessions(fastify, 'helpdesk');
  fastify.get('/helpdesk/sortable.js', (_request, reply) => reply.sendFile('sortable.esm.js', SORTABLE));

  // Before every render, be it a load, a click or a push: a right that was taken away counts at once.
  fastify.decorateRequest('person');
  fastify.decorateRequest('t', translators.en);
  fastify.addHook('preHandler', async (request) => {
    request.person = PEOPLE.get(request.session.login);
    request.t = translators[request.session.language ?? 'en'];
  });

  for (const pages of [tickets, ticket, board, reports, signIn]) await fastify.register(pages);
}) satisfies FastifyPluginAsync;
