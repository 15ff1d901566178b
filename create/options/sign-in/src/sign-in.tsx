import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import cookie from '@fastify/cookie';
import session from '@fastify/session';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import fastifyPlugin from 'fastify-plugin';
import { Type } from 'typebox';
import { Layout } from './layout.js';

declare module 'fastify' {
  interface Session {
    user?: string;
  }
}

const querystring = Type.Object({
  user: Type.String({ default: '', maxLength: 100 }),
  password: Type.String({ default: '', maxLength: 100 }),
});

/**
 * Sends visitors without a session to `/sign-in`, with each load and each event. There is one user, named by USER_NAME
 * and PASSWORD: replace `isRight` with your own check.
 */
const signIn: FastifyPluginAsyncTypebox = async (app) => {
  const { USER_NAME = 'admin', PASSWORD } = process.env;
  if (!PASSWORD) throw new Error('Set PASSWORD to the password of the user, as in .env.');
  const isRight = (user: string, password: string): boolean =>
    user === USER_NAME && timingSafeEqual(hash(password), hash(PASSWORD));

  await app.register(cookie);
  await app.register(session, {
    // At least 32 characters. Sessions are kept in memory: give `store` for several processes.
    secret: process.env.SECRET ?? randomBytes(32).toString('hex'),
    cookie: { secure: 'auto', sameSite: 'lax' },
    saveUninitialized: false,
  });

  app.addHook('preHandler', async (request, reply) => {
    const isPublic = request.routeOptions.url === '/sign-in';
    if (!isPublic && !request.session.user) return reply.redirect('/sign-in');
  });

  app.issrRoute(
    '/sign-in',
    {
      schema: { querystring },
      actions: {
        enter: async (request, reply) => {
          const { user, password } = request.query;
          if (!isRight(user, password)) return 'User and password do not match.';
          // A new session id, because someone else may know the old one.
          await request.session.regenerate();
          request.session.user = user;
          return reply.redirect('/');
        },
      },
    },
    ({ query, issr }) => (
      <Layout title="Sign in">
        <form method="post" action="?enter" onsubmit="rr(this)">
          <label>
            User <input name="user" value={query.user} autocomplete="username" required />
          </label>
          <label>
            Password <input type="password" name="password" autocomplete="current-password" required />
          </label>
          <button action="enter">Sign in</button>
          <p class="error" role="alert">
            {issr.result as string | undefined}
          </p>
        </form>
      </Layout>
    ),
  );
};

/** Equal lengths, for a comparison that takes the same time for every password. */
const hash = (text: string): Buffer => createHash('sha256').update(text).digest();

export default fastifyPlugin(signIn, { name: 'sign-in' });
