import { core } from '../../core.js';
import {
  getAttribute,
  listen,
  nextOf,
  parentOf,
  place,
  removeAttribute,
  removeChild,
  select,
} from '../../dom.js';
import { mergeClass, mergeStyle } from './merge.js';

/** Copies one changed attribute of the shadow to its live partner. */
export function syncAttribute(record: MutationRecord, live: Element): void {
  const { target, attributeName, attributeNamespace, oldValue } = record;
  const name = attributeName as string;
  // Browsers drop half a date with these.
  if (/^(value|min|max|step)$/.test(name) && (live as HTMLInputElement).validity?.badInput)
    return listen(live, 'blur', () => syncAttribute(record, live), { once: true });
  const attribute = (target as Element).getAttributeNodeNS(attributeNamespace, name);
  const now = attribute ? attribute.value : null;
  // The browser hides a nonce after the load, and the nonce of a later answer is invalid on this page.
  if (now === oldValue || name === 'nonce') return;
  if (name === 'muted' && live instanceof HTMLMediaElement) live.muted = attribute !== null;
  // The script sets `aria-busy` for itself. The server's own takes its place, and stays after the answer.
  if (!attributeNamespace && name !== 'aria-busy' && getAttribute(live, name) === now) return;
  if (name === 'open') expectToggle(live, attribute !== null);
  if (name === 'popover' && 'showPopover' in live && live.matches(':popover-open'))
    core.expectEvents(live, 'toggle');
  const isShared = name === 'style' || (name === 'class' && getAttribute(live, name) !== oldValue);
  if (isShared) (name === 'class' ? mergeClass : mergeStyle)(live, oldValue ?? '', now ?? '');
  if (!isShared || (!attribute && !getAttribute(live, name))) {
    const set = (): void => setAttribute(live, attributeNamespace, name, attribute);
    if (/^(src|srcdoc|data)$/.test(name) && 'contentWindow' in live) whileDetached(live, set);
    else set();
  }
  // A new type may store the value elsewhere (HTML, "value mode"), so the attribute is set again.
  if (name === 'type') setAttribute(live, null, 'value', (target as Element).getAttributeNode('value'));
}

function setAttribute(live: Element, namespace: string | null, name: string, attribute: Attr | null): void {
  if (attribute) core.copyAttribute(live, attribute);
  else removeAttribute(live, namespace, name);
}

/** Closes a dialog properly, and announces the events of everything that opens or closes with this element. */
export function expectToggle(live: Element, isOpen: boolean): void {
  if (live instanceof HTMLDialogElement && !isOpen && live.open) {
    core.expectEvents(live, 'close', 'toggle');
    live.close();
  } else if (live instanceof HTMLDetailsElement && live.open !== isOpen) {
    core.expectEvents(live, 'toggle');
    const { name } = live;
    for (const other of isOpen && name ? select<HTMLDetailsElement>('details[open]') : []) {
      if (other.name === name) core.expectEvents(other, 'toggle');
    }
  }
}

/** A frame on the page that goes to another address adds a history entry, which Back would undo first. */
function whileDetached(live: Element, change: () => void): void {
  const [parent, next] = [parentOf(live), nextOf(live)];
  if (parent) removeChild(parent, live);
  change();
  if (parent) place(parent, live, next);
}
