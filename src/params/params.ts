import { errors } from '../errors.js';
import type { ResolvedOptions } from '../options/options.js';
import type { ActionEntries, ParamChange, ParamEntries, ParamValue } from '../protocol.js';

/** A page's state by name. A `Map`, so that `__proto__` is a name like any other. */
export class Params extends Map<string, ParamValue> {
  #encodedLength = 0;
  #valueCount = 0;

  /** Length of the query that holds all params: name, value, `=` and `&` of each value, encoded. */
  get encodedLength(): number {
    return this.#encodedLength;
  }

  /** Values of all params. */
  get valueCount(): number {
    return this.#valueCount;
  }

  /** Moves the name to the end. */
  override set(name: string, value: ParamValue): this {
    const before = this.get(name);
    if (typeof before === 'string' && typeof value === 'string') {
      this.#encodedLength += encodedLength(value) - encodedLength(before);
      super.delete(name);
    } else {
      this.delete(name);
      this.#count(name, value, 1);
    }
    return super.set(name, value);
  }

  override delete(name: string): boolean {
    const value = this.get(name);
    if (value !== undefined) this.#count(name, value, -1);
    return super.delete(name);
  }

  /** Adds a value. Two or more values of a name are an array. */
  add(name: string, value: string): void {
    const before = this.get(name);
    this.#count(name, value, 1);
    if (Array.isArray(before)) before.push(value);
    else super.set(name, before === undefined ? value : [before, value]);
  }

  #count(name: string, value: ParamValue, sign: 1 | -1): void {
    const values = typeof value === 'string' ? [value] : value;
    const nameLength = encodedLength(name) + 2;
    let length = 0;
    for (const item of values) length += nameLength + encodedLength(item);
    this.#encodedLength += sign * length;
    this.#valueCount += sign * values.length;
  }
}

type ParamLimits = Pick<
  ResolvedOptions,
  'maxParams' | 'maxParamValues' | 'maxParamNameLength' | 'maxParamsLength'
>;

/** @throws ISSR_ERR_PARAMS if a message has too many params or values, or too long a name */
export function limitEntries(entries: ParamEntries, limits: ParamLimits): void {
  const { maxParams, maxParamValues, maxParamNameLength } = limits;
  if (entries.length > maxParams) throw tooMany(entries.length, 'params', 'maxParams');
  let values = 0;
  for (const [name, value] of entries) {
    if (name.length > maxParamNameLength)
      throw tooMany(name.length, 'characters in a name', 'maxParamNameLength');
    values += typeof value === 'string' ? 1 : value.length;
  }
  if (values > maxParamValues) throw tooMany(values, 'values', 'maxParamValues');
}

/** @throws ISSR_ERR_PARAMS if a page's params exceed a limit */
export function limitParams(
  params: Params,
  { maxParams, maxParamValues, maxParamsLength }: ParamLimits,
): void {
  if (params.size > maxParams) throw tooMany(params.size, 'params', 'maxParams');
  if (params.valueCount > maxParamValues) throw tooMany(params.valueCount, 'values', 'maxParamValues');
  if (params.encodedLength > maxParamsLength)
    throw tooMany(params.encodedLength, 'encoded characters', 'maxParamsLength');
}

/**
 * Checks a URL before it is parsed.
 *
 * @throws ISSR_ERR_PARAMS if it is longer, or has more values, than params may be
 */
export function limitUrl(url: string, { maxParamValues, maxParamsLength }: ParamLimits): void {
  if (url.length > maxParamsLength) throw tooMany(url.length, 'characters in a URL', 'maxParamsLength');
  let values = 1;
  for (let i = url.indexOf('&'); i >= 0; i = url.indexOf('&', i + 1)) values++;
  if (values > maxParamValues) throw tooMany(values, 'values in a URL', 'maxParamValues');
}

function tooMany(count: number, what: string, option: string): Error {
  return new errors.ISSR_ERR_PARAMS(`${count} ${what} (see ${option})`);
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
  for (const [name, value] of new URLSearchParams(url.slice(start + 1))) params.add(name, value);
  return params;
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

/** @throws ISSR_ERR_TARGET if a push has params that are not texts, such as numbers */
export function assertParams(params: unknown = {}): asserts params is Record<string, ParamValue> | undefined {
  if (typeof params !== 'object' || params === null)
    throw new errors.ISSR_ERR_TARGET(`params that are ${params}`);
  for (const [name, value] of Object.entries(params))
    for (const text of [value].flat())
      if (typeof text !== 'string')
        throw new errors.ISSR_ERR_TARGET(`the param '${name}' of type ${typeof text}, not a text`);
}

/** Encodes a lone surrogate as U+FFFD: forms cannot hold one, and `encodeURIComponent` throws on it. */
function encode(text: string): string {
  if (plain.test(text)) return text;
  return encodeURIComponent(text.isWellFormed() ? text : text.toWellFormed());
}

/** Returns the length of `encode(text)` without building it. */
export function encodedLength(text: string): number {
  if (plain.test(text)) return text.length;
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x80) length += isUnreserved(code) ? 1 : 3;
    else if (code < 0x800) length += 6;
    // Half of a surrogate pair, whose four bytes take twelve characters. A lone one takes nine.
    else if (code >= 0xd800 && code < 0xe000) length += isPaired(text, i) ? 6 : 9;
    else length += 9;
  }
  return length;
}

/** The characters that `encodeURIComponent` keeps. */
function isUnreserved(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x30 && code <= 0x39) ||
    "-_.!~*'()".includes(String.fromCharCode(code))
  );
}

function isPaired(text: string, i: number): boolean {
  const isHigh = text.charCodeAt(i) < 0xdc00;
  const other = text.charCodeAt(isHigh ? i + 1 : i - 1);
  return isHigh ? other >= 0xdc00 && other < 0xe000 : other >= 0xd800 && other < 0xdc00;
}

/** Returns the part of a URL before its query. */
export function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}

/**
 * Returns the URL that mirrors a page's params. The named params are set to the page's values, or removed
 * if the page has none. The rest of the query stays, and so does an address that mirrors them already.
 */
export function mirrorParams(address: string, names: readonly string[], params: Params): string {
  const path = pathOf(address);
  const query = new URLSearchParams(address.slice(path.length));
  const isMirrored = names.every((name) => haveSameTexts(query.getAll(name), shownValues(params, name)));
  if (isMirrored) return address;
  for (const name of names) {
    query.delete(name);
    for (const value of shownValues(params, name)) query.append(name, value);
  }
  return query.size === 0 ? path : `${path}?${query}`;
}

/** Leaves out empty values. */
function shownValues(params: Params, name: string): string[] {
  return [params.get(name) ?? []].flat().filter((value) => value !== '');
}

function haveSameTexts(a: string[], b: string[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
