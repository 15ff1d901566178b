import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import issrPlugin from 'fastify-issr';
import chat from './chat.js';
import clock from './clock.js';
import counter from './counter.js';
import hello from './hello.js';
import home from './home.js';
import source from './source.js';

/** The site of all examples, ready to listen; the browser tests open it too. */
export async function createSite(options: FastifyServerOptions = {}): Promise<FastifyInstance> {
  const fastify = Fastify(options);
  await fastify.register(fastifyStatic, { root: join(import.meta.dirname, 'public') });
  await fastify.register(issrPlugin);
  for (const example of [home, counter, clock, hello, chat, source]) await fastify.register(example);
  return fastify;
}
