import type { ServerMessage } from '../../src/protocol.js';
import type { EventQueue } from '../events/event-queue.js';
import type { Site } from '../site.js';

/** The page, as this part of the script uses it. */
export interface DevelopedPage {
  readonly site: Site;
  readonly events: EventQueue;
  /** Connects at once. */
  wake(): void;
  receive(message: ServerMessage): void;
}
