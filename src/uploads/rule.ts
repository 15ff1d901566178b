import type { Readable } from 'node:stream';

/** A file on its way to the author's own store. */
export interface IncomingFile {
  /** Its bytes. An error means that it will not be complete: what is stored of it is worth nothing. */
  readonly stream: Readable;
  /** The name of its field. */
  readonly field: string;
  /** As `UploadedFile` has it. */
  readonly name: string;
  /** By its content. */
  readonly type: string;
  /** How many bytes there will be; undefined from a form without script. */
  readonly size: number | undefined;
}

/** Where the author's store has put a file. */
export interface StoredFile {
  /** What the handler gets as `path`: a key, a URL. */
  path: string;
  /** Called when the page holds the file no more. What it must keep it has told its store by then. */
  remove?(): unknown;
}

/** Why a file was not taken. */
export interface UploadRefusal {
  /** `disk`: there is no room. `failed`: the disk or the store has an error, which is in the log. */
  reason: 'bytes' | 'files' | 'totalBytes' | 'type' | 'disk' | 'failed';
  /** As the visitor's computer calls it, made safe. */
  name: string;
  /** What is allowed: a number, or the types. */
  allowed: number | readonly string[];
}

/** What a field of files takes. Sizes are bytes. */
export interface UploadRule {
  /** Of one file. @default 10_485_760 (10 MiB) */
  maxBytes?: number;
  /** @default 10 */
  maxFiles?: number;
  /** Of all files of the field together. @default maxBytes × maxFiles */
  maxTotalBytes?: number;
  /** By content: `'image/png'`, `'image/*'`. @default all */
  types?: string[];
  /** Takes the bytes in place of the temporary folder. */
  store?(file: IncomingFile): Promise<StoredFile>;
  /** What the visitor reads at the field. @default English */
  message?(refusal: UploadRefusal): string;
}

/** A rule with nothing left out but `store`. */
export type ResolvedRule = Required<Omit<UploadRule, 'store'>> & Pick<UploadRule, 'store'>;

/** A route's fields of files. A `Map`, so that `__proto__` is a name like any other. */
export type UploadRules = ReadonlyMap<string, ResolvedRule>;

const MEBIBYTE = 1024 * 1024;
const isCount = (value: unknown) => Number.isSafeInteger(value) && Number(value) > 0;
const isFunction = (value: unknown) => value === undefined || typeof value === 'function';
const isType = (value: unknown) => typeof value === 'string' && /^[\w.+-]+\/[\w.+*-]+$|^\*\/\*$/.test(value);

const checks: { [Name in keyof UploadRule]-?: [expected: string, allows: (value: unknown) => boolean] } = {
  maxBytes: ['an integer above 0', isCount],
  maxFiles: ['an integer above 0', isCount],
  maxTotalBytes: ['an integer above 0', isCount],
  types: [
    "a list of types such as 'image/*'",
    (value) => Array.isArray(value) && value.length > 0 && value.every(isType),
  ],
  store: ['a function', isFunction],
  message: ['a function', isFunction],
};

/** @param refuse is told what is wrong, and throws */
export function resolveRules(
  given: Record<string, UploadRule>,
  refuse: (problem: string) => never,
): UploadRules {
  return new Map(Object.entries(given).map(([field, rule]) => [field, resolve(field, rule, refuse)]));
}

function resolve(field: string, given: UploadRule, refuse: (problem: string) => never): ResolvedRule {
  const { maxBytes = 10 * MEBIBYTE, maxFiles = 10 } = given;
  const { maxTotalBytes = maxBytes * maxFiles, types = ['*/*'], message = messageOf, store } = given;
  const rule = { maxBytes, maxFiles, maxTotalBytes, types, message, store };
  for (const [name, value] of Object.entries({ ...given, ...rule })) {
    if (!Object.hasOwn(checks, name))
      refuse(`uploads.${field} has no '${name}', but ${Object.keys(checks).join(', ')}`);
    const [expected, allows] = checks[name as keyof UploadRule];
    if (!allows(value)) refuse(`uploads.${field}.${name} must be ${expected}, not ${String(value)}`);
  }
  return rule;
}

function messageOf({ reason, name, allowed }: UploadRefusal): string {
  switch (reason) {
    case 'bytes':
      return `${name} is larger than ${formatBytes(Number(allowed))}.`;
    case 'files':
      return `At most ${allowed} ${allowed === 1 ? 'file' : 'files'}.`;
    case 'totalBytes':
      return `All files together are larger than ${formatBytes(Number(allowed))}.`;
    case 'type':
      return `${name} is not of a kind that is taken here: ${[allowed].flat().join(', ')}.`;
    case 'disk':
      return 'There is no room for more files at the moment.';
    case 'failed':
      return `${name} could not be kept.`;
  }
}

/** `1_500_000` → `'1.4 MiB'` */
function formatBytes(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${Number((bytes / 1024 ** power).toFixed(1))} ${units[power]}`;
}
