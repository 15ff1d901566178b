import './fastify-types.js';
import './jsx-types.js';
import type { FastifyInstance } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { addEndpoint } from '../connection/endpoint.js';
import { stateOf } from '../dispatch/request-state.js';
import { errors } from '../errors.js';
import { useWebsocket } from '../http/websocket.js';
import { type IssrOptions, type ResolvedOptions, resolveOptions } from '../options/options.js';
import { addRoute, type IssrRouteOptions } from '../route/page-route.js';
import { renderPlainViews } from '../route/plain-views.js';
import type { Runtime } from '../runtime.js';
import type { IssrSocketOptions } from '../sockets/options.js';
import { addSocket, keepSocketHandlers } from '../sockets/route.js';
import type { AnySocketHandlers } from '../sockets/socket.js';
import type { IssrStreamHandler } from '../streams/issr-stream.js';
import type { IssrStreamOptions } from '../streams/options.js';
import { addStream } from '../streams/route.js';
import { addUploads } from '../uploads/http/endpoint.js';
import { createRuntime } from './create-runtime.js';
import { drainBeforeClosing } from './draining.js';
import { Issr } from './issr.js';

async function issr(fastify: FastifyInstance, given: IssrOptions): Promise<void> {
  const options = resolveOptions(given);
  limitShutdown(fastify, options);
  if (fastify.hasDecorator('issr')) throw new errors.ISSR_ERR_REGISTERED_TWICE(options.prefix);
  await useWebsocket(fastify, options.maxMessageBytes);
  keepSocketHandlers(fastify);
  const runtime = createRuntime(fastify, options);
  decorate(fastify, runtime);
  renderPlainViews(runtime, fastify);
  addEndpoint(runtime, fastify);
  addUploads(runtime, fastify);
  connectProcesses(runtime, fastify);
  drainBeforeClosing(fastify, () => runtime.pages.drain());
}

function decorate(fastify: FastifyInstance, runtime: Runtime): void {
  fastify.decorate('issr', new Issr(runtime));
  fastify.decorateRequest('issr', {
    getter() {
      const state = stateOf(this);
      state.audience = runtime.audience;
      state.flashCookies = runtime.flashes;
      return state;
    },
  });
  fastify.decorate('issrRoute', function (this: FastifyInstance, path: string, ...rest: unknown[]) {
    const [routeOptions, handler] = rest.length === 1 && typeof rest[0] === 'function' ? [{}, rest[0]] : rest;
    addRoute(runtime, this, path, routeOptions as IssrRouteOptions, handler as IssrRouteOptions['handler']);
    return this;
  } as FastifyInstance['issrRoute']);
  fastify.decorate('issrSocket', function (this: FastifyInstance, path: string, ...rest: unknown[]) {
    const [socketOptions, handlers] = rest.length === 1 ? [{}, rest[0]] : rest;
    return addSocket(runtime, this, path, socketOptions as IssrSocketOptions, handlers as AnySocketHandlers);
  } as unknown as FastifyInstance['issrSocket']);
  fastify.decorate('issrStream', function (this: FastifyInstance, path: string, ...rest: unknown[]) {
    const [streamOptions, handler] = rest.length === 1 ? [{}, rest[0]] : rest;
    addStream(runtime, this, path, streamOptions as IssrStreamOptions, handler as IssrStreamHandler);
    return this;
  } as unknown as FastifyInstance['issrStream']);
}

/** Meets the other processes when the server is ready, and leaves them after its pages closed. */
function connectProcesses({ audience, channels, cluster }: Runtime, fastify: FastifyInstance): void {
  fastify.addHook('onReady', async () => {
    await cluster.open();
    await channels.open();
    audience.open();
  });
  fastify.addHook('onClose', async () => {
    await audience.close();
    await cluster.close();
  });
}

/** Fastify gives each hook of its closing that long. */
function limitShutdown(
  { initialConfig: { pluginTimeout } }: FastifyInstance,
  { shutdownTimeout }: ResolvedOptions,
): void {
  if (!pluginTimeout || shutdownTimeout < pluginTimeout) return;
  throw new errors.ISSR_ERR_OPTION(
    'shutdownTimeout',
    `less than Fastify's pluginTimeout of ${pluginTimeout}`,
    String(shutdownTimeout),
  );
}

/**
 * Interactive server-side rendering: `fastify.issrRoute`, `fastify.issr`, `request.issr`.
 *
 * @throws ISSR_ERR_REGISTERED_TWICE, ISSR_ERR_OPTION
 */
export const issrPlugin = fastifyPlugin(issr, { fastify: '^5.12.7', name: 'fastify-issr' });
