import { getAttribute, isConnected } from '../dom.js';
import { partnersIn } from './restore.js';
import { isOpened, type SetOpen } from './verbs.js';

/** State of an element that `pending` opened or closed. */
interface Opening {
  isOpen: boolean;
  /** Its state before. */
  wasOpen: boolean | undefined;
  /** The server's attribute `open` at that time, or undefined if the server did not send the element. */
  served: string | null | undefined;
}

/** The elements that `pending` opens and closes, each once: patches keep its state, and the visitor may change it since. */
export interface Openings {
  /** Notes what an unanswered event asks for. */
  add: SetOpen;
  /** Opens and closes what was noted since the last call, and takes back what was not. */
  show(): void;
}

/** @param root the shadow */
export function createOpenings(root: Element, setOpen: (target: Element, isOpen: boolean) => void): Openings {
  const openings = new Map<Element, Opening>();
  const wanted = new Map<Element, boolean>();

  const readServed = (target: Element): string | null | undefined => {
    const node = partnersIn(root).get(target);
    return node && getAttribute(node, 'open');
  };

  return {
    add(target, isOpen) {
      const before = wanted.get(target) ?? openings.get(target)?.wasOpen ?? isOpened(target);
      if (before !== undefined) wanted.set(target, isOpen ?? !before);
    },
    show() {
      for (const [target, { wasOpen, served }] of openings) {
        if (wanted.has(target)) continue;
        openings.delete(target);
        const now = readServed(target);
        // The answer may open or close the element itself.
        if (isConnected(target)) setOpen(target, now === served ? !!wasOpen : now !== null);
      }
      for (const [target, isOpen] of wanted) {
        const known = openings.get(target);
        const { wasOpen, served } = known ?? { wasOpen: isOpened(target), served: readServed(target) };
        openings.set(target, { isOpen, wasOpen, served });
        if (known?.isOpen !== isOpen) setOpen(target, isOpen);
      }
      wanted.clear();
    },
  };
}
