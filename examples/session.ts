import { randomBytes } from 'node:crypto';
import cookie from '@fastify/cookie';
import session from '@fastify/session';
import type { FastifyInstance } from 'fastify';

/** Adds `request.session` to the routes of an example: in memory, with a cookie of its own. */
export async function addSessions(fastify: FastifyInstance, cookieName = 'sessionId'): Promise<void> {
  await fastify.register(cookie);
  await fastify.register(session, {
    secret: randomBytes(32).toString('hex'),
    cookieName,
    cookie: { secure: 'auto', sameSite: 'lax' },
    saveUninitialized: false,
    // Otherwise each event would set the cookie again, and a render that ends late would save a session that a sign out has destroyed.
    rolling: false,
  });
}
