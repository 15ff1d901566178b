import { core } from '../../core.js';
import { parseAttribute } from './parse-element.js';
import { noteRoots } from './roots.js';

/** Elements whose content is text for every parser. `<noframes>` may stand in `<head>` too. */
const STAND_INS = ['noframes', 'noembed', 'iframe', 'xmp'];
/** The content of the page cannot write it, because it does not know it. */
const MARK = `issr${Math.random().toString(36).slice(2)}-`;
const MARKED = new RegExp(`\\w+/${MARK}(noscript)`, 'gi');

/** Parses HTML that may hold `<noscript>` or declarative shadow roots. */
export function parseSpecial<Root extends Node & ParentNode>(
  html: string,
  parse: (html: string) => Root,
): Root {
  const parsePlain = (text: string): Root => {
    const root = parse(text);
    noteRoots(root);
    core.makePlain(root);
    return root;
  };
  return /<noscript/i.test(html) ? parseNoscript(html, parsePlain) : parsePlain(html);
}

/**
 * Parses HTML as a browser with scripting does, though the parser of an inert document works without: then the content
 * of `<noscript>` would be elements, and not text. Each `<noscript` is written as another element with that content.
 * The parser finds out which are tags; the others are parts of texts and attributes, and are written back.
 *
 * @param parse returns a tree of plain elements (shadow.ts)
 */
function parseNoscript<Root extends Node & ParentNode>(html: string, parse: (html: string) => Root): Root {
  let written = 0;
  const write = (_: string, start: string, original: string): string => {
    written++;
    return `${start}${name}/${MARK}${original}`;
  };
  // If the page has them all: behind `<plaintext>` everything is text.
  const name = STAND_INS.find((one) => !new RegExp(`</${one}`, 'i').test(html)) ?? 'plaintext';
  const root = parse(html.replace(/(<\/?)(noscript)(?=[\s/>])/gi, write));
  if (!written) return root;
  for (const element of root.querySelectorAll(`[${MARK}noscript]`)) {
    if (element.localName === name) written -= replaceTag(element);
    else restoreName(element, name);
  }
  if (written) restoreTexts(root);
  return root;
}

/** Returns the number of tags. */
function replaceTag(standIn: Element): number {
  const element = core.inert.createElementNS(standIn.namespaceURI, 'noscript');
  standIn.removeAttribute(`${MARK}noscript`);
  for (const attribute of standIn.attributes) core.copyAttribute(element, attribute);
  standIn.replaceWith(element);
  return 2;
}

/** Restores the name of an attribute, as in `<a <noscript>`. */
function restoreName(element: Element, name: string): void {
  const mark = element.getAttributeNode(`${MARK}noscript`) as Attr;
  const before = element.attributes[[...element.attributes].indexOf(mark) - 1] as Attr;
  const attribute = parseAttribute(element, before.name.replace(name, 'noscript'));
  attribute.value = mark.value;
  for (const wrong of [before, mark]) element.removeAttributeNode(wrong);
  element.setAttributeNode(attribute);
}

function restoreTexts(root: Node): void {
  const nodes = core.inert.createNodeIterator(root);
  for (let node = nodes.nextNode(); node; node = nodes.nextNode()) {
    for (const holder of node instanceof Element ? node.attributes : [node]) {
      const text = holder.nodeValue?.replace(MARKED, '$1');
      if (text !== undefined && text !== holder.nodeValue) holder.nodeValue = text;
    }
  }
}
