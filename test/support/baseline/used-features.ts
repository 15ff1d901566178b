import { relative, resolve } from 'node:path';
import { type Node, SyntaxKind } from 'typescript/unstable/ast';
import {
  isBindingElement,
  isCallExpression,
  isIdentifier,
  isObjectBindingPattern,
  isPropertyAccessExpression,
  isStringLiteralLikeNode,
  isTypeNode,
} from 'typescript/unstable/ast/is';
import {
  API,
  type Checker,
  type Program,
  type Type,
  type Symbol as TypeSymbol,
} from 'typescript/unstable/sync';
import { type Feature, globalFeature, memberFeature, selectorFeature } from './support.js';

const ROOT = resolve(import.meta.dirname, '../../..');
const CONFIG = resolve(import.meta.dirname, 'tsconfig.json');
const LIBRARY = /\/lib\.[\w.]+\.d\.ts$/;
/** Declarations of styles look like pseudo-classes: `float:right;`. */
const DECLARATIONS = /[;{]/;
const PSEUDO = /(?<![\w:])[\w\])*]*::?([a-z][a-z-]+)/g;

/** A use of a member: the name, and the expression or the pattern whose type has the member. */
interface Use {
  name: string;
  of: Node;
}

/**
 * Finds what of the browser and of the language the client uses: globals, members by the type that they are read
 * from, names that are given to the functions of `dom.ts`, pseudo-classes. Returns each feature with the files.
 */
export function usedFeatures(): Map<Feature, Set<string>> {
  const compiler = new API({ cwd: ROOT });
  try {
    const [project] = compiler.updateSnapshot({ openProjects: [CONFIG] } as never).getProjects();
    if (!project) throw new Error(`TypeScript opened no project at ${CONFIG}`);
    return readProgram(project.program, project.checker);
  } finally {
    compiler.close();
  }
}

function readProgram(program: Program, checker: Checker): Map<Feature, Set<string>> {
  const used = new Map<Feature, Set<string>>();
  for (const path of program.getSourceFileNames()) {
    const file = relative(ROOT, path);
    const source = /^client\b/.test(file) && program.getSourceFile(path);
    if (!source) continue;
    for (const feature of featuresIn(source, checker))
      used.set(feature, (used.get(feature) ?? new Set()).add(file));
  }
  return used;
}

function* featuresIn(source: Node, checker: Checker): Generator<Feature> {
  const names: Node[] = [];
  const uses: Use[] = [];
  for (const node of nodesIn(source)) {
    if (isStringLiteralLikeNode(node)) yield* selectorsIn(node.text);
    const use = memberUse(node);
    if (use) uses.push(use);
    else if (isIdentifier(node)) names.push(node);
  }
  for (const symbol of checker.getSymbolAtLocation(names)) {
    const feature = symbol && isLibrary(symbol) && globalFeature(symbol.name);
    if (feature) yield feature;
  }
  for (const use of uses) yield* membersOf(use, checker);
}

/** All nodes of the code. Types leave nothing in the script. */
function* nodesIn(node: Node): Generator<Node> {
  if (isTypeNode(node) || node.kind === SyntaxKind.InterfaceDeclaration) return;
  yield node;
  const children: Node[] = [];
  node.forEachChild((child) => void children.push(child));
  for (const child of children) yield* nodesIn(child);
}

/** Reads `x.name`, `const { name } = x`, and the name in a call like `getter(x, 'name')`. */
function memberUse(node: Node): Use | undefined {
  const { parent } = node;
  if (isIdentifier(node)) {
    if (isPropertyAccessExpression(parent) && parent.name === node)
      return { name: node.text, of: parent.expression };
    if (!isBindingElement(parent) || !isObjectBindingPattern(parent.parent)) return undefined;
    return (parent.propertyName ?? parent.name) === node ? { name: node.text, of: parent.parent } : undefined;
  }
  if (!isStringLiteralLikeNode(node) || !isCallExpression(parent)) return undefined;
  const [of, name] = parent.arguments;
  return of && name === node ? { name: node.text, of } : undefined;
}

function* membersOf({ name, of }: Use, checker: Checker): Generator<Feature> {
  const type = checker.getTypeAtLocation(of);
  for (const one of type ? partsOf(checker.getNonNullableType(type) ?? type) : []) {
    const object = checker.getApparentType(one) ?? one;
    const member = checker.getPropertyOfType(object, name);
    if (!member || !isLibrary(member)) continue;
    const owners = [...basesOf(object, checker), ...(isIdentifier(of) ? [of.text] : [])];
    const feature = owners.map((owner) => memberFeature(owner, name)).find(Boolean);
    if (feature) yield feature;
  }
}

const partsOf = (type: Type): readonly Type[] =>
  type.isUnionType() || type.isIntersectionType() ? type.getTypes().flatMap(partsOf) : [type];

/** Names of the type and of all that it extends. */
function basesOf(type: Type, checker: Checker, seen = new Set<string>()): Set<string> {
  const name = type.getSymbol()?.name;
  if (!name || seen.has(name)) return seen;
  seen.add(name);
  for (const base of checker.getBaseTypes(type as never)) basesOf(base, checker, seen);
  return seen;
}

function* selectorsIn(text: string): Generator<Feature> {
  if (DECLARATIONS.test(text)) return;
  for (const [, name = ''] of text.matchAll(PSEUDO)) {
    const feature = selectorFeature(name);
    if (feature) yield feature;
  }
}

const isLibrary = ({ declarations }: TypeSymbol): boolean =>
  declarations.some(({ path }) => LIBRARY.test(path));
