/** The visitors of `load.ts`: each sends its next event when the last one is answered. */
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { WebSocket } from 'ws';
import { openJoinedSocket } from '../test/support/joined-socket.js';

export interface Visitor {
  /** Milliseconds of each event. */
  readonly latencies: number[];
  /** Bytes of all answers, without frames and headers. */
  readonly bytes: number;
  reset(): void;
  run(events: number): Promise<void>;
}

/** Sends the number of the next event and resolves to the bytes of its answer. */
type Send = (number: number) => Promise<number>;

class Sender implements Visitor {
  readonly latencies: number[] = [];
  bytes = 0;
  #number = 0;
  readonly #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

  reset(): void {
    this.latencies.length = this.bytes = 0;
  }

  async run(events: number): Promise<void> {
    for (let i = 0; i < events; i++) {
      const start = performance.now();
      this.bytes += await this.#send(++this.#number);
      this.latencies.push(performance.now() - start);
    }
  }
}

const countOf = (number: number) => (number % 100) + 1;

function createSocketSender(
  socket: WebSocket,
  messageOf: (number: number) => string,
  check?: Buffer,
): Visitor {
  let onAnswer: (bytes: number) => void = () => {};
  socket.on('message', (data: Buffer) => {
    if (check && !data.subarray(0, check.length).equals(check))
      throw new Error(`Not the answer to an event: ${data.subarray(0, 200)}`);
    onAnswer(data.length);
  });
  return new Sender((number) => {
    socket.send(messageOf(number));
    return new Promise((resolve) => {
      onAnswer = resolve;
    });
  });
}

/** A bare websocket that sends the same message each time, or the count of the page. */
export function openEcho(message?: string) {
  return async (origin: string): Promise<Visitor> => {
    const socket = new WebSocket(`${origin.replace('http', 'ws')}/socket`, { perMessageDeflate: false });
    await once(socket, 'open');
    return createSocketSender(socket, (number) => message ?? String(countOf(number)));
  };
}

const PATCH = Buffer.from('["patch"');

/**
 * A page that has joined.
 *
 * @param whoOf gives the text that makes it unlike others
 * @param path `/counter`, whose events assign a param, or `/command`, whose events run an action
 */
export function openPage(whoOf: (index: number) => string, path = '/counter') {
  return async (origin: string, index: number): Promise<Visitor> => {
    const socket = await openJoinedSocket(origin, `${path}?x=1&who=${whoOf(index)}`);
    const messageOf = (number: number) =>
      JSON.stringify(['event', number, [[], []], [['x', String(countOf(number))]]]);
    return createSocketSender(socket, messageOf, PATCH);
  };
}

/** Posts over a connection of its own that stays open, as a browser does. */
export async function openForm(origin: string): Promise<Visitor> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return new Sender(async (number) => {
    const post = request(`${origin}/counter`, { method: 'POST', agent, headers });
    post.end(`x=${countOf(number)}`);
    const [response] = await once(post, 'response');
    let bytes = 0;
    for await (const chunk of response) bytes += chunk.length;
    return bytes;
  });
}

/**
 * Loads a page over a connection that stays open. A client of `node:http` takes longer than the server, which would then sleep
 * and wake up for each load, and that costs as much as what is measured.
 */
export function openLoad(path: string) {
  return async (origin: string): Promise<Visitor> => {
    const { host, hostname, port } = new URL(origin);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    const get = `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
    let head = '';
    let length = 0;
    let received = 0;
    let onAnswer: (bytes: number) => void = () => {};
    socket.on('data', (data: Buffer) => {
      received += data.length;
      // All answers of one path have the same length.
      if (length === 0) {
        head += data.toString('latin1');
        length = lengthOf(head);
      }
      if (length === 0 || received < length) return;
      if (received > length) throw new Error(`An answer of ${received} bytes, not ${length}, to ${path}`);
      received = 0;
      onAnswer(length);
    });
    return new Sender(() => {
      socket.write(get);
      return new Promise((resolve) => {
        onAnswer = resolve;
      });
    });
  };
}

/** The length of an answer, or 0 if its head is not complete. */
function lengthOf(answer: string): number {
  const [head, length] = /^.*content-length: (\d+).*?\r\n\r\n/is.exec(answer) ?? [''];
  return head.length + Number(length ?? 0);
}
