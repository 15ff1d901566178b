import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from '../page/page.js';
import type { ParamEntries } from '../protocol.js';
import type { Runtime } from '../runtime.js';
import { checksumOf, isEqual } from '../signed/token.js';
import { isParams } from './messages.js';

const HANDOVER = 'handover';
/** Milliseconds that the former process has to finish the running event. */
const TIMEOUT = 1000;

/** State that a page takes along when it moves to another process. */
export interface Handover {
  /** Number of the last event that ran. Later ones did not begin. */
  event: number;
  /** Params that the former process assigned and the browser has not confirmed. */
  assigned: ParamEntries;
  /** `page.data`, if it can be encoded as JSON. */
  data: object;
  /** The page had files, which stay behind: its browser sends them again. */
  hadFiles: boolean;
  /** Checksum of the HTML of the browser's shadow after `patches` patches; `''` if it is unknown. */
  html: string;
  patches: number;
}

/** Lets pages go to the process that they joined next. */
export function answerHandovers(runtime: Runtime): void {
  runtime.cluster.answer(HANDOVER, ([id, secret]) => letGo(runtime, String(id), String(secret)));
}

/**
 * Asks the process that the document joined before to let its page go. That process finishes the running
 * event first, so that no event runs twice and their order holds.
 *
 * @param address of the visitor: `addressKey`
 * @returns undefined if that process is gone, has forgotten the page, or takes too long
 */
export async function takeOver(
  { cluster }: Runtime,
  id: string,
  secret: string,
  address: string,
): Promise<Handover | undefined> {
  const answer = await cluster.ask(secret, HANDOVER, address, TIMEOUT, id, secret);
  return isHandover(answer) ? answer : undefined;
}

async function letGo({ pages, uploads }: Runtime, id: string, secret: string): Promise<Handover | null> {
  const page = pages.find(id);
  if (!page || !isEqual(secret, page.secret)) return null;
  const ended = page.hasRun?.ended().then(() => true) ?? true;
  const isOver = await Promise.race([ended, sleep(TIMEOUT, false, { ref: false })]);
  await page.queue.stop();
  const handover: Handover = {
    event: page.lastAnsweredEvent,
    assigned: page.unconfirmedParams(),
    data: dataOf(page),
    hadFiles: uploads.of(page) !== undefined,
    html: page.shadow.html?.html === undefined ? '' : checksumOf(page.shadow.html.html),
    patches: page.shadow.patchCount,
  };
  pages.close(page, 'moved');
  // Without a handover the browser learns that an action is lost: this process has just aborted it.
  return isOver ? handover : null;
}

function dataOf({ data }: Page): object {
  try {
    return JSON.parse(JSON.stringify(data));
  } catch {
    return {};
  }
}

function isHandover(value: unknown): value is Handover {
  if (typeof value !== 'object' || value === null) return false;
  const { event, assigned, data, hadFiles, html, patches } = value as Partial<Handover>;
  return (
    Number.isSafeInteger(event) &&
    isParams(assigned) &&
    typeof data === 'object' &&
    data !== null &&
    typeof hadFiles === 'boolean' &&
    typeof html === 'string' &&
    Number.isSafeInteger(patches)
  );
}
