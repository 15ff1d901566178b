import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Download, isDownload } from '../downloads/downloads.js';
import { errors } from '../errors.js';
import { awaitTurn } from '../http/event-stream.js';
import { checkForeignOrigin, checkOrigin } from '../http/origin.js';
import { bodyText, OWN_ROUTE, queryValue } from '../http/own-route.js';
import { sendPlainly } from '../http/reply.js';
import { endRefusedHandshakes } from '../http/websocket.js';
import { addressKey } from '../limits/address-key.js';
import { warnOfRefusedScript } from '../mistakes/refused-script.js';
import { Endpoint, EndpointQuery } from '../protocol.js';
import type { Runtime } from '../runtime.js';
import { Connections } from './connections.js';
import { answerGoodbyes, receiveGoodbye } from './goodbye.js';
import { refreshCookies } from './refresh-cookies.js';
import { HttpConnections } from './transports/http.js';
import { createWsTransport } from './transports/ws.js';

/** Well above the length of a token. */
const MAX_TOKEN_BYTES = 1000;

/** Milliseconds that another process has to take a request which belongs to it. */
const FORWARD_TIMEOUT = 5000;

/** The plugin's own routes below its prefix: the connections of all pages, the client script, and cookie tickets. */
export function addEndpoint(runtime: Runtime, scope: FastifyInstance): void {
  const { options, script } = runtime;
  const path = (endpoint: string) => `${options.prefix}/${endpoint}`;
  const connections = new Connections(runtime);
  endRefusedHandshakes(scope, options.joinTimeout);
  const watching = options.showErrors ? [warnOfRefusedScript(runtime.mistakes)] : [];
  script.serve(scope, path(Endpoint.connection), watching);
  addTransports(runtime, scope, path, connections);
  addCookies(runtime, scope, path(Endpoint.cookies));
  addDownloads(runtime, scope, path(Endpoint.download));
  answerGoodbyes(runtime);
  scope.addHook('preClose', async () => {
    runtime.pages.closeAll();
    connections.close();
    runtime.refusals.flush();
  });
  scope.addHook('preClose', () => runtime.handovers.close());
}

function addTransports(
  runtime: Runtime,
  scope: FastifyInstance,
  path: (endpoint: string) => string,
  connections: Connections,
): void {
  const { options, cluster } = runtime;
  const httpConnections = new HttpConnections(() => cluster.createKey());
  const assertRoom = async (request: FastifyRequest) => connections.assertRoom(request);
  cluster.answer(Endpoint.send, ([key, body]) => httpConnections.receive(String(key), String(body)));

  scope.get(
    path(Endpoint.connection),
    { ...OWN_ROUTE, websocket: true, preValidation: [checkOrigin(options), assertRoom] },
    (socket, request) => {
      // `@fastify/websocket` closes its clients at once and without a code. Ours close when their pages are drained.
      scope.websocketServer.clients?.delete(socket);
      createWsTransport(socket, request.raw.socket, (transport) => connections.add(transport, request));
    },
  );

  scope.get(
    path(Endpoint.stream),
    {
      ...OWN_ROUTE,
      exposeHeadRoute: false,
      preValidation: [checkForeignOrigin(options), awaitTurn, assertRoom],
    },
    (request, reply) => {
      httpConnections.open(reply, (transport) => connections.add(transport, request));
    },
  );

  scope.post(
    path(Endpoint.send),
    {
      ...OWN_ROUTE,
      preValidation: checkOrigin(options),
      bodyLimit: options.maxMessageBytes,
      logLevel: options.requestLogLevel,
    },
    async (request, reply) => {
      const key = queryValue(request, EndpointQuery.connection);
      const body = bodyText(request);
      const address = addressKey(request.ip);
      const isReceived =
        key === undefined
          ? await receiveGoodbye(runtime, body, address)
          : httpConnections.receive(key, body) ||
            (await cluster.ask(key, Endpoint.send, address, FORWARD_TIMEOUT, key, body));
      if (isReceived !== true) throw new errors.ISSR_ERR_LINK();
      return sendPlainly(reply, 204);
    },
  );
}

/** Gives a browser the cookies that events set, and a page the cookies that other tabs set. */
function addCookies(runtime: Runtime, scope: FastifyInstance, path: string): void {
  const { requestLogLevel } = runtime.options;
  runtime.cluster.answer(Endpoint.cookies, ([ticket, pageId]) =>
    runtime.tickets.redeem(String(ticket), String(pageId)),
  );
  scope.post(
    path,
    {
      ...OWN_ROUTE,
      preValidation: checkOrigin(runtime.options),
      bodyLimit: MAX_TOKEN_BYTES,
      logLevel: requestLogLevel,
    },
    async (request, reply) => {
      const ticket = queryValue(request, EndpointQuery.ticket);
      const credentials = bodyText(request).split(' ');
      if (ticket === undefined) {
        refreshCookies(runtime, credentials, request.headers.cookie);
        return sendPlainly(reply, 204);
      }
      const pageId = runtime.tokens.verify(credentials[0] ?? '');
      const setCookies = await redeem(runtime, ticket, pageId, addressKey(request.ip));
      if (!setCookies) throw new errors.ISSR_ERR_TICKET();
      return sendPlainly(reply, 204, { 'set-cookie': setCookies });
    },
  );
}

/** Gives a browser the file that an action answered, once. */
function addDownloads({ options, downloads, cluster }: Runtime, scope: FastifyInstance, path: string): void {
  cluster.answer(Endpoint.download, ([ticket]) => {
    const download = downloads.take(String(ticket));
    return download && { ...download, body: download.body.toString('base64') };
  });
  scope.get(
    path,
    {
      ...OWN_ROUTE,
      exposeHeadRoute: false,
      preValidation: checkForeignOrigin(options),
      logLevel: options.requestLogLevel,
    },
    async (request, reply) => {
      const ticket = queryValue(request, EndpointQuery.ticket) ?? '';
      const download =
        downloads.take(ticket) ??
        (await cluster.ask(ticket, Endpoint.download, addressKey(request.ip), FORWARD_TIMEOUT, ticket));
      if (!isFile(download)) throw new errors.ISSR_ERR_TICKET();
      const { status, headers, body } = download;
      const { 'set-cookie': _fetchedBefore, ...given } = headers;
      return sendPlainly(reply, status, given, Buffer.from(body as string, 'base64'));
    },
  );
}

/** A body of this process is bytes, that of another one base64. */
function isFile(value: unknown): value is Omit<Download, 'body'> & { body: Buffer | string } {
  const { status, headers, body } = (value ?? {}) as Partial<Download>;
  const isBody = typeof body === 'string' || Buffer.isBuffer(body);
  return typeof status === 'number' && typeof headers === 'object' && isBody && isDownload(headers);
}

/** Redeems a ticket of this process, or of the one that issued it. */
async function redeem(
  { tickets, cluster }: Runtime,
  ticket: string,
  pageId: string,
  address: string,
): Promise<string[] | undefined> {
  const setCookies =
    tickets.redeem(ticket, pageId) ??
    (await cluster.ask(ticket, Endpoint.cookies, address, FORWARD_TIMEOUT, ticket, pageId));
  const isList = Array.isArray(setCookies) && setCookies.every((one) => typeof one === 'string');
  return isList ? setCookies : undefined;
}
