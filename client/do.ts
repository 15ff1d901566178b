import { closest, getAttribute, listen, select } from './dom.js';
import type { LocalBehaviour } from './local/index.js';
import { createPart } from './part.js';
import { elementsOf } from './rr/data-rr.js';
import { isCausedByPatch } from './side-effects.js';
import { clearBusy, showBusy } from './ui/indicators.js';

/** `change: hide` and `hide`: a command and its event, if it has one. */
const COMMAND = /\s*(?:([\w:-]+):\s)?[^;]+/g;
/** Elements that show each click by themselves. At any other one, a second click asks for the first one's effect again. */
const SHOWS_CLICKS = 'label,summary,input';

/**
 * Listens to the events that `do` names. A part of the script runs the commands, and an event before that part is loaded
 * waits for it. The browser's own action does not wait: `do` never prevents it. Returns a function that finds the event
 * types of new elements.
 */
export function createDo(loadPart: () => Promise<LocalBehaviour>): () => void {
  const types = new Set<string>();
  const part = createPart(loadPart);
  /** Elements with a click that waits. */
  const clicked = new Set<Element>();

  const onEvent = (event: Event): void => {
    if (isCausedByPatch(event)) return;
    const { type } = event;
    const all = type.startsWith('issr:') ? [...select('[do]')] : elementsOf(event);
    const elements = all.filter((element) => typesOf(element).includes(type));
    const [first] = elements;
    if (!first || (type === 'click' && clicked.has(first) && !closest(first, SHOWS_CLICKS))) return;
    let busy: Element[] = [];
    const waits = part.use(({ run }) => {
      clicked.clear();
      clearBusy(busy);
      run(type, elements);
    });
    if (!waits) return;
    if (type === 'click') clicked.add(first);
    busy = elements;
    showBusy(busy);
  };

  return () => {
    for (const type of [...select('[do]')].flatMap(typesOf)) {
      if (types.has(type)) continue;
      types.add(type);
      listen(document, type, onEvent, true);
    }
    if (select('[do],[pending]')[0]) part.load();
  };
}

/** Returns the event of each command: an event counts for all later commands too. */
function typesOf(element: Element): string[] {
  let type = 'click';
  return Array.from((getAttribute(element, 'do') ?? '').matchAll(COMMAND), ([, named]) => {
    type = named ?? type;
    return type;
  });
}
