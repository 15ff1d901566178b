import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type DefaultTreeAdapterTypes, parse } from 'parse5';
import { WebSocket } from 'ws';
import { structureHash } from '../../src/html/store/structure-hash.js';
import { paramsOfUrl } from '../../src/params/params.js';
import {
  type ActionEntries,
  type ClientMessage,
  type ParamEntries,
  PROTOCOL_VERSION,
  ScriptAttribute,
  type ServerMessage,
} from '../../src/protocol.js';
import { ModelShadow } from '../fuzz/model.js';
import { get, type HttpAnswer, type RequestOptions } from './get.js';
import { PATIENCE_MS } from './wait.js';

type Message<Verb extends ServerMessage[0]> = Extract<ServerMessage, [Verb, ...unknown[]]>;
type Answer = Message<'patch' | 'page' | 'redirect' | 'error'>;

/** Content of an event. */
export interface DriverEvent {
  actions?: ActionEntries;
  changed?: ParamEntries;
  removed?: string[];
  /** A visit to another address. */
  url?: string;
}

/** Replaced values of a join. */
export interface DriverJoin {
  version?: number;
  token?: string;
  url?: string;
  params?: ParamEntries;
  hash?: number;
  event?: number;
  patches?: number;
  /** That of another document, or '' for a first join. */
  secret?: string;
}

export interface DriverOptions extends RequestOptions {
  /** Path of the connection's endpoint. */
  endpoint?: string;
}

/** A page driven by the protocol alone: loads, joins, sends events and keeps the shadow. */
export class PageDriver {
  readonly answer: HttpAnswer;
  /** Attributes of the injected script tag. */
  readonly tag: Record<string, string>;
  /** The HTML that the server renders: without the script tag. */
  readonly loaded: string;
  /** All messages that came, in order. */
  readonly messages: ServerMessage[] = [];
  url: string;
  /** From the script tag, and then from the last `joined`. */
  token: string;
  secret = '';
  event = 0;
  patches = 0;
  cookie: string;
  #origin: string;
  #options: DriverOptions;
  #shadow: ModelShadow;
  #socket: WebSocket | undefined;
  #untaken: ServerMessage[] = [];
  #onChange = new Set<() => void>();
  #closing: { code: number; reason: string } | undefined;

  /** GET: a page that has not joined. */
  static async load(origin: string, url: string, options: DriverOptions = {}): Promise<PageDriver> {
    return new PageDriver(origin, url, options, await get(origin + url, options));
  }

  /** A page that was loaded and has joined. */
  static async open(origin: string, url: string, options: DriverOptions = {}): Promise<PageDriver> {
    const page = await PageDriver.load(origin, url, options);
    await page.connect();
    await page.join();
    return page;
  }

  constructor(origin: string, url: string, options: DriverOptions, answer: HttpAnswer) {
    const { tag, html } = takeScript(answer.body);
    assert.ok(tag, `${url} has no script tag: ${answer.status} ${answer.body.slice(0, 300)}`);
    this.answer = answer;
    this.tag = tag;
    this.token = tag[ScriptAttribute.token] ?? '';
    this.loaded = html;
    this.url = url;
    this.cookie = cookiesOf(options.headers?.cookie, answer.headers['set-cookie']);
    this.#origin = origin;
    this.#options = options;
    this.#shadow = new ModelShadow(html);
  }

  get id(): string {
    return this.token.split('.')[0] ?? '';
  }

  /** Token and secret, as the page sends them by HTTP. */
  get credentials(): string {
    return `${this.token} ${this.secret}`;
  }

  /** The shadow's HTML, from `<html>` on. */
  get html(): string {
    return this.#shadow.html();
  }

  /** The text of the shadow's body. */
  get text(): string {
    const body = /<body[\s\S]*/.exec(this.html)?.[0] ?? '';
    return body.replace(/<[^>]*>/g, '');
  }

  /** The text of the body after each message that comes from now on. */
  recordTexts(): string[] {
    const texts: string[] = [];
    this.#onChange.add(() => texts.push(this.text));
    return texts;
  }

