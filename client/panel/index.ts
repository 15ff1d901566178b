/** The panel of the option `debug`: a part of the script, loaded when the panel is opened. */
import type { Journal } from '../development/journal.js';
import type { DevelopedPage } from '../development/page.js';
import { type PanelSettings, saveSettings } from '../development/panel-settings.js';
import { createElement, focusOf, getAttribute, listen, rootOf } from '../dom.js';
import { drawDetails, drawEntries } from './details.js';
import { create, createButton } from './elements.js';
import { createGrip, describeGrip } from './grip.js';
import { Highlighter } from './highlight.js';
import { drawIcon } from './icons.js';
import { ExchangeList } from './list.js';
import { type Exchange, Recorder } from './recorder.js';
import { STYLE } from './style.js';

export function createPanel(page: DevelopedPage, journal: Journal, settings: PanelSettings): Panel {
  return new Panel(page, journal, settings);
}

/** Shows the page's exchanges beside `<body>`, in a shadow root: patches do not know it, and the page's CSS does not reach it. */
class Panel {
  readonly #page: DevelopedPage;
  readonly #recorder: Recorder;
  readonly #settings: PanelSettings;
  readonly #host = createElement('issr-widget');
  readonly #list = new ExchangeList((exchange) => this.#showDetails(exchange));
  readonly #details = create('div', {
    class: 'details',
    tabindex: '0',
    role: 'region',
    'aria-label': 'Details',
  });
  readonly #mistakes = create('details', { class: 'mistakes', hidden: '' });
  readonly #state = create('span', { class: 'state', role: 'status' });
  readonly #highlighter = new Highlighter();
  readonly #grip: HTMLElement;
  readonly #highlight = createButton('', 'Highlight changes', () => this.#toggleHighlight());
  readonly #side = createButton('', '', () => this.#changeSide());
  readonly #changed = new Set<Exchange>();
  #isShown = false;
  /** The user selected an exchange, so that newer ones do not replace it. */
  #isPinned = false;
  #focusBefore: Element | null = null;

  constructor(page: DevelopedPage, journal: Journal, settings: PanelSettings) {
    this.#page = page;
    this.#recorder = new Recorder(journal);
    this.#settings = settings;
    this.#grip = createGrip(settings, () => this.#applySettings());
    this.#draw();
    this.#recorder.onChange = (exchange) => this.#onChange(exchange);
    this.#recorder.onMistakes = () => this.#showMistakes();
    this.#showMistakes();
    for (const name of ['issr:connect', 'issr:disconnect'] as const)
      listen(document, name, () => this.#onConnection(name === 'issr:connect'));
  }

  /** @param takesFocus the user pressed the keys, so that the keyboard goes on in the panel */
  toggle(takesFocus: boolean): void {
    if (this.#isShown) this.#close();
    else this.#open(takesFocus);
  }

  #draw(): void {
    const root = this.#host.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    this.#highlight.append(drawIcon('highlight'));
    const clear = createButton('', 'Clear the list', () => this.#clear());
    clear.append(drawIcon('clear'));
    const close = createButton('', 'Close the panel (Escape)', () => this.#close());
    close.append(drawIcon('close'));
    const header = create(
      'header',
      {},
      create('strong', {}, 'ISSR'),
      this.#state,
      this.#highlight,
      clear,
      this.#side,
      close,
    );
    const body = create('div', { class: 'body' }, this.#list.element, this.#details);
    const panel = create(
      'section',
      { class: 'panel', 'aria-label': 'Development panel' },
      this.#grip,
      header,
      this.#mistakes,
      body,
    );
    panel.onkeydown = (event) => {
      // The keys of the panel are not those of the page.
      event.stopPropagation();
      if (event.key === 'Escape') this.#close();
    };
    for (const type of ['click', 'keydown'] as const)
      this.#list.element.addEventListener(type, () => {
        this.#isPinned = this.#list.selected !== this.#newest();
      });
    root.append(this.#highlighter.layer, panel);
  }

  #open(takesFocus: boolean): void {
    this.#isShown = true;
    this.#focusBefore = takesFocus ? focusOf(document) : null;
    rootOf(document).append(this.#host);
    this.#applySettings();
    this.#onConnection(getAttribute(rootOf(document), 'data-issr') === 'connected');
    for (const exchange of this.#recorder.exchanges) this.#changed.add(exchange);
    this.#update();
    if (takesFocus) this.#list.element.focus();
  }

  #close(): void {
    const hadFocus = focusOf(document) === this.#host;
    this.#isShown = false;
    this.#host.remove();
    this.#applySettings();
    this.#page.events.transmit(['debug', false]);
    if (hadFocus && this.#focusBefore instanceof HTMLElement) this.#focusBefore.focus();
  }

  /** The server of a new connection may not know whether the panel is open. */
  #onConnection(isConnected: boolean): void {
    this.#state.textContent = isConnected ? 'connected' : 'reconnecting';
    this.#state.setAttribute('data-state', this.#state.textContent);
    if (isConnected) this.#page.events.transmit(['debug', this.#isShown]);
  }

  #onChange(exchange: Exchange): void {
    if (!this.#isShown) return;
    if (this.#changed.size === 0) requestAnimationFrame(() => this.#update());
    this.#changed.add(exchange);
  }

  #update(): void {
    const { exchanges } = this.#recorder;
    const { selected } = this.#list;
    const isStale = selected !== undefined && this.#changed.has(selected);
    this.#list.update(exchanges, this.#changed);
    this.#changed.clear();
    const newest = this.#newest();
    if (!this.#isPinned && this.#list.selected !== newest) this.#list.select(newest);
    else if (isStale || !newest) this.#showDetails(this.#list.selected);
  }

  /** Changes of params follow an answer by themselves, and say less. */
  #newest(): Exchange | undefined {
    const { exchanges } = this.#recorder;
    return exchanges.findLast(({ kind }) => kind !== 'params') ?? exchanges.at(-1);
  }

  #showDetails(exchange: Exchange | undefined): void {
    const params = [...this.#page.events.ledger.serverParams];
    this.#details.replaceChildren(
      ...(exchange ? drawDetails(exchange) : [drawHint()]),
      ...(params.length > 0 ? [create('h3', {}, 'Page'), ...drawEntries('All params now', params)] : []),
    );
    this.#details.scrollTop = 0;
  }

  #showMistakes(): void {
    const { mistakes } = this.#recorder;
    this.#mistakes.hidden = mistakes.size === 0;
    const summary = `${mistakes.size} ${mistakes.size === 1 ? 'warning' : 'warnings'}`;
    this.#mistakes.replaceChildren(
      create('summary', {}, summary),
      create('ul', {}, ...[...mistakes].map((text) => create('li', {}, text))),
    );
  }

  #clear(): void {
    this.#recorder.clear();
    this.#isPinned = false;
    this.#update();
  }

  #toggleHighlight(): void {
    this.#settings.isHighlighting = !this.#settings.isHighlighting;
    this.#applySettings();
  }

  #changeSide(): void {
    this.#settings.side = this.#settings.side === 'right' ? 'bottom' : 'right';
    this.#applySettings();
  }

  #applySettings(): void {
    const settings = this.#settings;
    const { side, height, width, isHighlighting } = settings;
    settings.isOpen = this.#isShown;
    saveSettings(settings);
    this.#host.setAttribute('data-side', side);
    this.#host.style.setProperty('--issr-height', `min(${height}px, 90vh)`);
    this.#host.style.setProperty('--issr-width', `${width}px`);
    describeGrip(this.#grip, settings);
    const other = side === 'right' ? 'bottom' : 'right';
    this.#side.title = `Move to the ${other}`;
    this.#side.setAttribute('aria-label', this.#side.title);
    this.#side.replaceChildren(drawIcon(other));
    this.#highlight.setAttribute('aria-pressed', String(isHighlighting));
    this.#highlighter.stop();
    if (isHighlighting && this.#isShown) this.#highlighter.start();
  }
}

const drawHint = (): HTMLElement =>
  create(
    'p',
    { class: 'empty' },
    'Each event, visit and push of this page appears here, with what it changed and how long it took.',
  );
