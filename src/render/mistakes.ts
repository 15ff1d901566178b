import { Fragment, options as preactOptions } from 'preact';
import { readAttribute } from '../html/parse/attributes.js';
import { scan } from '../html/parse/scan.js';
import { ELEMENT, type Tree } from '../html/parse/tree.js';
import type { RenderedVNode } from './private-vnodes.js';

/** Logs a mistake of the page's author, once for each text. */
export type Warn = (mistake: string) => void;

/** A page is looked at for mistakes when it loads, and at events once within this number of milliseconds. */
const PERIOD = 1000;

/** The mistakes of one route that were logged. */
interface Inspection {
  last: number;
  logged: Set<string>;
}

const inspections = new WeakMap<object, Inspection>();

/** Returns the function to log with if a render of this route is due for a look. */
export function inspectionOf(route: object, isLoad: boolean, log: Warn): Warn | undefined {
  const inspection = inspections.get(route) ?? { last: Number.NEGATIVE_INFINITY, logged: new Set() };
  inspections.set(route, inspection);
  const now = performance.now();
  if (!isLoad && now - inspection.last < PERIOD) return undefined;
  inspection.last = now;
  return (mistake) => {
    if (inspection.logged.has(mistake)) return;
    inspection.logged.add(mistake);
    log(mistake);
  };
}

/** Runs the synchronous part of a render and warns of function handlers, which never reach the browser. */
export function inspectHandlers<Result>(warn: Warn, run: () => Result): Result {
  const hooks = preactOptions as { __b?: (vnode: RenderedVNode) => void };
  const before = hooks.__b;
  hooks.__b = (vnode) => {
    if (typeof vnode.type === 'string') warnOfHandlers(vnode, warn);
    before?.(vnode);
  };
  try {
    return run();
  } finally {
    hooks.__b = before;
  }
}

function warnOfHandlers(vnode: RenderedVNode, warn: Warn): void {
  const props = vnode.props as Record<string, unknown>;
  for (const name of Object.keys(props)) {
    if (typeof props[name] !== 'function' || !name.startsWith('on')) continue;
    warn(
      `${name} of ${placeOf(vnode)} is a function, which stays on the server. Write text, as in onclick="rr(this)"`,
    );
  }
}

/** Names an element with the component that made it. */
function placeOf({ type, __: parent }: RenderedVNode): string {
  let outer = parent;
  while (outer && (typeof outer.type !== 'function' || outer.type === Fragment)) outer = outer.__;
  const component = outer?.type as { displayName?: string; name: string } | undefined;
  const name = component?.displayName ?? component?.name;
  return name ? `<${type}> in <${name}>` : `<${type}>`;
}

/** Warns of ids that several elements have: a patch could take one for the other. */
export function inspectIds(warn: Warn, html: string): void {
  const tree = scan(html);
  const ids = new Map<string, number>();
  for (let node = 0; node < tree.size; node++) {
    // A template's content is not part of the page.
    while (node < tree.size && isTemplate(tree, node)) node = tree.next(node);
    const id = node < tree.size ? idOf(tree, node) : undefined;
    if (id === undefined) continue;
    const other = ids.get(id);
    if (other === undefined) ids.set(id, node);
    else warn(`the id '${id}' is on several elements: ${tree.startTag(other)} and ${tree.startTag(node)}`);
  }
}

const isTemplate = (tree: Tree, node: number): boolean =>
  tree.kind(node) === ELEMENT && tree.name(node) === 'template';

/** The tree has the position of the id, or else of the key. */
function idOf(tree: Tree, node: number): string | undefined {
  const at = tree.idAt(node);
  if (at === 0 || !/i/i.test(tree.html.charAt(at))) return undefined;
  const id = readAttribute(tree.html, at);
  return id === '' ? undefined : id;
}
