import type { ParamChange, ParamEntries } from '../../src/protocol.js';
import { getAttribute } from '../dom.js';
import type { Visit } from '../history.js';
import { applyChange, collect, difference, type Params, paramsOf, quietDifference } from '../params.js';

/** The change that an event sends. A field that asks and is left as it was counts as touched. */
export function changeBetween(sent: Params, params: Params, askers: Element[]): ParamChange {
  const change = difference(sent, params);
  for (const asker of askers) {
    const name = getAttribute(asker, 'name') as string;
    const value = params.get(name);
    if (value !== undefined && !change[0].some(([changed]) => changed === name))
      change[0].push([name, value]);
  }
  return change;
}

/** The page's params as the server has them, and the part of them that the page's elements sent. */
export class ParamLedger {
  /** From the page's URL, its elements, and assigned by actions and pushes. */
  serverParams: Params;
  /** The last values sent for elements, including a value that `rr({ name, value })` set for one event. */
  #sentElementParams: Params = new Map();
  /** The elements' own values at that time. */
  elementParams: Params = new Map();

  constructor(url: URL) {
    this.serverParams = paramsOf(url.searchParams);
  }

  /** Brings the ledger up to date and returns all params, for a join. */
  join(): ParamEntries {
    this.record(quietDifference(this.elementParams, collect()));
    return [...this.serverParams];
  }

  /** Records a change of elements that the server receives by a message of its own. */
  record(change: ParamChange): void {
    this.elementParams = applyChange(this.elementParams, change);
    this.#sentElementParams = applyChange(this.#sentElementParams, change);
    this.serverParams = applyChange(this.serverParams, change);
  }

  /**
   * Returns the change to send with an event, and records it. A value passed to `rr({ name, value })`
   * lasts one event: the next change restores the elements' own value. A visit begins with the params of its URL and
   * nothing else. They are recorded when its page arrives: a join before that is one of the page on show.
   */
  changeOf(snapshot: Params, named: ParamEntries, askers: Element[], visit?: Visit): ParamChange {
    const params = applyChange(snapshot, [named, []]);
    const change = changeBetween(visit ? new Map() : this.#sentElementParams, params, askers);
    const record = () => {
      this.serverParams = applyChange(visit ? paramsOf(visit.url.searchParams) : this.serverParams, change);
      this.#sentElementParams = params;
      this.elementParams = snapshot;
    };
    if (visit) visit.onArrival = record;
    else record();
    return change;
  }

  /** Makes the next change contain all params. */
  forgetSent(): void {
    this.#sentElementParams = new Map();
  }

  /** Takes back the values that `rr({ name, value })` set and no element holds. */
  dropNamed(): void {
    this.record(difference(this.#sentElementParams, this.elementParams));
  }

  assign(params: ParamEntries): void {
    for (const [name, value] of params) this.serverParams.set(name, value);
  }

  has(name: string): boolean {
    return this.serverParams.has(name);
  }
}
