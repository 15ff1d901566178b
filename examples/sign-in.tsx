import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import cookie from '@fastify/cookie';
import session from '@fastify/session';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { Layout } from './layout.js';

declare module 'fastify' {
  interface Session {
    user?: string;
  }
}

const SALT = randomBytes(16);
const users = new Map([['ada', await hash('difference')]]);
const schema = {
  querystring: Type.Object({
    user: Type.String({ default: '', maxLength: 40 }),
    password: Type.String({ default: '', maxLength: 100 }),
  }),
};

const signIn: FastifyPluginAsyncTypebox = async (fastify) => {
  await fastify.register(cookie);
  await fastify.register(session, {
    secret: randomBytes(32).toString('hex'),
    cookie: { secure: 'auto', sameSite: 'lax' },
    saveUninitialized: false,
    // A render that ends late must not save again what a sign out has destroyed.
    rolling: false,
  });

  fastify.issrRoute(
    '/sign-in',
    {
      schema,
      actions: {
        enter: async (request, reply) => {
          const { user, password } = request.query;
          if (!(await isRight(user, password))) return 'That user and password do not go together.';
          // A new session id, so that one that somebody else knew beforehand is worth nothing.
          await request.session.regenerate();
          request.session.user = user;
          return reply.redirect('/account');
        },
      },
    },
    ({ query: { user }, issr: { result } }) => (
      <Layout title="Sign in" lead="The user is ada, the password difference." source="sign-in.tsx">
        <form class="panel sign-in" method="post" action="?enter" onsubmit="rr(this)">
          <label>
            User
            <input name="user" value={user} autocomplete="username" required />
          </label>
          <label>
            Password
            <input type="password" name="password" autocomplete="current-password" required />
          </label>
          <p class="problem" role="alert">
            {result as string | undefined}
          </p>
          <button class="primary" action="enter">
            sign in
          </button>
        </form>
      </Layout>
    ),
  );

  fastify.issrRoute(
    '/account',
    {
      // Before each render, be it a load, a click or a push: without a session there is nothing to see.
      preHandler: async ({ session }, reply) => {
        if (!session.user) return reply.redirect('/sign-in');
      },
      actions: {
        leave: async ({ session, issr }, reply) => {
          await session.destroy();
          // Each page is rendered with its own session. Pages whose session ended are redirected to sign in.
          void fastify.issr.rr((page) => page.path === '/account' && page !== issr.page);
          return reply.redirect('/sign-in');
        },
      },
    },
    ({ session: { user } }) => (
      <Layout
        title={`Hello, ${user}`}
        lead="Open this page in two tabs and sign out in one of them."
        source="sign-in.tsx"
      >
        <form class="panel" method="post" action="?leave" onsubmit="rr(this)">
          <p class="secret">Nobody sees this who has not signed in.</p>
          <button action="leave">sign out</button>
        </form>
      </Layout>
    ),
  );
};

/** Takes the same time for an unknown user. */
async function isRight(user: string, password: string): Promise<boolean> {
  const given = await hash(password);
  return timingSafeEqual(users.get(user) ?? randomBytes(given.length), given);
}

function hash(password: string): Promise<Buffer> {
  return promisify<string, Buffer, number, Buffer>(scrypt)(password, SALT, 32);
}

export default signIn;
