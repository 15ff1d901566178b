import type { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { func, mediaTypes, optionalFunction, positive } from '../options/rules.js';
import { type OptionTable, resolveTable } from '../options/table.js';
import type { OrUndefined } from '../types/or-undefined.js';

/** A file on its way to the author's own store. */
export interface IncomingFile {
  /** The file's bytes. If the stream fails, the file stays incomplete and its stored part is useless. */
  readonly stream: Readable;
  /** The name of its field. */
  readonly field: string;
  /** Same as `UploadedFile.name`. */
  readonly name: string;
  /** Media type, detected from the content. */
  readonly type: string;
  /** Announced bytes; undefined from a form without script. */
  readonly size: number | undefined;
}

/** A file in the author's store. */
export interface StoredFile {
  /** Becomes `UploadedFile.path`: a key, a URL. */
  path: string;
  /** Called when the page no longer holds the file. A file to keep must be marked in the store by then. */
  remove?: (() => unknown) | undefined;
}

/** The reason why a file was refused. */
export interface UploadRefusal {
  /** `disk`: `maxUploadDiskBytes`, or what the page or the address may use of it, is used up. `failed`: the disk or the store failed; the log has the error. */
  reason: 'bytes' | 'files' | 'totalBytes' | 'type' | 'disk' | 'failed';
  /** The file's name on the visitor's computer, sanitized. */
  name: string;
  /** The limit: a number, or the allowed types. */
  allowed: number | readonly string[];
}

/** The limits of a file field. Sizes are bytes. */
export type UploadRule = OrUndefined<Rule>;

interface Rule {
  /** The largest file. @default 10_485_760 (10 MiB) */
  maxBytes?: number;
  /** Files of the field. @default 10 */
  maxFiles?: number;
  /** All files of the field together. @default maxBytes × maxFiles */
  maxTotalBytes?: number;
  /** Allowed media types, checked against the content: `'image/png'`, `'image/*'`. @default all */
  types?: string[];
  /** Receives the bytes in place of the temporary folder. */
  store?(file: IncomingFile): Promise<StoredFile>;
  /**
   * The text that the visitor reads at the field.
   *
   * @param request of the page's route, with the cookies and headers of the upload. The route's hooks have run, those up to
   *   validation at least
   * @default English
   */
  message?(refusal: UploadRefusal, request: FastifyRequest): string;
}

/** A rule with its defaults filled in. */
export type ResolvedRule = Required<Omit<UploadRule, 'store'>> & Pick<UploadRule, 'store'>;

/** A route's file fields. A `Map`, so that `__proto__` is a name like any other. */
export type UploadRules = ReadonlyMap<string, ResolvedRule>;

const MEBIBYTE = 1024 * 1024;
const DEFAULT_MAX_BYTES = 10 * MEBIBYTE;
const DEFAULT_MAX_FILES = 10;

/** The options of a file field. */
const uploadOptions: OptionTable<UploadRule> = {
  maxBytes: { default: DEFAULT_MAX_BYTES, rule: positive, unit: 'bytes' },
  maxFiles: { default: DEFAULT_MAX_FILES, rule: positive },
  maxTotalBytes: {
    derive: (_base, { maxBytes = DEFAULT_MAX_BYTES, maxFiles = DEFAULT_MAX_FILES }) => maxBytes * maxFiles,
    rule: positive,
    unit: 'bytes',
  },
  types: { default: ['*/*'], rule: mediaTypes },
  store: { rule: optionalFunction },
  message: { derive: () => englishMessage, rule: func },
};

/** @param refuse throws the error of the route, with the given description */
export function resolveRules(
  given: Record<string, UploadRule>,
  refuse: (problem: string) => never,
): UploadRules {
  const resolve = (field: string, rule: UploadRule) =>
    resolveTable(uploadOptions, rule, {
      base: undefined,
      refuse: (name, expected, value) =>
        refuse(`Option 'uploads.${field}.${name}' must be ${expected}. Got: ${value}`),
    }) as ResolvedRule;
  return new Map(Object.entries(given).map(([field, rule]) => [field, resolve(field, rule)]));
}

/**
 * Returns the text of a refusal for a visitor. An empty one would not be a refusal to the browser, which would
 * send the file again and again, as after an error.
 *
 * @param rule undefined if this process does not declare the field, as during a deploy
 */
export function refusalMessage(
  rule: ResolvedRule | undefined,
  refusal: UploadRefusal,
  request: FastifyRequest,
): string {
  try {
    const text: unknown = rule?.message(refusal, request) ?? '';
    if (typeof text === 'string') return text || englishMessage(refusal);
    // An unhandled rejection would end the process.
    if (text instanceof Promise) text.catch(() => {});
    throw new TypeError(`\`message\` of an upload rule must return a string. It returned: ${typeof text}`);
  } catch (error) {
    request.log.error({ err: error }, 'issr: a refused file gets the English text');
    return englishMessage(refusal);
  }
}

function englishMessage({ reason, name, allowed }: UploadRefusal): string {
  switch (reason) {
    case 'bytes':
      return `${name} is larger than ${formatBytes(Number(allowed))}.`;
    case 'files':
      return `At most ${allowed} ${allowed === 1 ? 'file' : 'files'}.`;
    case 'totalBytes':
      return `All files together are larger than ${formatBytes(Number(allowed))}.`;
    case 'type':
      return `${name} has a type that is not allowed. Allowed: ${[allowed].flat().join(', ')}.`;
    case 'disk':
      return 'There is no room for more files at the moment.';
    case 'failed':
      return `${name} could not be saved.`;
  }
}

/** `1_500_000` → `'1.4 MiB'` */
function formatBytes(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${Number((bytes / 1024 ** power).toFixed(1))} ${units[power]}`;
}
