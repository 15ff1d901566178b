import type { ClientMessage, ServerMessage } from '../../src/protocol.js';
import type { PageEvent } from '../events/event-list.js';
import type { EventQueue } from '../events/event-queue.js';
import type { Patcher } from '../patch/patcher.js';
import type { Site } from '../site.js';

/** The page, as this part of the script uses it. */
export interface NavigablePage {
  readonly site: Site;
  readonly events: EventQueue;
  readonly patcher: Patcher;
  /** The number of `patch` and `page` messages received. */
  readonly patches: number;
  /** `ok`: the shadow has all of them. */
  readonly sync: 'ok' | 'missedPatch' | 'resyncing';
  /** A message that was received waits to be applied. */
  readonly isPaused: boolean;
  change(event: number, news: PrefetchedChange, ahead: PageEvent): void;
}

export type PrefetchedMessage = Extract<ServerMessage, ['prefetched', ...unknown[]]>;
export type EventMessage = Extract<ClientMessage, ['event', ...unknown[]]>;
export type PrefetchMessage = Extract<ClientMessage, ['prefetch', ...unknown[]]>;
export type PrefetchedChange = NonNullable<PrefetchedMessage[3]>;
