import { SCRIPT_TAG, type ServerMessage } from '../../../src/protocol.js';
import { core } from '../../core.js';
import {
  attributesOf,
  firstOf,
  getAttribute,
  importNode,
  nameOf,
  nextOf,
  parentOf,
  select,
  setAttributeNode,
} from '../../dom.js';

/** Decides whether a new element may run. Returns the element that goes on the page in its place. */
export type Guard = (element: Element, live: Element) => Element;

export type NoncesMessage = Extract<ServerMessage, ['nonces', ...unknown[]]>;

/**
 * Makes the guard of the elements of an answer: what a load of that answer would block does not run. The policy in
 * force knows the nonce of the load only, so the answer's own nonces are replaced by it.
 */
export function createGuard([, scripts, styles, isStrict]: NoncesMessage): Guard {
  if (isStrict) stopEmptyScripts();
  return (element, live) => {
    const given = element.getAttribute('nonce');
    const isAllowed = scripts.includes(given ?? '');
    if (given) {
      const isStyle = styles.includes(given);
      (live as HTMLElement).nonce = isAllowed ? scriptNonce() : isStyle ? styleNonce() : '';
    }
    const isBlocked = isStrict && !isAllowed && nameOf(live) === 'script' && !element.closest('template');
    return isBlocked ? createStopped(live) : live;
  };
}

const nonceOf = (selector: string): string | undefined => select<HTMLElement>(selector)[0]?.nonce;

const scriptNonce = (): string => (nonceOf(`${SCRIPT_TAG}[nonce]`) ?? nonceOf('script[nonce]')) || '';

const styleNonce = (): string => nonceOf('style[nonce],link[nonce]') || '';

/**
 * Stops the page's scripts without nonce and content. They have not run, so the browser would load a `src` that they get
 * later, and trust it as it trusts whatever a script inserts.
 */
function stopEmptyScripts(): void {
  for (const script of select<HTMLElement>('script:not([src])')) {
    if (script.nonce || firstOf(script)) continue;
    const [parent, next] = [parentOf(script), nextOf(script)];
    script.remove();
    stop(script);
    if (parent) Node.prototype.insertBefore.call(parent, script, next);
  }
}

/** A script that was once in a document without scripting counts as one that has run. */
function stop(script: Element): void {
  script.append(' ');
  core.inert.body.append(script);
  script.remove();
  script.replaceChildren();
}

/**
 * A copy of a script that never runs. Under `'strict-dynamic'` the browser itself would trust whatever this script
 * inserts.
 */
function createStopped(live: Element): Element {
  const script = core.inert.createElementNS(live.namespaceURI, 'script');
  stop(script);
  const stopped = Document.prototype.adoptNode.call(document, script) as Element;
  for (const attribute of attributesOf(live)) setAttributeNode(stopped, importNode(attribute));
  console.warn('fastify-issr: the policy blocks a script without the nonce of its answer', stopped);
  // Later scripts do not wait for it, as at a load.
  if (getAttribute(stopped, 'src') !== null) queueMicrotask(() => stopped.dispatchEvent(new Event('error')));
  return stopped;
}
