import { isConnected, listen, parentOf, rootOf, unlisten } from '../dom.js';
import { create } from './elements.js';

/** Boxes that are drawn for one patch. */
const MAX_BOXES = 100;
/** Milliseconds for which a box is shown. */
const DURATION = 1200;
/** Attributes that the client script itself sets while an answer is due. */
const OWN_ATTRIBUTES = /^(aria-busy|data-issr.*)$/;

/** Draws a box around each element that a patch changes. */
export class Highlighter {
  readonly layer = create('div', { class: 'boxes', 'aria-hidden': 'true' });
  readonly #observer = new MutationObserver(() => {});

  start(): void {
    this.#observer.observe(rootOf(document), {
      subtree: true,
      childList: true,
      attributes: true,
      characterData: true,
    });
    listen(document, 'issr:before-patch', this.#onBegin);
    listen(document, 'issr:patch', this.#onEnd);
  }

  stop(): void {
    this.#observer.disconnect();
    unlisten(document, 'issr:before-patch', this.#onBegin);
    unlisten(document, 'issr:patch', this.#onEnd);
    this.layer.replaceChildren();
  }

  /** Forgets what visitor and other scripts changed. */
  #onBegin = (): void => {
    this.#observer.takeRecords();
  };

  #onEnd = (): void => {
    const changed = new Map<Element, 'added' | 'changed'>();
    for (const record of this.#observer.takeRecords()) addChanges(changed, record);
    for (const [element, kind] of [...changed].slice(0, MAX_BOXES)) this.#draw(element, kind);
  };

  #draw(element: Element, kind: string): void {
    const { left, top, width, height } = Element.prototype.getBoundingClientRect.call(element);
    if (width + height === 0) return;
    const box = create('div', { class: `box ${kind}` });
    Object.assign(box.style, {
      left: `${left}px`,
      top: `${top}px`,
      width: `${width}px`,
      height: `${height}px`,
    });
    this.layer.append(box);
    const fade = box.animate({ opacity: [1, 1, 0] }, { duration: DURATION });
    fade.onfinish = () => box.remove();
  }
}

function addChanges(changed: Map<Element, string>, record: MutationRecord): void {
  const { type, target, addedNodes, removedNodes, attributeName } = record;
  if (type === 'attributes' && OWN_ATTRIBUTES.test(attributeName ?? '')) return;
  const added = [...addedNodes].filter(
    (node): node is Element => node instanceof Element && isConnected(node),
  );
  for (const element of added) changed.set(element, 'added');
  // A node that moved was removed first, and shows as the one that was added.
  if (added.length > 0 || [...removedNodes].some(isConnected)) return;
  const element = target instanceof Element ? target : (parentOf(target) as Element | null);
  if (!element || !isConnected(element) || element === rootOf(document)) return;
  if (!changed.has(element)) changed.set(element, 'changed');
}
