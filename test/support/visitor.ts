import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { paramsOfUrl } from '../../src/params/params.js';
import {
  type ClientMessage,
  PROTOCOL_VERSION,
  ScriptAttribute,
  type ServerMessage,
} from '../../src/protocol.js';
import { get } from './get.js';
import { takeScript } from './page-driver.js';

interface Act {
  number: number;
  value: string;
  isSent: boolean;
}

/**
 * A page that comes back whenever its link is lost, told by the protocol alone: its actions are sent again
 * by the client's rules. It keeps no shadow, so that hundreds of them cost little.
 */
export class Visitor {
  readonly answered: string[] = [];
  /** They may or may not have run. */
  readonly lost: string[] = [];
  /** Answers to commands that failed. */
  readonly errors: ServerMessage[] = [];
  joins = 0;
  readonly #origin: string;
  readonly #url: string;
  #token: string;
  #secret = '';
  readonly #onAnswer: () => void;
  #pending: Act[] = [];
  #last = 0;
  #patches = 0;
  #socket: WebSocket | undefined;
  #lastSeen = 0;
  #isJoined = false;
  #isGone = false;

  /** `onAnswer` is also called after a loss. */
  static async open(origin: string, onAnswer: () => void, url = '/'): Promise<Visitor> {
    const { body } = await get(origin + url);
    const visitor = new Visitor(origin, url, takeScript(body).tag?.[ScriptAttribute.token] ?? '', onAnswer);
    visitor.#connect();
    return visitor;
  }

  private constructor(origin: string, url: string, token: string, onAnswer: () => void) {
    this.#origin = origin;
    this.#url = url;
    this.#token = token;
    this.#onAnswer = onAnswer;
  }

  get isJoined(): boolean {
    return this.#isJoined;
  }

  /** Actions that were answered or lost. */
  get done(): number {
    return this.answered.length + this.lost.length;
  }

  get waiting(): number {
    return this.#pending.length;
  }

  act(value: string): void {
    this.#pending.push({ number: ++this.#last, value, isSent: false });
    this.#flow();
  }

  /** Drops a connection that brought nothing for a while, as a browser's heartbeat does. */
  cutIfSilent(milliseconds: number): void {
    if (performance.now() - this.#lastSeen > milliseconds) this.cut();
    else if (this.#isJoined) this.#send(['ping']);
  }

  /** Drops the connection. The page reconnects. */
  cut(): void {
    this.#socket?.terminate();
  }

  leave(): void {
    this.#isGone = true;
    this.#socket?.terminate();
  }

  #connect(): void {
    const socket = new WebSocket(`${this.#origin.replace('http', 'ws')}/issr`, {
      headers: { origin: this.#origin },
    });
    this.#socket = socket;
    this.#lastSeen = performance.now();
    const event = this.#last - this.#pending.length;
    socket.on('open', () =>
      this.#send([
        'join',
        PROTOCOL_VERSION,
        this.#token,
        this.#url,
        [...paramsOfUrl(this.#url)],
        0,
        event,
        this.#patches,
        this.#secret,
      ]),
    );
    socket.on('message', (data) => this.#receive(JSON.parse(String(data))));
    socket.on('error', () => {});
    socket.on('close', async () => {
      this.#isJoined = false;
      await sleep(100 * Math.random());
      if (!this.#isGone) this.#connect();
    });
  }

  #receive(message: ServerMessage): void {
    this.#lastSeen = performance.now();
    if (message[0] === 'joined') [, , , this.#secret, this.#token] = message;
    if (message[0] === 'joined') this.#onJoined(message[1], message[2]);
    if (message[0] === 'patch' || message[0] === 'page') this.#patches++;
    if (message[0] === 'error') this.errors.push(message);
    if (message[0] === 'patch' || message[0] === 'page' || message[0] === 'error') this.#settle(message[1]);
    if (message[0] === 'closing') for (const act of this.#pending) act.isSent &&= act.number <= message[1];
  }

  #onJoined(event: number, isResumed: boolean): void {
    this.#isJoined = true;
    this.joins++;
    if (isResumed) this.#settle(event);
    for (const act of this.#pending) {
      if (act.isSent && !isResumed) {
        // A process may be killed again before it answers the rest of a lost command.
        if (act.value) this.lost.push(act.value);
        act.value = '';
      }
      act.isSent = false;
    }
    this.#flow();
  }

  /** The events up to this one have run. */
  #settle(event: number): void {
    const before = this.#pending.length;
    for (const { number, value } of this.#pending) if (number <= event && value) this.answered.push(value);
    this.#pending = this.#pending.filter(({ number }) => number > event);
    if (this.#pending.length < before) this.#onAnswer();
  }

  #flow(): void {
    if (!this.#isJoined) return;
    for (const act of this.#pending) {
      if (act.isSent) continue;
      act.isSent = true;
      this.#send(['event', act.number, [[], []], act.value ? [['add', act.value]] : []]);
    }
  }

  #send(message: ClientMessage): void {
    this.#socket?.send(JSON.stringify(message));
  }
}
