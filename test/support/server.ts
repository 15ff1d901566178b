import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import issrPlugin, { type IssrOptions } from '../../src/index.js';

/** A Fastify with the plugin, not listening yet. It is closed when the test ends. */
export async function createServer(
  t: TestContext,
  options: IssrOptions = {},
  fastifyOptions: FastifyServerOptions = {},
): Promise<FastifyInstance> {
  const fastify = closeAfter(t, Fastify(fastifyOptions));
  await fastify.register(issrPlugin, options);
  return fastify;
}

/** Closes an app of the test's own making when the test ends. Whatever it left unhandled fails the test. */
export function closeAfter<App extends { close(): PromiseLike<unknown> }>(t: TestContext, app: App): App {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', note);
  t.after(async () => {
    await app.close();
    process.off('unhandledRejection', note);
    assert.deepEqual(unhandled, [], 'no unhandled rejection');
  });
  return app;
}

/** Listens on a free port. */
export async function listen(app: Pick<FastifyInstance, 'listen' | 'listeningOrigin'>): Promise<string> {
  await app.listen({ port: 0, host: '127.0.0.1' });
  return app.listeningOrigin;
}
