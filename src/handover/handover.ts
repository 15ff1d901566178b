import { isParams } from '../http/json-shape.js';
import type { Page } from '../page/page.js';
import type { Answer, ParamEntries } from '../protocol.js';
import { checksumOf } from '../signed/token.js';
import { isMovedFiles, type MovedFiles } from '../uploads/cluster/messages.js';

/** State that a page takes along when it moves to another process. */
export interface Handover {
  /** Number of the last event that ran. Later ones did not begin. */
  event: number;
  /** Params that the former process assigned and the browser has not confirmed. */
  assigned: ParamEntries;
  /** `page.data`, if it can be encoded as JSON. */
  data: object;
  /** The page had files. Its browser sends those again that do not arrive with it. */
  hadFiles: boolean;
  /** The files that the next process may take; null if there are none, or one of them did not stop. */
  files: MovedFiles | null;
  /** Checksum of the HTML of the browser's shadow after `patches` patches; `''` if it is unknown. */
  html: string;
  patches: number;
  /** The page is where its last event, a visit, led. Its browser may not know it yet. */
  arrived?: { url: string; params: ParamEntries } | undefined;
  /** Its browser may not have got it. */
  answer?: Answer | undefined;
}

/** Reads the state of a page that runs no event. */
export function pageStateOf(page: Page): Omit<Handover, 'hadFiles' | 'files'> {
  const { html } = page.shadow;
  const isArrival = page.lastVisit > 0 && page.lastVisit === page.lastAnsweredEvent;
  return {
    event: page.lastAnsweredEvent,
    assigned: page.unconfirmedParams(),
    data: dataOf(page),
    html: html?.html === undefined ? '' : checksumOf(html.html),
    patches: page.shadow.patchCount,
    arrived: isArrival ? { url: page.address, params: [...page.params] } : undefined,
    answer: page.output.answerAfter(0),
  };
}

function dataOf({ data }: Page): object {
  try {
    return JSON.parse(JSON.stringify(data));
  } catch {
    return {};
  }
}

/** Checks the state that another process sent or left. */
export function isHandover(value: unknown): value is Handover {
  if (typeof value !== 'object' || value === null) return false;
  const { event, assigned, data, hadFiles, files, html, patches, arrived, answer } =
    value as Partial<Handover>;
  return (
    Number.isSafeInteger(event) &&
    isParams(assigned) &&
    typeof data === 'object' &&
    data !== null &&
    typeof hadFiles === 'boolean' &&
    (files === null || isMovedFiles(files)) &&
    typeof html === 'string' &&
    Number.isSafeInteger(patches) &&
    (arrived === undefined || (typeof arrived?.url === 'string' && isParams(arrived.params))) &&
    (answer === undefined || isAnswer(answer))
  );
}

const isAnswer = (value: unknown): boolean =>
  Array.isArray(value) &&
  /^(outcome|redirect|error)$/.test(value[0]) &&
  Number.isSafeInteger(value[1]) &&
  value.length > 2;
