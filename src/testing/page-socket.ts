import type { WebSocket } from 'ws';

/** A socket of the tab, with functions that see each message before the page does. */
export interface SocketWatch {
  open(url: URL): WebSocket;
  onSent(text: string): void;
  onReceived(text: string): void;
  onClosed(code: number): void;
  /** A closed window gets no events. */
  isWindowOpen(): boolean;
}

/** The class `WebSocket` of a window: its text messages, open and close, as pages use them. */
export function createSocketClass(
  watch: SocketWatch,
  EventTargetClass: typeof EventTarget,
): new (
  url: string | URL,
) => EventTarget {
  return class PageSocket extends EventTargetClass {
    onopen: (() => void) | null = null;
    onmessage: ((event: { data: string }) => void) | null = null;
    onclose: ((event: { code: number; reason: string }) => void) | null = null;
    onerror: (() => void) | null = null;
    readonly #socket: WebSocket;

    constructor(url: string | URL) {
      super();
      this.#socket = watch.open(new URL(url));
      this.#socket.on('open', () => this.#dispatch(() => this.onopen?.()));
      this.#socket.on('error', () => this.#dispatch(() => this.onerror?.()));
      this.#socket.on('close', (code, reason) => {
        watch.onClosed(code);
        this.#dispatch(() => this.onclose?.({ code, reason: reason.toString() }));
      });
      this.#socket.on('message', (data) => {
        const text = data.toString();
        watch.onReceived(text);
        this.#dispatch(() => this.onmessage?.({ data: text }));
      });
    }

    #dispatch(call: () => void): void {
      if (watch.isWindowOpen()) call();
    }

    get readyState(): number {
      return this.#socket.readyState;
    }

    send(text: string): void {
      watch.onSent(text);
      this.#socket.send(text);
    }

    close(code?: number): void {
      this.#socket.close(code);
    }
  };
}

/** Server-sent events reach no page here: a network that refuses them. Pages use their websocket. */
export function createRefusedEventSource(window: { setTimeout(job: () => void): unknown }) {
  return class RefusedEventSource {
    onerror: (() => void) | null = null;
    constructor() {
      window.setTimeout(() => this.onerror?.());
    }
    addEventListener(): void {}
    close(): void {}
  };
}
