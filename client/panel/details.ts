import type { Instruction, ParamEntries } from '../../src/protocol.js';
import { create } from './elements.js';
import {
  contentOf,
  formatBytes,
  formatOperands,
  formatTime,
  formatValue,
  outcomeOf,
  parseMessage,
  segmentsOf,
  titleOf,
  totalBytes,
  totalTime,
} from './format.js';
import { drawBar } from './list.js';
import type { Exchange, RecordedMessage } from './recorder.js';

/** Characters shown of one operand. */
const MAX_OPERAND = 300;

const VERBS: Record<Instruction[0], string> = {
  s: 'attributes',
  t: 'text',
  c: 'text part',
  i: 'insert',
  r: 'remove',
  m: 'move',
  h: 'morph',
};

/** Draws an exchange in full. */
export function drawDetails(exchange: Exchange): HTMLElement[] {
  const { changed, removed, actions, url } = contentOf(exchange);
  const sentBytes = totalBytes(exchange.sent);
  const outcome = outcomeOf(exchange);
  return [
    create(
      'h2',
      {},
      create('span', { class: `kind ${exchange.kind}` }, nameOf(exchange)),
      ` ${titleOf(exchange)}`,
      ...(outcome ? [create('span', { class: 'outcome' }, outcome)] : []),
    ),
    ...drawTimes(exchange),
    ...(sentBytes > 0 ? [heading('Sent', sentBytes)] : []),
    ...drawEntries('Visit', url === undefined ? [] : [['to', url]]),
    ...drawEntries('Actions', actions),
    ...drawEntries('Params', [...changed, ...removed.map((name): [string, string] => [name, 'removed'])]),
    ...exchange.sent.filter(({ isCut }) => isCut).map(drawText),
    ...(exchange.received.length > 0 ? [heading('Received', totalBytes(exchange.received))] : []),
    ...exchange.received.flatMap(drawReceived),
  ];
}

const nameOf = ({ kind, number }: Exchange): string =>
  number > 0 && kind !== 'push' ? `${kind} ${number}` : kind;

const heading = (text: string, bytes: number): HTMLElement =>
  create('h3', {}, text, create('span', { class: 'bytes' }, formatBytes(bytes)));

function drawTimes(exchange: Exchange): HTMLElement[] {
  const segments = segmentsOf(exchange);
  if (segments.length === 0) return [];
  const list = create('dl', { class: 'times' });
  for (const { name, label, ms } of segments)
    list.append(create('div', {}, create('dt', { class: name }, label), create('dd', {}, formatTime(ms))));
  const heading = create(
    'h3',
    {},
    'Time',
    create('span', { class: 'bytes' }, formatTime(totalTime(exchange))),
  );
  return [heading, drawBar(exchange), list];
}

/** Draws names with their values under a caption. */
export function drawEntries(caption: string, entries: ParamEntries): HTMLElement[] {
  if (entries.length === 0) return [];
  const body = create('tbody');
  for (const [name, value] of entries)
    body.append(
      create(
        'tr',
        {},
        create('th', { scope: 'row' }, name),
        value === ''
          ? create('td', { class: 'none' }, 'empty')
          : create('td', {}, shorten(formatValue(value))),
      ),
    );
  return [create('table', {}, create('caption', {}, caption), body)];
}

function drawReceived(message: RecordedMessage): HTMLElement[] {
  const parsed = parseMessage(message);
  if (!parsed) return [drawText(message)];
  const [verb, , ...operands] = parsed;
  if (verb !== 'patch') return [drawText(message)];
  const list = create('ol', { class: 'instructions' });
  for (const instruction of operands as Instruction[]) list.append(drawInstruction(instruction));
  return operands.length > 0 ? [list] : [create('p', { class: 'none' }, 'Nothing changed.')];
}

function drawInstruction(instruction: Instruction): HTMLElement {
  const [verb, path] = instruction;
  return create(
    'li',
    {},
    create('span', { class: 'verb' }, VERBS[verb]),
    create('code', { class: 'path', title: 'child positions from <html>' }, `/${path.join('/')}`),
    ' ',
    create('code', {}, shorten(formatOperands(instruction))),
  );
}

function drawText({ verb, text, isCut }: RecordedMessage): HTMLElement {
  if (text === '') return create('p', { class: 'none' }, `${verb}, not shown: it has secrets of the page.`);
  return create('details', {}, create('summary', {}, verb), create('pre', {}, isCut ? `${text}…` : text));
}

const shorten = (text: string): string =>
  text.length > MAX_OPERAND ? `${text.slice(0, MAX_OPERAND)}…` : text;
