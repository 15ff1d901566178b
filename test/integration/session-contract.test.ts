import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import cookie from '@fastify/cookie';
import { Authenticator } from '@fastify/passport';
import secureSession from '@fastify/secure-session';
import session from '@fastify/session';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { get } from '../support/get.js';
import { takeScript } from '../support/page-driver.js';
import { createServer, listen } from '../support/server.js';
import { openStranger, transports } from '../support/stranger.js';

/** A way to keep sessions: what a contract asks of each. */
interface SessionKind {
  register(fastify: FastifyInstance): Promise<void>;
  userOf(request: FastifyRequest): string | undefined;
  signIn(request: FastifyRequest, reply: FastifyReply): Promise<void>;
  signOut(request: FastifyRequest, reply: FastifyReply): Promise<void>;
}

const SECRET = 'a secret of at least 32 characters';

function stored(options: object): SessionKind {
  type Stored = FastifyRequest & {
    session: { user?: string; regenerate(): Promise<void>; destroy(): Promise<void> };
  };
  return {
    async register(fastify) {
      await fastify.register(cookie);
      await fastify.register(session, { secret: SECRET, cookie: { secure: false }, ...options });
    },
    userOf: (request) => (request as Stored).session.user,
    async signIn(request) {
      await (request as Stored).session.regenerate();
      (request as Stored).session.user = 'ann';
    },
    signOut: (request) => (request as Stored).session.destroy(),
  };
}

function secure(): SessionKind {
  type Secure = FastifyRequest & {
    session: { get(name: string): string; set(name: string, value: string): void; delete(): void };
  };
  return {
    async register(fastify) {
      await fastify.register(
        secureSession as never,
        { key: Buffer.alloc(32, 7), cookie: { path: '/' } } as never,
      );
    },
    userOf: (request) => (request as unknown as Secure).session.get('user'),
    signIn: async (request) => (request as unknown as Secure).session.set('user', 'ann'),
    signOut: async (request) => (request as unknown as Secure).session.delete(),
  };
}

function passport(): SessionKind {
  const authenticator = new Authenticator();
  authenticator.registerUserSerializer(async (user) => user);
  authenticator.registerUserDeserializer(async (user) => user);
  type Passport = FastifyRequest & {
    user?: string;
    logIn(user: string): Promise<void>;
    logOut(): Promise<void>;
  };
  return {
    async register(fastify) {
      await stored({}).register(fastify);
      await fastify.register(authenticator.initialize());
      await fastify.register(authenticator.secureSession());
    },
    userOf: (request) => (request as unknown as Passport).user ?? undefined,
    signIn: (request) => (request as unknown as Passport).logIn('ann'),
    signOut: (request) => (request as unknown as Passport).logOut(),
  };
}

/** A store as those of Redis are: asynchronous, its sessions are texts that expire. */
class ExternalStore {
  readonly saved = new Map<string, string>();

  set(id: string, session: object, done: (error?: Error) => void): void {
    setImmediate(() => {
      this.saved.set(id, JSON.stringify(session));
      done();
    });
  }

  get(id: string, done: (error: Error | null, session?: unknown) => void): void {
    setImmediate(() => done(null, JSON.parse(this.saved.get(id) ?? 'null')));
  }

  destroy(id: string, done: (error?: Error) => void): void {
    setImmediate(() => {
      this.saved.delete(id);
      done();
    });
  }
}

const kinds: Record<string, () => SessionKind> = {
  '@fastify/session in an external store': () => stored({ store: new ExternalStore() }),
  '@fastify/session in an external store, not rolling': () =>
    stored({ store: new ExternalStore(), rolling: false, saveUninitialized: false }),
  '@fastify/session, rolling': () => stored({}),
  '@fastify/session, not rolling': () => stored({ rolling: false, saveUninitialized: false }),
  '@fastify/secure-session': secure,
  '@fastify/passport': passport,
};

async function openSite(t: TestContext, kind: SessionKind) {
  const fastify = await createServer(t);
  await kind.register(fastify);
  const actions = {
    enter: (request: FastifyRequest, reply: FastifyReply) => kind.signIn(request, reply),
    leave: (request: FastifyRequest, reply: FastifyReply) => kind.signOut(request, reply),
  };
  fastify.issrRoute('/', { actions }, (request) => `<p>${kind.userOf(request) ?? 'nobody'}</p>`);
  return listen(fastify);
}