  /**
   * The document of this page on a new connection, perhaps to another process. It has not joined there.
   *
   * @param other values that it claims instead of its own
   */
  async follow(
    origin: string,
    other: Partial<Pick<PageDriver, 'secret' | 'event' | 'patches'>> = {},
  ): Promise<PageDriver> {
    const follower = new PageDriver(origin, this.url, this.#options, this.answer);
    const { token, secret, event, patches } = this;
    Object.assign(follower, { token, secret, event, patches }, other);
    await follower.connect();
    return follower;
  }

  /** Opens the live link, as the browser of this page would. A site of several processes has several origins. */
  async connect(headers: Record<string, string> = {}, origin = this.#origin): Promise<void> {
    const url = origin.replace('http', 'ws') + (this.#options.endpoint ?? '/issr');
    const cookie = this.cookie === '' ? undefined : { cookie: this.cookie };
    const socket = new WebSocket(url, {
      ca: this.#options.ca,
      headers: { origin: this.#origin, ...this.#options.headers, ...cookie, ...headers },
    });
    this.#socket = socket;
    this.#closing = undefined;
    this.#untaken = [];
    socket.on('message', (data) => {
      if (socket === this.#socket) this.#receive(JSON.parse(String(data)));
    });
    socket.on('close', (code, reason) => {
      if (socket !== this.#socket) return;
      this.#closing = { code, reason: String(reason) };
      this.#changed();
    });
    await once(socket, 'open');
    socket.on('error', () => {});
  }

  /** Joins as the browser does after a load or a reconnect. Returns `joined` without secret and token. */
  async join(other: DriverJoin = {}): Promise<[verb: 'joined', event: number, resumed: boolean]> {
    this.sendJoin(other);
    const [verb, event, resumed] = await this.next('joined');
    return [verb, event, resumed];
  }

  sendJoin(other: DriverJoin = {}): void {
    const { version = PROTOCOL_VERSION, token = this.token, url = this.url } = other;
    const { params = [...paramsOfUrl(url)], hash = structureHash(this.html) ?? 0 } = other;
    const { event = this.event, patches = this.patches, secret = this.secret } = other;
    this.send(['join', version, token, url, params, hash, event, patches, secret]);
  }

  send(message: ClientMessage): void {
    this.sendRaw(JSON.stringify(message));
  }

  /** Anything at all. */
  sendRaw(data: string | Buffer): void {
    assert.ok(this.#socket, 'connect first');
    this.#socket.send(data);
  }

  /** Sends an event; its number is given back. */
  sendEvent({ actions = [], changed = [], removed = [], url }: DriverEvent = {}): number {
    this.event++;
    const event: ClientMessage = ['event', this.event, [changed, removed], actions];
    if (url !== undefined) event.push(url);
    this.send(event);
    return this.event;
  }

  /** Sends an event and waits for its answer. */
  rr(event?: DriverEvent): Promise<Answer> {
    return this.answerTo(this.sendEvent(event));
  }

  /** A click on `<button action={name} value={value}>`. */
  click(name: string, value = 't'): Promise<Answer> {
    return this.rr({ actions: [[name, value]] });
  }

  answerTo(event: number): Promise<Answer> {
    return this.#take(`an answer to event ${event}`, (message): message is Answer => {
      return /^(patch|page|redirect|error)$/.test(message[0]) && message[1] === event;
    });
  }

  /** The first message of a verb that was not taken yet. */
  next<Verb extends ServerMessage[0]>(verb: Verb): Promise<Message<Verb>> {
    return this.#take(`'${verb}'`, (message): message is Message<Verb> => message[0] === verb);
  }

  /** Waits until the server has received all that was sent so far. What it does with it may take longer. */
  async settled(): Promise<void> {
    this.send(['ping']);
    await this.next('pong');
  }

  /** Close code and reason from the server. */
  async closed(): Promise<{ code: number; reason: string }> {
    return this.#until('the end of the connection', () => this.#closing);
  }

  /** Stops reading until `resume`. */
  pause(): void {
    this.#socket?.pause();
  }

  resume(): void {
    this.#socket?.resume();
  }

  /** The connection drops, without a word. */
  async drop(): Promise<void> {
    this.#socket?.terminate();
    await this.closed();
  }

  #receive(message: ServerMessage): void {
    this.messages.push(message);
    this.#untaken.push(message);
    if (message[0] === 'joined') [, , , this.secret, this.token] = message;
    if (message[0] === 'base') this.#shadow = new ModelShadow(message[1]);
    if (message[0] === 'page') this.#shadow = new ModelShadow(message[2]);
    if (message[0] === 'patch') this.#shadow.apply(message.slice(2) as Message<'patch'>[2][]);
    if (message[0] === 'page' || message[0] === 'patch') this.patches++;
    this.#changed();
  }

  #changed(): void {
    for (const listener of this.#onChange) listener();
  }

  #take<Found extends ServerMessage>(what: string, is: (message: ServerMessage) => message is Found) {
    return this.#until<Found>(what, () => {
      const found = this.#untaken.find(is);
      if (found) this.#untaken.splice(this.#untaken.indexOf(found), 1);
      else if (this.#closing)
        throw new Error(`closed by ${JSON.stringify(this.#closing)}, waiting for ${what}`);
      return found;
    });
  }

  #until<Found>(what: string, find: () => Found | undefined): Promise<Found> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => {
        clearTimeout(timer);
        this.#onChange.delete(look);
        settle();
      };
      const look = () => {
        try {
          const found = find();
          if (found !== undefined) end(() => resolve(found));
        } catch (error) {
          end(() => reject(error));
        }
      };
      const timer = setTimeout(() => {
        const untaken = JSON.stringify(this.#untaken).slice(0, 1000);
        end(() => reject(new Error(`no ${what}; untaken: ${untaken}`)));
      }, PATIENCE_MS);
      this.#onChange.add(look);
      look();
    });
  }
}

/** The injected tag's attributes, and the HTML without it. */
export function takeScript(html: string): { tag?: Record<string, string>; html: string } {
  const script = findScript(parse(html, { sourceCodeLocationInfo: true }));
  const at = script?.sourceCodeLocation;
  if (!script || !at) return { html };
  const tag = Object.fromEntries(script.attrs.map(({ name, value }) => [name, value]));
  return { tag, html: html.slice(0, at.startOffset) + html.slice(at.endOffset) };
}

function findScript(parent: DefaultTreeAdapterTypes.ParentNode): DefaultTreeAdapterTypes.Element | undefined {
  for (const node of parent.childNodes) {
    if (!('attrs' in node)) continue;
    if (node.tagName === 'script' && node.attrs.some(({ name }) => name === ScriptAttribute.token))
      return node;
    const inside = findScript(node);
    if (inside) return inside;
  }
  return undefined;
}

function cookiesOf(sent: string | undefined, set: string[] = []): string {
  return [sent ?? [], set.map((cookie) => cookie.split(';')[0])].flat().join('; ');
}
