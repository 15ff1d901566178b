import { findAttribute } from '../html/parse/attributes.js';
import { scan } from '../html/parse/scan.js';
import { ELEMENT, type Tree } from '../html/parse/tree.js';
import type { Warn } from './warnings.js';

/** Types that browsers run. A script of any other type is data. */
const RUNS = /^(module|(text|application)\/(x-)?(java|ecma)script.*)?$/i;

/**
 * Warns of scripts that a patch brings into an open page: they run when they arrive, and never again.
 *
 * @param patch the instructions from `before` to `after`, as JSON
 */
export function inspectScripts(warn: Warn, patch: string, before: string, after: string): void {
  if (!/<script/i.test(patch)) return;
  const known = scan(before);
  const counts = new Map<string, number>();
  for (const [node] of scriptsOf(known)) {
    const source = known.source(node);
    counts.set(source, (counts.get(source) ?? 0) + 1);
  }
  const tree = scan(after);
  for (const [node, parent] of scriptsOf(tree)) {
    const source = tree.source(node);
    const count = counts.get(source) ?? 0;
    counts.set(source, count - 1);
    if (count > 0) continue;
    warn(
      'ISSR_WARN_SCRIPT',
      `a patch inserted ${tree.startTag(node)} into ${tree.startTag(parent)}: it runs when it arrives, after the page's load events, and never again`,
    );
  }
}

/** Yields the scripts that run, each with its parent. Those of a template do not. */
function* scriptsOf(tree: Tree, parent = 0): Generator<[script: number, parent: number]> {
  for (let node = parent + 1; node < tree.next(parent); node = tree.next(node)) {
    if (tree.kind(node) !== ELEMENT || tree.name(node) === 'template') continue;
    if (tree.name(node) !== 'script') yield* scriptsOf(tree, node);
    else if (RUNS.test(findAttribute(tree.html, tree.nameEnd(node), 'type')?.trim() ?? ''))
      yield [node, parent];
  }
}
