import assert from 'node:assert/strict';
import { type DefaultTreeAdapterTypes as P5, parse, parseFragment, serializeOuter } from 'parse5';
import type { Instruction, Path } from '../../src/protocol.js';

/** Applies instructions as the client's shadow does, on the tree of another parser. */
export class ModelShadow {
  readonly #root: P5.Element;

  constructor(html: string) {
    this.#root = parse(html).childNodes.find((node) => node.nodeName === 'html') as P5.Element;
  }

  apply(instructions: Instruction[]): void {
    for (const instruction of instructions) this.#carryOut(instruction);
  }

  #at(path: Path): P5.ChildNode {
    let node: P5.ChildNode = this.#root;
    for (const index of path) {
      const child: P5.ChildNode | undefined = childrenOf(node)[index];
      assert.ok(child, `no node at ${path}`);
      node = child;
    }
    return node;
  }

  #carryOut(instruction: Instruction): void {
    const node = this.#at(instruction[1]);
    switch (instruction[0]) {
      case 's':
        return setAttributes(node as P5.Element, instruction.slice(2) as (string | null)[]);
      case 't':
        return setText(node, () => instruction[2]);
      case 'c': {
        const [, , start, deleted, inserted] = instruction;
        return setText(node, (text) => text.slice(0, start) + inserted + text.slice(start + deleted));
      }
      case 'i':
        return this.#insert(node as P5.Element, instruction[2], instruction[3]);
      case 'r': {
        const [, , index, count = 1] = instruction;
        assert.equal(childrenOf(node).splice(index, count).length, count);
        return;
      }
      case 'm':
        return move(childrenOf(node), instruction.slice(2) as number[]);
      case 'h':
        return this.#morph(instruction[1], instruction[2]);
    }
  }

  #insert(parent: P5.Element, index: number, html: string): void {
    assert.ok(index <= childrenOf(parent).length);
    childrenOf(parent).splice(index, 0, ...fragment(parent, html));
  }

  #morph(path: Path, html: string): void {
    const parent = this.#at(path.slice(0, -1)) as P5.Element;
    const nodes = fragment(parent, html);
    assert.equal(nodes.length, 1, `one element: ${html}`);
    childrenOf(parent).splice(path.at(-1) as number, 1, ...nodes);
  }

  /** Its HTML, from `<html>` on. */
  html(): string {
    return serializeOuter(this.#root);
  }

  lines(): string[] {
    return linesOf(this.#root, '');
  }
}

function childrenOf(node: P5.Node): P5.ChildNode[] {
  if ('content' in node) return (node as P5.Template).content.childNodes;
  return (node as P5.Element).childNodes;
}

function fragment(parent: P5.Element, html: string): P5.ChildNode[] {
  return parseFragment(parent, html, {}).childNodes;
}

function setAttributes(element: P5.Element, changes: (string | null)[]): void {
  for (let i = 0; i < changes.length; i += 2) {
    const name = changes[i] as string;
    const value = changes[i + 1] as string | null;
    element.attrs = element.attrs.filter((attribute) => fullName(attribute) !== name);
    if (value !== null) element.attrs.push({ name, value });
  }
}

function setText(node: P5.ChildNode, change: (text: string) => string): void {
  if (node.nodeName === '#comment') (node as P5.CommentNode).data = change((node as P5.CommentNode).data);
  else (node as P5.TextNode).value = change((node as P5.TextNode).value);
}

function move(children: P5.ChildNode[], moves: number[]): void {
  for (let i = 0; i < moves.length; i += 2) {
    const moved = children.splice(moves[i] as number, 1);
    assert.equal(moved.length, 1);
    assert.ok((moves[i + 1] as number) <= children.length);
    children.splice(moves[i + 1] as number, 0, ...moved);
  }
}

function fullName({ name, prefix }: { name: string; prefix?: string }): string {
  return prefix ? `${prefix}:${name}` : name;
}

/** A tree as lines, one per node, with the attributes in order of their names; nonces do not count. */
function linesOf(node: P5.ChildNode, indent: string): string[] {
  if (node.nodeName === '#text') return [`${indent}"${JSON.stringify((node as P5.TextNode).value)}`];
  if (node.nodeName === '#comment') return [`${indent}#${JSON.stringify((node as P5.CommentNode).data)}`];
  const element = node as P5.Element;
  const attributes = element.attrs
    .filter(({ name }) => name !== 'nonce')
    .map((attribute) => `${fullName(attribute)}=${JSON.stringify(attribute.value)}`);
  const line = [`${indent}<${element.namespaceURI.slice(-4)} ${element.tagName}`, ...attributes.sort()].join(
    ' ',
  );
  return [line, ...childrenOf(element).flatMap((child) => linesOf(child, `${indent} `))];
}
