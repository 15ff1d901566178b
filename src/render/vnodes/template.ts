import { Fragment } from 'preact';
import { type Tag, tagOf } from './html-names.js';
import { type KnownTemplates, TemplateRecord } from './known-template.js';
import { currentRender, type Render, type RenderedVNode } from './private-vnodes.js';
import { stepChildren, stepElement } from './template-steps.js';
import {
  beginTemplate,
  dependsOnSvg,
  type Expression,
  endTemplate,
  isInSvg,
  type Visitor,
  type WrittenTemplate,
  writeChildren,
  writeElement,
} from './template-writer.js';

/**
 * The props of precompiled JSX: the renderer writes the texts of `tpl`, with `exprs` between them. It reads an element's
 * type and props first and then the texts, which gives the element its own back. So no code of an author sees it changed,
 * and it may outlive the render.
 */
class Template {
  readonly exprs: readonly Expression[];
  readonly #texts: readonly string[];
  readonly #vnode: RenderedVNode;
  readonly #type: RenderedVNode['type'];
  readonly #props: RenderedVNode['props'];

  constructor(vnode: RenderedVNode, texts: readonly string[], exprs: readonly Expression[]) {
    this.#vnode = vnode;
    this.#type = vnode.type;
    this.#props = vnode.props;
    this.#texts = texts;
    this.exprs = exprs;
  }

  get tpl(): readonly string[] {
    this.#vnode.type = this.#type;
    this.#vnode.props = this.#props;
    return this.#texts;
  }
}

/** A render with the templates of an earlier one. */
export interface RenderInStep extends Render {
  readonly known: KnownTemplates | undefined;
}

/**
 * Makes a template of an element and all in it, which takes less time than rendering it. The renderer keeps what is
 * special: components, and elements that are more than names, values and children.
 *
 * @param vnode an element that the renderer has just reached
 * @param visit called for each element inside
 * @returns false if the renderer has to write the element itself
 */
export function writeTemplate(vnode: RenderedVNode, visit: Visitor): boolean {
  const tag = tagOf(vnode.type as unknown as string);
  if (tag === null) return false;
  const written = write(vnode, tag, visit);
  if (!written) return false;
  const template = new Template(vnode, written.texts, written.exprs);
  vnode.type = Fragment as never;
  vnode.props = template as never;
  return true;
}

/** Writes the template of a Fragment that a component returned. `exprs` are the nodes that the renderer keeps. */
export function writeFragment(vnode: RenderedVNode, visit: Visitor): void {
  const written = write(vnode, undefined, visit);
  vnode.props = { children: vnode.props.children, tpl: written?.texts, exprs: written?.exprs } as never;
}

/**
 * Writes a template, in step with the known one of its place if there is one.
 *
 * @param tag undefined for a Fragment
 */
function write(vnode: RenderedVNode, tag: Tag | undefined, visit: Visitor): WrittenTemplate | undefined {
  const place = (currentRender() as RenderInStep | undefined)?.known?.nextPlace();
  const record = place?.shallRecord() ? new TemplateRecord() : undefined;
  beginTemplate(vnode, visit, record);
  const known = place?.known;
  if (place && known && (known.isInSvg === undefined || known.isInSvg === isInSvg())) {
    const { text, reused } = tag ? stepElement(vnode, known, visit) : stepChildren(vnode, known, visit);
    if (text === undefined) return undefined;
    const written = endTemplate(text);
    place.compared(reused, lengthOf(written.texts));
    return written;
  }
  const text = tag ? writeElement('', tag, vnode) : writeChildren('', vnode);
  if (text === undefined) return undefined;
  const written = endTemplate(text);
  if (place && record) place.known = record.finish(written.texts.join(''), dependsOnSvg());
  return written;
}

function lengthOf(texts: readonly string[]): number {
  let length = 0;
  for (const text of texts) length += text.length;
  return length;
}

/**
 * Gives a node that a template left to the renderer the element around it as its parent, and those around that one theirs:
 * a constant among them may have been rendered in another place since the template was written.
 */
export function placeInTemplate(vnode: RenderedVNode): void {
  const nodes = (vnode.__?.__k as Expression | null | undefined)?.around;
  if (!nodes) return;
  vnode.__ = nodes[0] as RenderedVNode;
  for (let i = 1; i < nodes.length; i++) {
    const inner = nodes[i - 1] as RenderedVNode;
    inner.__ = nodes[i] as RenderedVNode;
    inner.__e = null;
  }
}
