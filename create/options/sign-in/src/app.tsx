import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import issrPlugin from 'fastify-issr';
import { notes } from './notes.js';
import signIn from './sign-in.js';
import { NoteStore } from './store.js';

/** The app, ready to listen or to be tested. */
export async function createApp(options: FastifyServerOptions = {}): Promise<FastifyInstance> {
  const app = Fastify(options);
  // With a fixed SECRET, open pages continue after a restart.
  await app.register(issrPlugin, { secret: process.env.SECRET });
  await app.register(fastifyStatic, { root: join(import.meta.dirname, '../public') });
  await app.register(async (site) => {
    await site.register(signIn);
    await site.register(notes, { store: new NoteStore() });
  });
  return app;
}
