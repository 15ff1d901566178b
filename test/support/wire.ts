import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

export interface WireOptions {
  /** Delay in milliseconds of each direction. Order is kept. */
  delay?(): number;
}

/** A network between browsers and a server, that a test may break. */
export class Wire {
  /** Pieces that were swallowed on their way to the browser, and to the server. */
  readonly swallowed = { down: 0, up: 0 };
  readonly #links = new Set<Link>();
  #isSwallowing = false;
  #origin = '';

  /** @param target the server's origin */
  static async open(t: TestContext, target: string, options: WireOptions = {}): Promise<Wire> {
    const wire = new Wire();
    const server = createServer((browser) => {
      const site = connect(Number(new URL(target).port), '127.0.0.1');
      const link = new Link(browser, site, options, (way) => wire.swallowed[way]++);
      link.isSwallowing = wire.#isSwallowing;
      wire.#links.add(link);
      browser.on('close', () => wire.#links.delete(link));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    wire.#origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    t.after(() => {
      server.close();
      wire.cut();
    });
    return wire;
  }

  get origin(): string {
    return this.#origin;
  }

  /** The links that are up. */
  get links(): readonly Link[] {
    return [...this.#links];
  }

  /** Cuts all links. */
  cut(): void {
    for (const link of this.#links) link.cut();
  }

  /** Drops everything silently. New connections open and are silent too. */
  swallow(): void {
    this.#isSwallowing = true;
    for (const link of this.#links) link.isSwallowing = true;
  }

  /** Links that are new go through. Those that were swallowed never speak again. */
  letThrough(): void {
    this.#isSwallowing = false;
  }
}

/** A connection through the wire. */
export class Link {
  isSwallowing = false;
  /** The path of the last request that went up. */
  path = '';
  readonly #browser: Socket;
  readonly #site: Socket;

  constructor(browser: Socket, site: Socket, options: WireOptions, onSwallow: (way: 'down' | 'up') => void) {
    this.#browser = browser;
    this.#site = site;
    browser.on('data', (piece) => {
      this.path = /^(?:GET|POST) (\S+) HTTP/.exec(String(piece))?.[1] ?? this.path;
    });
    this.#pass(browser, site, options, () => onSwallow('up'));
    this.#pass(site, browser, options, () => onSwallow('down'));
  }

  /** Both ends lose it at once, whatever is on its way. */
  cut(): void {
    this.#browser.destroy();
    this.#site.destroy();
  }

  /** Nothing moves until `flow`, and nothing is lost. */
  stall(): void {
    this.#browser.pause();
    this.#site.pause();
  }

  flow(): void {
    this.#browser.resume();
    this.#site.resume();
  }

  #pass(from: Socket, to: Socket, { delay }: WireOptions, onSwallow: () => void): void {
    const pieces: Buffer[] = [];
    from.on('data', (piece) => {
      if (this.isSwallowing) return onSwallow();
      if (!delay) return void to.write(piece);
      const middle = piece.length >> 1;
      for (const half of [piece.subarray(0, middle), piece.subarray(middle)]) {
        pieces.push(half);
        // Whichever timer comes first takes what came first.
        setTimeout(() => to.write(pieces.shift() as Buffer), delay());
      }
    });
    from.on('close', () => (this.isSwallowing ? undefined : to.destroy()));
    // The other end notices by the close.
    from.on('error', () => {});
  }
}
