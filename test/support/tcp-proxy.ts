import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { failHandshake, handshakeKey, type WebsocketFault } from './websocket-fault.js';

export interface ProxyOptions {
  /** Delay in milliseconds of a piece, in each direction. Order is kept. */
  delay?(): number;
  /** Receives each piece on its way to the browser. */
  onDown?(piece: Buffer): void;
  /** Fault of every websocket. Plain HTTP passes. */
  websockets?: WebsocketFault;
}

interface Swallowed {
  down: number;
  up: number;
}

/** A TCP proxy between browsers and a server, with an origin of its own. A test may break it. */
export class TcpProxy {
  /** Pieces that were swallowed on their way to the browser, and to the server. */
  readonly swallowed: Swallowed = { down: 0, up: 0 };
  readonly #target: URL;
  readonly #options: ProxyOptions;
  readonly #connections = new Set<ProxiedConnection>();
  /** Open the websockets that wait for a POST. */
  readonly #late: (() => void)[] = [];
  #isSwallowing = false;
  #limit = Number.POSITIVE_INFINITY;
  #origin = '';

  /** @param target the server's origin */
  static async open(
    t: { after(close: () => void): void },
    target: string,
    options: ProxyOptions = {},
  ): Promise<TcpProxy> {
    const proxy = new TcpProxy(target, options);
    const server = createServer((browser) => proxy.#accept(browser));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    proxy.#origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    t.after(() => {
      server.close();
      proxy.cut();
    });
    return proxy;
  }

  private constructor(target: string, options: ProxyOptions) {
    this.#target = new URL(target);
    this.#options = options;
  }

  get origin(): string {
    return this.#origin;
  }

  get connections(): readonly ProxiedConnection[] {
    return [...this.#connections];
  }

  /** Cuts all connections. New ones pass. */
  cut(): void {
    this.release();
    for (const connection of this.#connections) connection.cut();
  }

  /** Lets this number of bytes from the browser pass on each connection from now on, then holds it until `release`. */
  hold(bytes: number): void {
    this.#limit = bytes;
    for (const connection of this.#connections) connection.restartCount();
  }

  release(): void {
    this.#limit = Number.POSITIVE_INFINITY;
    for (const connection of this.#connections) connection.flow();
  }

  /** Drops everything silently. New connections open and are silent too. */
  swallow(): void {
    this.#isSwallowing = true;
    for (const connection of this.#connections) connection.isSwallowing = true;
  }

  /** New connections pass. Those that were swallowed stay silent. */
  letThrough(): void {
    this.#isSwallowing = false;
  }

  #accept(browser: Socket): void {
    const connection = new ProxiedConnection(browser, this.swallowed, () => this.#limit, this.#options);
    connection.isSwallowing = this.#isSwallowing;
    this.#connections.add(connection);
    browser.on('close', () => this.#connections.delete(connection));
    const site = () => connect(Number(this.#target.port), this.#target.hostname);
    const fault = this.#options.websockets;
    if (!fault) return connection.pass(site());
    browser.once('data', (head: Buffer) => {
      const pass = () => {
        connection.pass(site());
        browser.emit('data', head);
      };
      const key = handshakeKey(head);
      if (!key) pass();
      else if (fault === 'late') this.#late.push(pass);
      else failHandshake(browser, key, fault);
    });
    browser.on('data', (piece) => {
      if (!/^POST /.test(String(piece))) return;
      for (const pass of this.#late.splice(0)) pass();
    });
  }
}

/** A browser's connection through the proxy. */
export class ProxiedConnection {
  isSwallowing = false;
  /** The path of the browser's last request. */
  path = '';
  readonly #browser: Socket;
  readonly #swallowed: Swallowed;
  readonly #limit: () => number;
  readonly #delay: (() => number) | undefined;
  readonly #onDown: ProxyOptions['onDown'];
  #site: Socket | undefined;
  #sent = 0;

  constructor(browser: Socket, swallowed: Swallowed, limit: () => number, { delay, onDown }: ProxyOptions) {
    this.#onDown = onDown;
    this.#browser = browser;
    this.#swallowed = swallowed;
    this.#limit = limit;
    this.#delay = delay;
    // Its close follows.
    browser.on('error', () => {});
  }

  pass(site: Socket): void {
    this.#site = site;
    site.on('error', () => {});
    this.#browser.on('data', (piece) => {
      this.path = /^(?:GET|POST) (\S+) HTTP/.exec(String(piece))?.[1] ?? this.path;
      this.#sent += piece.length;
      if (this.#sent >= this.#limit()) this.#browser.pause();
    });
    this.#forward(this.#browser, site, 'up');
    this.#forward(site, this.#browser, 'down');
  }

  /** Both ends lose it at once, whatever is on its way. */
  cut(): void {
    this.#browser.destroy();
    this.cutSite();
  }

  /** The site loses it. A browser that is swallowed does not notice. */
  cutSite(): void {
    this.#site?.destroy();
  }

  /** Counts the browser's bytes from now on. */
  restartCount(): void {
    this.#sent = 0;
  }

  /** Nothing moves until `flow`, and nothing is lost. */
  stall(): void {
    this.#browser.pause();
    this.#site?.pause();
  }

  flow(): void {
    this.#browser.resume();
    this.#site?.resume();
  }

  #forward(from: Socket, to: Socket, way: keyof Swallowed): void {
    const delay = this.#delay;
    const steps: (() => void)[] = [];
    const later = (step: () => void) => {
      if (!delay) return step();
      steps.push(step);
      // The timer that ends first runs the oldest step.
      setTimeout(() => steps.shift()?.(), delay());
    };
    const write = (piece: Buffer) => later(() => to.writable && to.write(piece));
    from.on('data', (piece) => {
      if (way === 'down') this.#onDown?.(piece);
      if (this.isSwallowing) {
        this.#swallowed[way]++;
      } else if (delay) {
        const middle = piece.length >> 1;
        write(piece.subarray(0, middle));
        write(piece.subarray(middle));
      } else {
        write(piece);
      }
    });
    from.on('close', () => later(() => this.isSwallowing || to.destroySoon()));
  }
}
