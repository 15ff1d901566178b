import { errors } from '../errors.js';
import type { ResolvedOptions } from '../options/options.js';
import type { ActionEntries, ParamChange, ParamEntries, ParamValue } from '../protocol.js';

/** A page's state by name. A `Map`, so that `__proto__` is a name like any other. */
export class Params extends Map<string, ParamValue> {
  /** Memory that the page takes in this process, in UTF-16 code units of names and values. */
  #length = 0;

  get totalLength(): number {
    return this.#length;
  }

  override set(name: string, value: ParamValue): this {
    this.delete(name);
    this.#length += lengthOf(name, value);
    return super.set(name, value);
  }

  override delete(name: string): boolean {
    const value = this.get(name);
    if (value !== undefined) this.#length -= lengthOf(name, value);
    return super.delete(name);
  }
}

function lengthOf(name: string, value: ParamValue): number {
  if (typeof value === 'string') return name.length + value.length;
  return value.reduce((sum, item) => sum + item.length, name.length);
}

/** @throws ISSR_ERR_PARAMS if a message has too many params or too long a name */
export function limitEntries(
  entries: ParamEntries,
  { maxParams, maxParamNameLength }: ResolvedOptions,
): void {
  if (entries.length > maxParams) throw new errors.ISSR_ERR_PARAMS(`${entries.length} params`);
  for (const [name] of entries) {
    if (name.length > maxParamNameLength)
      throw new errors.ISSR_ERR_PARAMS(`a name of ${name.length} characters`);
  }
}

/** @throws ISSR_ERR_PARAMS if a page's params exceed a limit */
export function limitParams(params: Params, { maxParams, maxParamsLength }: ResolvedOptions): void {
  if (params.size > maxParams) throw new errors.ISSR_ERR_PARAMS(`${params.size} params`);
  if (params.totalLength > maxParamsLength)
    throw new errors.ISSR_ERR_PARAMS(`${params.totalLength} characters`);
}

/** Names that a route declares. */
export interface RouteNames {
  /** Names in `schema.querystring`: state, also before an element has them. */
  state: ReadonlySet<string>;
  /** Names of `actions`: commands, never state. */
  actions: ReadonlySet<string>;
  /** Names of `url`: mirrored in the address bar. */
  url: readonly string[];
}

/** Parses the params of a URL's query. */
export function paramsOfUrl(url: string): Params {
  const params = new Params();
  const start = url.indexOf('?');
  if (start < 0) return params;
  for (const [name, value] of new URLSearchParams(url.slice(start + 1))) addParam(params, name, value);
  return params;
}

/** Adds a value. Two or more values of a name are an array. */
export function addParam(params: Params, name: string, value: string): void {
  const before = params.get(name);
  params.set(name, before === undefined ? value : [before, value].flat());
}

/** Applies a change: removes first, then sets. */
export function changeParams(params: Params, [changed, removed]: ParamChange): void {
  for (const name of removed) params.delete(name);
  setParams(params, changed);
}

export function setParams(params: Params, entries: ParamEntries): Params {
  for (const [name, value] of entries) params.set(name, value);
  return params;
}

/** Returns the URL of a re-render: the path with the params and, for this request only, the event's actions. */
export function urlWithParams(path: string, params: Params, actions: ActionEntries): string {
  const once = new Map(actions);
  let query = '';
  for (const [name, value] of params) {
    if (once.has(name)) continue;
    if (typeof value === 'string') query += pair(name, value);
    else for (const item of value) query += pair(name, item);
  }
  for (const [name, value] of once) query += pair(name, value);
  return query === '' ? path : `${path}?${query.slice(1)}`;
}

function pair(name: string, value: string): string {
  return `&${encode(name)}=${encode(value)}`;
}

const plain = /^[\w.-]*$/;

/** Encodes a lone surrogate as U+FFFD: forms cannot hold one, and `encodeURIComponent` throws on it. */
function encode(text: string): string {
  if (plain.test(text)) return text;
  return encodeURIComponent(text.isWellFormed() ? text : text.toWellFormed());
}

/** Returns the part of a URL before its query. */
export function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}