/** A browser's cookies. */
class Jar {
  #cookies = new Map<string, string>();

  get header(): string {
    return Array.from(this.#cookies, ([name, value]) => `${name}=${value}`).join('; ');
  }

  take(setCookies: string[] = []): void {
    for (const text of setCookies) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(text) ?? [];
      if (value === '' || /max-age=0|expires=thu, 01 jan 1970/i.test(text)) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
  }
}

for (const [name, createKind] of Object.entries(kinds)) {
  for (const transport of transports) {
    test(`${name} over ${transport}: a sign-in and a sign-out outlive the page`, async (t) => {
      const origin = await openSite(t, createKind());
      const jar = new Jar();
      const load = async () => {
        const answer = await get(origin, { headers: { cookie: jar.header } });
        jar.take(answer.headers['set-cookie']);
        return answer.body;
      };
      const token = takeScript(await load()).tag?.['data-issr-token'] ?? '';
      const page = await openStranger(t, transport, origin, () => jar.header);
      const [, , , secret] = await page.join({ token });
      const act = async (number: number, action: string) => {
        await page.send(['event', number, [[], []], [[action, 't']]]);
        while (!page.seen.some(([verb, event]) => /^(patch|page|error)$/.test(verb) && event === number))
          await page.settled();
        for (const message of page.seen.splice(0)) {
          if (message[0] !== 'cookies') continue;
          const answer = await fetch(`${origin}/issr/cookies?ticket=${message[1]}`, {
            method: 'POST',
            body: `${token} ${secret}`,
            headers: { origin, cookie: jar.header },
          });
          jar.take(answer.headers.getSetCookie());
        }
      };
      await act(1, 'enter');
      assert.match(await load(), /<p>ann<\/p>/);
      await act(2, 'leave');
      assert.match(await load(), /<p>nobody<\/p>/);
    });
  }
}

test("the plugin's own routes save no session and set no cookie", async (t) => {
  const store = new ExternalStore();
  const origin = await openSite(t, stored({ store }));
  const { headers } = await get(origin);
  const cookie = String(headers['set-cookie']).split(';')[0] ?? '';
  const id = cookie.slice(cookie.indexOf('=') + 1).split('.')[0] ?? '';
  const answers: string[] = [];
  const ask = async (path: string, method: string, given: Record<string, string> = {}, body?: string) => {
    store.saved.clear();
    store.saved.set(id, JSON.stringify({ user: 'ann', cookie: { path: '/', originalMaxAge: null } }));
    const before = [...store.saved];
    const answer = await fetch(origin + path, { method, body, headers: { origin, cookie, ...given } });
    assert.deepEqual(answer.headers.getSetCookie(), [], path);
    assert.equal(answer.headers.get('cache-control'), 'no-store', path);
    assert.deepEqual([...store.saved], before, path);
    const error = (await answer.json()) as { statusCode: number; code: string };
    assert.equal(error.statusCode, answer.status);
    answers.push(`${answer.status} ${error.code}`);
  };
  await ask('/issr/send?link=x', 'POST', {}, '["ping"]');
  await ask('/issr/send?link=x', 'POST', { origin: 'http://evil.example' }, '["ping"]');
  await ask('/issr/send?link=x', 'POST', { 'content-type': 'application/json' }, '{"toString":1}');
  await ask('/issr/send?link=x', 'POST', { 'content-type': 'application/json' }, '{');
  await ask('/issr/send?link=x', 'POST', {}, 'x'.repeat(1_100_000));
  await ask('/issr/cookies', 'POST', {}, 'x');
  await ask('/issr/stream', 'GET', { 'sec-fetch-site': 'cross-site', origin: 'null' });
  await ask('/issr/uploads', 'POST', {}, '[]');
  await ask('/issr/uploads/file?id=x', 'GET');
  await ask('/issr/uploads/file?id=x', 'POST', {}, 'x');
  assert.deepEqual(answers, [
    '404 ISSR_ERR_LINK',
    '403 ISSR_ERR_ORIGIN',
    '400 ISSR_ERR_MESSAGE',
    '400 FST_ERR_CTP_INVALID_JSON_BODY',
    '413 FST_ERR_CTP_BODY_TOO_LARGE',
    '403 ISSR_ERR_TOKEN',
    '403 ISSR_ERR_ORIGIN',
    '403 ISSR_ERR_TOKEN',
    '403 ISSR_ERR_TOKEN',
    '403 ISSR_ERR_TOKEN',
  ]);
});
