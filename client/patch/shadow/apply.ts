import type { Instruction, Path, Verb } from '../../../src/protocol.js';
import { core } from '../../core.js';
import { morph } from './morph.js';
import { childAt, parseInside, parsePage, resolve } from './parse.js';
import { parseAttribute } from './parse-element.js';

type Operands<V extends Verb> =
  Extract<Instruction, [V, ...unknown[]]> extends [V, Path, ...infer Rest] ? Rest : never;

/** Verb → change of the shadow. */
const verbs: {
  [V in Exclude<Verb, 'h'>]: (node: Element & CharacterData, ...operands: Operands<V>) => void;
} = {
  s(element, ...pairs) {
    for (let i = 0; i < pairs.length; i += 2) {
      const attribute = parseAttribute(element, pairs[i] as string);
      const value = pairs[i + 1] as string | null;
      if (value === null) element.removeAttributeNS(attribute.namespaceURI, attribute.localName);
      else {
        attribute.value = value;
        core.copyAttribute(element, attribute);
      }
    }
  },
  t(text, data) {
    text.data = data;
  },
  c(text, start, deleted, inserted) {
    text.replaceData(start, deleted, inserted);
  },
  i(parent, index, html) {
    const before = parent.childNodes[index] ?? null;
    for (const node of parseInside(parent, html)) parent.insertBefore(node, before);
  },
  r(parent, index, count = 1) {
    for (let i = 0; i < count; i++) parent.removeChild(childAt(parent, index));
  },
  m(parent, ...positions) {
    for (let i = 0; i < positions.length; i += 2) {
      const node = parent.removeChild(childAt(parent, positions[i] as number));
      parent.insertBefore(node, parent.childNodes[positions[i + 1] as number] ?? null);
    }
  },
};

/** Applies one instruction to the shadow. Throws if its path leads nowhere. */
export function apply(root: Element, [verb, path, ...operands]: Instruction): void {
  const node = resolve(root, path);
  if (!node) return;
  if (verb === 'h') morphTo(node as Element, operands[0] as string);
  // The table's types say which operands a verb has; TypeScript cannot follow that through a union.
  else (verbs[verb] as (node: Node, ...operands: unknown[]) => void)(node, ...operands);
}

function morphTo(element: Element, html: string): void {
  const parent = element.parentElement;
  const after = parent
    ? parseInside(parent, html).find(
        (node) => node instanceof Element && node.localName === element.localName,
      )
    : parsePage(html);
  if (after) morph(element, after as Element);
  else element.replaceWith(...parseInside(parent as Element, html));
}
