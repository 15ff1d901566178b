import { create } from './elements.js';
import { formatBytes, formatTime, outcomeOf, segmentsOf, titleOf, totalBytes, totalTime } from './format.js';
import type { Exchange } from './recorder.js';

const KINDS: Record<Exchange['kind'], string> = {
  join: 'join',
  event: 'event',
  visit: 'visit',
  push: 'push',
  params: 'params',
  files: 'files',
  prefetch: 'ahead',
  resync: 'resync',
  bye: 'bye',
};

let rowCount = 0;

/** The exchanges, newest first. The arrow keys select one. */
export class ExchangeList {
  readonly element = create('div', {
    class: 'list',
    role: 'listbox',
    tabindex: '0',
    'aria-label': 'Events',
  });
  selected: Exchange | undefined;
  readonly #rows = new Map<Exchange, HTMLElement>();
  readonly #onSelect: (exchange: Exchange | undefined) => void;

  constructor(onSelect: (exchange: Exchange | undefined) => void) {
    this.#onSelect = onSelect;
    this.element.onkeydown = (event) => this.#onKey(event);
  }

  /** Shows the exchanges, of which some have changed. */
  update(exchanges: Exchange[], changed: Iterable<Exchange>): void {
    const shown = new Set(exchanges);
    for (const [exchange, row] of this.#rows) {
      if (shown.has(exchange)) continue;
      row.remove();
      this.#rows.delete(exchange);
    }
    for (const exchange of changed) if (shown.has(exchange)) this.#draw(exchange);
    if (this.selected && !shown.has(this.selected)) this.select(undefined);
  }

  select(exchange: Exchange | undefined): void {
    this.#mark(this.selected, false);
    this.selected = exchange;
    const row = this.#mark(exchange, true);
    if (row) this.element.setAttribute('aria-activedescendant', row.id);
    else this.element.removeAttribute('aria-activedescendant');
    row?.scrollIntoView({ block: 'nearest' });
    this.#onSelect(exchange);
  }

  #mark(exchange: Exchange | undefined, isSelected: boolean): HTMLElement | undefined {
    const row = exchange && this.#rows.get(exchange);
    row?.setAttribute('aria-selected', String(isSelected));
    return row;
  }

  #draw(exchange: Exchange): void {
    let row = this.#rows.get(exchange);
    if (!row) {
      row = create('div', {
        class: 'row',
        role: 'option',
        id: `row-${++rowCount}`,
        'aria-selected': 'false',
      });
      row.onclick = () => this.select(exchange);
      this.#rows.set(exchange, row);
      this.element.prepend(row);
    }
    const time = totalTime(exchange);
    row.className = `row ${exchange.kind}${exchange.outcome === 'error' ? ' failed' : ''}`;
    row.replaceChildren(
      create('span', { class: `kind ${exchange.kind}` }, KINDS[exchange.kind]),
      create('span', { class: 'title' }, titleOf(exchange)),
      create('span', { class: 'outcome' }, outcomeOf(exchange)),
      create('span', { class: 'bytes' }, formatBytes(totalBytes([...exchange.sent, ...exchange.received]))),
      create('span', { class: 'time' }, time > 0 ? formatTime(time) : ''),
      drawBar(exchange),
    );
  }

  #onKey(event: KeyboardEvent): void {
    const order = [...this.#rows.keys()].reverse();
    const at = this.selected ? order.indexOf(this.selected) : -1;
    const targets: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: order.length - 1,
    };
    const to = targets[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const exchange = order[Math.min(Math.max(to, 0), order.length - 1)];
    if (exchange) this.select(exchange);
  }
}

/** Shows how the time of an exchange is spent. The details have the same in words. */
export function drawBar(exchange: Exchange): HTMLElement {
  const bar = create('span', { class: 'bar', 'aria-hidden': 'true' });
  for (const { name, ms } of segmentsOf(exchange)) {
    const segment = create('span', { class: `segment ${name}` });
    segment.style.flexGrow = String(ms);
    bar.append(segment);
  }
  return bar;
}
