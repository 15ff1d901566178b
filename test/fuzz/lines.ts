import { type DefaultTreeAdapterTypes as P5, parse } from 'parse5';
import { COMMENT_NODE, ELEMENT, KIND, OPAQUE, SEALED, type Tree } from '../../src/html/parse/tree.js';

/** A page as lines, one per node, indented; what is opaque to the scan ends in `…`. */
export function linesOfTree(tree: Tree): string[] {
  const lines: string[] = [];
  const visit = (first: number, end: number, indent: string): void => {
    for (let node = first; node < end; node = tree.next(node)) {
      const bits = tree.bits(node);
      const kind = bits & KIND;
      if (kind !== ELEMENT) {
        lines.push(`${indent}${kind === COMMENT_NODE ? '#' : '"'}${JSON.stringify(tree.text(node))}`);
      } else if (bits & (OPAQUE | SEALED)) lines.push(`${indent}<${tree.name(node)} …`);
      else {
        lines.push(`${indent}<${tree.name(node)}`);
        visit(node + 1, tree.next(node), `${indent} `);
      }
    }
  };
  visit(0, tree.size, '');
  return lines;
}

/** The same of a page as parse5 has it, with the lines under an opaque element of `model` left out. */
export function linesOfPage(html: string, model: string[]): string[] {
  const lines: string[] = [];
  const visit = (node: P5.ChildNode, indent: string): void => {
    if (node.nodeName === '#text') lines.push(`${indent}"${JSON.stringify((node as P5.TextNode).value)}`);
    else if (node.nodeName === '#comment')
      lines.push(`${indent}#${JSON.stringify((node as P5.CommentNode).data)}`);
    else if ('tagName' in node) {
      const opaque = `${indent}<${node.tagName} …`;
      if (model[lines.length] === opaque) return void lines.push(opaque);
      lines.push(`${indent}<${node.tagName}`);
      const parent = 'content' in node ? (node as P5.Template).content : node;
      for (const child of parent.childNodes) visit(child, `${indent} `);
    }
  };
  const root = parse(html).childNodes.find((node) => node.nodeName === 'html');
  if (root) visit(root, '');
  return lines;
}
