import type { TestContext } from 'node:test';
import { WebSocket } from 'ws';
import {
  type ClientMessage,
  type ParamEntries,
  PROTOCOL_VERSION,
  type ServerMessage,
} from '../../src/protocol.js';
import { HttpConnection } from './http-connection.js';

type Of<Verb extends ServerMessage[0]> = Extract<ServerMessage, [Verb, ...unknown[]]>;

/** A join with a hash that fits no page, so that the server sends the whole page. */
export interface StrangerJoin {
  token: string;
  url?: string;
  params?: ParamEntries;
  secret?: string;
}

/** A visitor's side of one connection, of either transport, with headers of its own. */
export interface Stranger {
  /** All messages that came. */
  seen: ServerMessage[];
  send(message: ClientMessage): Promise<unknown>;
  join(join: StrangerJoin): Promise<Of<'joined'>>;
  next<Verb extends ServerMessage[0]>(verb: Verb): Promise<Of<Verb>>;
  /** Waits until the server has received all that was sent before, and answered what it answers at once. */
  settled(): Promise<void>;
}

export type Transport = 'ws' | 'http';
export const transports: Transport[] = ['ws', 'http'];

export async function openStranger(
  t: TestContext,
  transport: Transport,
  origin: string,
  cookie?: string | (() => string),
): Promise<Stranger> {
  const headers = () => {
    const given = typeof cookie === 'function' ? cookie() : cookie;
    return given === undefined ? undefined : { cookie: given };
  };
  const seen: ServerMessage[] = [];
  const waiting = new Set<() => void>();
  let untaken: ServerMessage[] = [];
  const receive = (message: ServerMessage) => {
    seen.push(message);
    untaken.push(message);
    for (const look of waiting) look();
  };
  const open = transport === 'ws' ? openWebSocket : openHttp;
  const send = await open(t, origin, headers, receive);
  const next: Stranger['next'] = (verb) =>
    new Promise((resolve) => {
      const look = () => {
        const found = untaken.find((message) => message[0] === verb);
        if (!found) return;
        waiting.delete(look);
        untaken = untaken.filter((message) => message !== found);
        resolve(found as never);
      };
      waiting.add(look);
      look();
    });
  return {
    seen,
    send,
    next,
    async join({ token, url = '/', params = [], secret = '' }) {
      await send(['join', PROTOCOL_VERSION, token, url, params, 0, 0, 0, secret]);
      return next('joined');
    },
    async settled() {
      await send(['ping']);
      await next('pong');
    },
  };
}

type Open = (
  t: TestContext,
  origin: string,
  headers: () => { cookie: string } | undefined,
  receive: (message: ServerMessage) => void,
) => Promise<Stranger['send']>;

const openWebSocket: Open = async (t, origin, headers, receive) => {
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/issr`, { headers: { origin, ...headers() } });
  t.after(() => socket.terminate());
  socket.on('message', (data) => receive(JSON.parse(String(data))));
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return async (message) => socket.send(JSON.stringify(message));
};

const openHttp: Open = async (t, origin, headers, receive) => {
  const link = await HttpConnection.open(origin, headers());
  t.after(() => link.leave().catch(() => {}));
  const read = async () => {
    for (;;) {
      const { type, data } = await link.nextEvent();
      if (type === 'message') receive(JSON.parse(data));
    }
  };
  read().catch(() => {});
  return (message) => link.postText(JSON.stringify(message), { origin, ...headers() });
};
