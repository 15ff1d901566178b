import { findAttribute, readAttribute, readAttributes } from '../html/parse/attributes.js';
import { scan } from '../html/parse/scan.js';
import { ELEMENT, IMPLIED, type Tree } from '../html/parse/tree.js';
import { warnOfAssignments } from './assignments.js';
import { UnsentActions } from './unsent.js';
import type { Warn } from './warnings.js';

/** Characters of a page above which each full render costs its server and visitor much. */
const MAX_SIZE = 1024 * 1024;

/** The parts of a route's declaration and options that its markup must fit. */
export interface MarkupRules {
  /** Names of declared actions. */
  actions: ReadonlySet<string>;
  /** The route's schema declares a name as state. */
  isDeclared(name: string): boolean;
  /** The URL's query has a name, which makes it state. */
  isInUrl(name: string): boolean;
  maxParams: number;
}

/** Names found in a page. */
interface Found {
  ids: Map<string, number>;
  /** Elements by the names of their params, and by the names of their actions. */
  names: Map<string, number>;
  actions: Map<string, number>;
  /** Actions that are commands for sure, such as those of `defineActions`: others may assign state. */
  commands: Map<string, number>;
}

/**
 * Looks through the HTML of a page for mistakes that no error reports.
 *
 * @param state the state of the request that rendered it
 */
export function inspectMarkup(warn: Warn, html: string, rules: MarkupRules, state: object): void {
  const size = html.length;
  if (size > MAX_SIZE) warn('ISSR_WARN_SIZE', `the page has more than 1 MB of HTML (${size} characters)`);
  const tree = scan(html);
  if (!tree.predictable) warnOfNesting(warn, html, tree.brokenAt);
  const unsent = new UnsentActions(warn, tree, rules.actions);
  const found: Found = { ids: new Map(), names: new Map(), actions: new Map(), commands: new Map() };
  for (let node = 0; node < tree.size; node++) {
    // A template's content is not part of the page.
    while (node < tree.size && isElement(tree, node) && tree.name(node) === 'template')
      node = tree.next(node);
    if (node >= tree.size || !isElement(tree, node)) continue;
    inspectElement(warn, tree, node, found);
    if (!(tree.bits(node) & IMPLIED)) unsent.inspect(node);
    inspectKeys(warn, tree, node);
  }
  inspectNames(warn, tree, found, rules);
  warnOfAssignments(warn, state, (name) => found.names.has(name));
}

/** @param end the end of the first tag or text that browsers do not leave where it is */
function warnOfNesting(warn: Warn, html: string, end: number): void {
  const tag = html.slice(Math.max(0, html.lastIndexOf('<', end - 1)), end).slice(0, 200);
  const what = html.includes('\0') ? 'a NUL character' : tag;
  warn(
    'ISSR_WARN_NESTING',
    `browsers move, split or drop ${what}, as it cannot be where it is. Each change sends the whole page`,
  );
}

function inspectElement(warn: Warn, tree: Tree, node: number, { ids, names, ...found }: Found): void {
  if (tree.bits(node) & IMPLIED) {
    if (tree.name(node) === 'tbody')
      warn('ISSR_WARN_TBODY', `${tree.startTag(node + 1)} is not in a <tbody>, which browsers add`);
    return;
  }
  const id = idOf(tree, node);
  const other = id === undefined ? undefined : ids.get(id);
  if (other !== undefined)
    warn(
      'ISSR_WARN_ID',
      `the id '${id}' is on several elements: ${tree.startTag(other)} and ${tree.startTag(node)}`,
    );
  else if (id !== undefined) ids.set(id, node);
  const name = tree.nameAt(node) === 0 ? undefined : readAttribute(tree.html, tree.nameAt(node));
  if (name && isParam(tree, node) && !names.has(name)) names.set(name, node);
  inspectCommand(warn, tree, node, found);
}

function inspectCommand(
  warn: Warn,
  tree: Tree,
  node: number,
  { actions, commands }: Pick<Found, 'actions' | 'commands'>,
): void {
  const read = (name: string) => findAttribute(tree.html, tree.nameEnd(node), name);
  const isForm = tree.name(node) === 'form';
  const action = read(isForm ? 'data-rr-action' : 'action');
  if (action && !actions.has(action)) actions.set(action, node);
  if (action && (isForm || read('formmethod') === 'post')) commands.set(action, node);
  const triggers = read('data-rr') ?? '';
  for (const trigger of triggers.split(',').map((text) => text.trim()))
    if (trigger && !TRIGGER.test(trigger))
      warn('ISSR_WARN_TRIGGER', `'${trigger}' is not a trigger of data-rr: ${tree.startTag(node)}`);
}

/** A trigger of `data-rr`, such as `input 300`, `every 15s` or `key ctrl+s`. */
const TRIGGER =
  /^(every\s+[\d.]+(ms|s|m)|key\s+\S+|(?!(every|key)\b)[\w:.-]+)(\s+(\d+|throttle\s+\d+|once))*$/;

/** Equal keys of different elements are of no harm. */
function inspectKeys(warn: Warn, tree: Tree, parent: number): void {
  const keys = new Set<string>();
  for (let node = parent + 1; node < tree.next(parent); node = tree.next(node)) {
    const key = isElement(tree, node) ? keyOf(tree, node) : undefined;
    if (key === undefined) continue;
    const name = `${tree.name(node)} ${key}`;
    if (keys.has(name))
      warn(
        'ISSR_WARN_ID',
        `the key '${key}' is on several ${tree.startTag(node)} in ${tree.startTag(parent)}`,
      );
    keys.add(name);
  }
}

function inspectNames(
  warn: Warn,
  tree: Tree,
  { names, actions, commands }: Found,
  { actions: declared, isDeclared, isInUrl, maxParams }: MarkupRules,
): void {
  if (names.size > maxParams)
    warn(
      'ISSR_WARN_FIELDS',
      `${names.size} names of fields are more than maxParams allows (${maxParams}): the server refuses the page`,
    );
  for (const name of declared) {
    const node = names.get(name);
    if (node !== undefined)
      warn(
        'ISSR_WARN_STATE',
        `the action '${name}' is also the name of ${tree.startTag(node)}: in its event request.query has the action's value`,
      );
    else if (isDeclared(name))
      warn(
        'ISSR_WARN_STATE',
        `the action '${name}' is also in schema.querystring: a declared action never becomes state`,
      );
  }
  // A route without actions may read them in its handler.
  for (const [name, node] of declared.size === 0 ? commands : actions)
    if (!declared.has(name) && !names.has(name) && !isDeclared(name) && !isInUrl(name))
      warn('ISSR_WARN_ACTION', `no action '${name}' is declared, which ${tree.startTag(node)} sends`);
}

const isElement = (tree: Tree, node: number): boolean => tree.kind(node) === ELEMENT;

/** Elements whose name is that of a param, whatever their value. */
function isParam(tree: Tree, node: number): boolean {
  if (/^(input|textarea|select)$/.test(tree.name(node))) return true;
  return readAttributes(tree.html, tree.nameEnd(node)).has('value');
}

const idOf = (tree: Tree, node: number): string | undefined => readNamed(tree, node, /i/i) || undefined;
const keyOf = (tree: Tree, node: number): string | undefined => readNamed(tree, node, /k/i);

/** The tree has the position of the id, or else of the key. */
function readNamed(tree: Tree, node: number, initial: RegExp): string | undefined {
  const at = tree.idAt(node);
  if (at === 0 || !initial.test(tree.html.charAt(at))) return undefined;
  return readAttribute(tree.html, at);
}
