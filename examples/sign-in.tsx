import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { Layout } from './layout.js';
import { hash, isRight } from './passwords.js';
import { addSessions } from './session.js';

declare module 'fastify' {
  interface Session {
    user?: string;
  }
}

const LEAD = (
  <>
    The user is <code>ada</code>, the password <code>difference</code>.
  </>
);
const users = new Map([['ada', await hash('difference')]]);
const schema = {
  querystring: Type.Object({
    user: Type.String({ default: '', maxLength: 40 }),
    password: Type.String({ default: '', maxLength: 100 }),
  }),
};

const signIn: FastifyPluginAsyncTypebox = async (fastify) => {
  await addSessions(fastify);

  fastify.issrRoute(
    '/sign-in',
    {
      schema,
      actions: {
        enter: async (request, reply) => {
          const { user, password } = request.query;
          if (!(await isRight(password, users.get(user)))) return 'User and password do not match.';
          // A new session id, because someone else may know the old one.
          await request.session.regenerate();
          request.session.user = user;
          return reply.redirect('/account');
        },
      },
    },
    ({ query: { user }, issr: { result } }) => (
      <Layout title="Sign in" lead={LEAD} source="sign-in.tsx">
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
          <p class="secret">Only visitors who signed in see this.</p>
          <button action="leave">sign out</button>
        </form>
      </Layout>
    ),
  );
};

export default signIn;
