import { HASH_SEED, hashText, SCRIPT_TAG } from '../../../src/protocol.js';
import { attributesOf, firstOf, holderOf, nameOf, parentOf, rootOf } from '../../dom.js';
import { copyAttribute } from '../../trusted.js';
import { inert, keeper } from './inert.js';
import { pairTree } from './pairs.js';

/**
 * Elements that change by themselves or hide their nodes: a form answers for its fields, a template
 * keeps its children elsewhere, `selected` and `checked` depend on their neighbours, one open `<details>`
 * closes another, a parsed script never runs. In the shadow they are plain elements of the same name
 * without a namespace, so that morphdom and the observer see a tree and nothing but a tree.
 */
const ACTIVE = 'form,template,input,select,option,textarea,details,script';

export function makePlain(root: ParentNode): void {
  for (const active of root.querySelectorAll(ACTIVE)) {
    if (!(active instanceof HTMLElement)) continue;
    const plain = inert.createElementNS(null, nameOf(active));
    for (const attribute of attributesOf(active)) copyAttribute(plain, attribute);
    const source = holderOf(active);
    if (source !== active) makePlain(source as DocumentFragment);
    while (firstOf(source)) plain.appendChild(firstOf(source) as Node);
    parentOf(active)?.replaceChild(plain, active);
  }
}

/** Removes the nodes that protocol.ts excludes from the server's page. */
export function prune(root: ParentNode): void {
  for (const element of root.querySelectorAll('noscript')) element.replaceChildren();
  for (const template of root.querySelectorAll('template[shadowrootmode]')) template.remove();
}

/** The shadow of the live page as it is now. */
export function takeShadow(): Element {
  const live = rootOf(document);
  // Chromium's parser splits a text of more than 64 KB, which would shift positions.
  live.normalize();
  const root = inert.importNode(live, true);
  makePlain(root);
  pairTree(root, live);
  root.querySelector(SCRIPT_TAG)?.remove();
  prune(root);
  keeper.replaceChild(root, keeper.documentElement);
  return root;
}

function markOf(node: CharacterData): string {
  if (node instanceof Text) return `"${node.data}`;
  return node instanceof Comment && node.data[0] !== '?' ? `#${node.data}` : '#';
}

/** The structure hash of protocol.ts. */
export function hashNode(node: Node, hash: number = HASH_SEED): number {
  if (!(node instanceof Element)) return hashText(hash, markOf(node as CharacterData));
  hash = hashText(hash, `<${node.localName}`);
  if (node.hasAttribute('noupdate')) return hashText(hash, '!');
  for (let child = node.firstChild; child; child = child.nextSibling) hash = hashNode(child, hash);
  return hashText(hash, '>');
}
