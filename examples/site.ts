import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import issrPlugin from 'fastify-issr';
import assistant from './assistant.js';
import board from './board.js';
import chat from './chat.js';
import clock from './clock.js';
import counter from './counter.js';
import dashboard from './dashboard.js';
import feed from './feed.js';
import fields from './fields.js';
import gallery from './gallery.js';
import hello from './hello.js';
import helpdesk from './helpdesk/index.js';
import home from './home.js';
import house from './house.js';
import imageMap from './image-map.js';
import phone from './phone.js';
import policy from './policy.js';
import reports from './reports.js';
import scores from './scores.js';
import search from './search.js';
import sheet from './sheet.js';
import signIn from './sign-in.js';
import signUp from './sign-up.js';
import sockets from './sockets.js';
import source from './source.js';
import stream from './stream.js';
import tabBox from './tab-box.js';
import todo from './todo.js';
import uploads from './uploads.js';

/** In the order of the index. */
const EXAMPLES = [
  helpdesk,
  counter,
  clock,
  hello,
  chat,
  assistant,
  reports,
  sheet,
  scores,
  dashboard,
  tabBox,
  phone,
  fields,
  imageMap,
  search,
  feed,
  gallery,
  todo,
  board,
  signUp,
  uploads,
  signIn,
  house,
  policy,
  sockets,
  stream,
];

/**
 * The site of all examples, ready to listen; the browser tests open it too.
 *
 * @param todos the file of the to-do list's database
 */
export async function createSite(
  options: FastifyServerOptions = {},
  todos = ':memory:',
): Promise<FastifyInstance> {
  const fastify = Fastify(options);
  await fastify.register(fastifyStatic, { root: join(import.meta.dirname, 'public') });
  await fastify.register(issrPlugin);
  for (const page of [home, ...EXAMPLES, source]) await fastify.register(page, { todos });
  return fastify;
}
