import { isCount, isEither, isListOf, isText, isTuple, type ShapeCheck } from '../../http/json-shape.js';
import type { UploadEntries } from '../../protocol.js';
import type { UploadRefusal } from '../rule.js';
import type { FileProgress, UploadDescription, UploadProgress } from '../upload.js';
import type { PlanProgress } from './page-files.js';

/** Calls and messages about the files of a page that another process holds. */
export const UploadCall = {
  /** Page id, secret, file id or `''` → `FoundPage`. */
  find: 'upload-find',
  /** Page id, secret, plan → `PlanProgress`. */
  plan: 'upload-plan',
  /** Page id, secret, file id → `FileProgress`. Ends the running request of that file. */
  state: 'upload-state',
  /** Page id, secret, file id, offset → `UploadGrant`. */
  begin: 'upload-begin',
  /** Lease, progress as JSON → the `FileProgress` that the page's browser gets. */
  end: 'upload-end',
  /** Page id, secret: a file came to a process that cannot write it. */
  misdirected: 'upload-misdirected',
  /** Lease: stop receiving. */
  cut: 'upload-cut',
  /** Lease: the page no longer holds the stored file. */
  drop: 'upload-drop',
  /** Lease: the page of the stored file has moved to the sender. */
  adopt: 'upload-adopt',
} as const;

/** A page of another process. */
export interface FoundPage {
  address: string;
  /** Name of the process's upload folder. */
  folder: string;
  file: UploadDescription | null;
}

/** The permission to receive a file: a lease and the name of its file in the folder. Or the reason against it. */
export type UploadGrant =
  | [verdict: 'lease', lease: string, file: string]
  | [verdict: 'offset', received: number]
  | [verdict: 'refused', refusal: UploadRefusal];

/** The process that can delete a file from the author's store, and the lease that it knows the file by. */
export type Keeper = [instance: string, lease: string];

/** A file of a page that moves. */
export interface MovedFile extends UploadDescription {
  id: string;
  /** `path` is a name in the folder, or the result of the author's store. */
  progress: UploadProgress;
  /** The process that can delete it from the store; undefined if it is not complete there. */
  keeper?: Keeper | undefined;
}

/** All files of a page that moves. */
export interface MovedFiles {
  folder: string;
  files: MovedFile[];
  announced: UploadEntries;
  committed: UploadEntries;
}

/** The value is an object whose members have these shapes. */
const hasMembers =
  (checks: Record<string, ShapeCheck>): ShapeCheck =>
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    Object.entries(checks).every(([name, check]) => check((value as Record<string, unknown>)[name]));

const isFlag: ShapeCheck = (value) => typeof value === 'boolean';
const fileMembers = {
  field: isText,
  name: isText,
  size: isCount,
  claimedType: isText,
  type: isText,
  isInStore: isFlag,
};
const isFile = hasMembers(fileMembers);
const isNull: ShapeCheck = (value) => value === null;
/** The process that has the visitor's request makes its text. */
const isRefusal = hasMembers({
  reason: isText,
  name: isText,
  allowed: isEither((value) => typeof value === 'number', isListOf(isText)),
});
const isAbsent: ShapeCheck = (value) => value === undefined;
const isPage = hasMembers({ address: isText, folder: isText, file: isEither(isFile, isNull) });
const isProgress = hasMembers({
  path: isText,
  received: isCount,
  type: isText,
  isComplete: isFlag,
  refusal: isEither(isRefusal, isNull),
});
const isEntries = isListOf(isTuple(isText, isListOf(isText)));
const isMoved = hasMembers({
  folder: isText,
  files: isListOf(
    hasMembers({
      ...fileMembers,
      id: isText,
      progress: isProgress,
      keeper: isEither(isTuple(isText, isText), isAbsent),
    }),
  ),
  announced: isEntries,
  committed: isEntries,
});
const isState = isEither(isEither(isTuple(isText, isCount, isFlag), isRefusal), isNull);
const isStates = isListOf(isEither(isListOf(isState), isNull));

export const isFoundPage = isPage as (value: unknown) => value is FoundPage;
export const isUploadProgress = isProgress as (value: unknown) => value is UploadProgress;
export const isMovedFiles = isMoved as (value: unknown) => value is MovedFiles;
export const isFileProgress = isState as (value: unknown) => value is FileProgress;
export const isPlanProgress = isStates as (value: unknown) => value is PlanProgress;

/** Checks the answer to `begin`. */
export function isGrant(value: unknown): value is UploadGrant {
  const isVerdict = (verdict: string) => (first: unknown) => first === verdict;
  return (
    isTuple(isVerdict('lease'), isText, isText)(value) ||
    isTuple(isVerdict('offset'), isCount)(value) ||
    isTuple(isVerdict('refused'), isRefusal)(value)
  );
}
