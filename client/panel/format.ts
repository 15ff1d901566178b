import type { ActionEntries, Instruction, ParamEntries, ParamValue } from '../../src/protocol.js';
import type { Exchange, RecordedMessage } from './recorder.js';

export function formatTime(ms: number): string {
  if (ms < 0.1) return '< 0.1 ms';
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

export const formatValue = (value: ParamValue): string =>
  Array.isArray(value) ? value.map((one) => JSON.stringify(one)).join(', ') : value;

/** Describes the operands of an instruction behind its path. */
export function formatOperands([verb, , ...operands]: Instruction): string {
  if (verb === 's') {
    const pairs: string[] = [];
    for (let i = 0; i < operands.length; i += 2) {
      const value = operands[i + 1];
      pairs.push(value === null ? `${operands[i]} removed` : `${operands[i]}=${JSON.stringify(value)}`);
    }
    return pairs.join(', ');
  }
  if (verb === 'c') return `at ${operands[0]}, ${operands[1]} removed: ${JSON.stringify(operands[2])}`;
  return operands.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join('  ');
}

export const totalBytes = (messages: RecordedMessage[]): number =>
  messages.reduce((sum, { bytes }) => sum + bytes, 0);

/** Returns undefined for a message that was cut or is not shown. */
export function parseMessage({ text, isCut }: RecordedMessage): unknown[] | undefined {
  return isCut || text === '' ? undefined : JSON.parse(text);
}

/** The content of a sent message, by name. */
export interface SentContent {
  changed: ParamEntries;
  removed: string[];
  actions: ActionEntries;
  url?: string;
}

export function contentOf({ sent }: Exchange): SentContent {
  const [message] = sent;
  const empty: SentContent = { changed: [], removed: [], actions: [] };
  const [verb, ...operands] = (message && parseMessage(message)) ?? [];
  if (verb === 'params') {
    const [[changed, removed]] = operands as [[ParamEntries, string[]]];
    return { ...empty, changed, removed };
  }
  if (verb !== 'event' && verb !== 'prefetch') return empty;
  const [, [changed, removed], actions, url] = operands as [
    number,
    [ParamEntries, string[]],
    ActionEntries,
    string?,
  ];
  return { changed, removed, actions, ...(url != null && { url }) };
}

/** A few words for what an exchange is about. */
export function titleOf(exchange: Exchange): string {
  const { changed, removed, actions, url } = contentOf(exchange);
  if (url !== undefined) return url;
  if (actions.length > 0)
    return actions.map(([name, value]) => (value === 't' ? name : `${name} ${value}`)).join(', ');
  const names = [...changed.map(([name]) => name), ...removed];
  if (names.length > 0) return names.join(', ');
  if (exchange.kind === 'join') return 'page joined';
  return exchange.kind === 'event' ? 'render' : '';
}

/** Names the answer in a word or two. */
export function outcomeOf({ kind, outcome, count, answered }: Exchange): string {
  if (outcome === 'patch') return count === 1 ? '1 change' : `${count} changes`;
  if (outcome === 'page') return 'whole page';
  if (outcome === 'error' || outcome === 'redirect') return outcome;
  if (outcome === 'prefetched') return 'kept';
  return answered || /params|files|bye/.test(kind) ? '' : 'waiting';
}

/** A part of the time from the click to the changed page. */
export interface TimeSegment {
  name: string;
  label: string;
  ms: number;
}

export function segmentsOf({ kind, started, answered, applied, times }: Exchange): TimeSegment[] {
  const [dispatch, render, diff] = times ?? [0, 0, 0];
  const waited = answered && kind !== 'push' ? Math.max(0, answered - started - dispatch - diff) : 0;
  return [
    { name: 'wait', label: times ? 'Network and queue' : 'Network and server', ms: waited },
    { name: 'dispatch', label: 'Hooks, action, handler', ms: Math.max(0, dispatch - render) },
    { name: 'render', label: 'Render', ms: render },
    { name: 'diff', label: 'Diff', ms: diff },
    { name: 'apply', label: 'Browser', ms: applied ?? 0 },
  ].filter(({ ms }) => ms > 0);
}

export const totalTime = (exchange: Exchange): number =>
  segmentsOf(exchange).reduce((sum, { ms }) => sum + ms, 0);
