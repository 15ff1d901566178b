import { randomBytes } from 'node:crypto';
import { HtmlPieces } from '../html/pieces/html-pieces.js';
import { lengthOf, type Part, Piece, textOf } from '../html/pieces/piece.js';
import { PieceRun } from '../html/pieces/piece-run.js';
import type { RenderedVNode } from './vnodes/private-vnodes.js';
import { readyHtmlOf } from './vnodes/ready-html.js';
import type { MemoProps } from './vnodes/template-writer.js';

/** Shorter runs are written to the page's own text. */
const MIN_LENGTH = 4096;

/** Opens a mark. No visitor knows it. */
const MARK = `<!${randomBytes(12).toString('base64url')} `;
const MARKS = new RegExp(`${MARK}(\\d+)>`);

/**
 * The ready HTML that a render leaves out. The renderer writes a mark for each run of `memo` elements, and the run takes
 * the place of its mark afterwards. So the page is a list of pieces of known identity, whose text is not concatenated.
 */
export class MemoRuns {
  readonly #view: object;
  readonly #runs: (readonly Part[])[] = [];

  /** @param view the node that is rendered */
  constructor(view: object) {
    this.#view = view;
  }

  /** Returns the mark of a run, or undefined if a component renders the node to a string of its own. */
  mark(vnode: RenderedVNode, run: readonly Part[]): string | undefined {
    let top = vnode;
    while (top.__?.__) top = top.__;
    return top === this.#view ? `${MARK}${this.#runs.push(run) - 1}>` : undefined;
  }

  /** Puts the runs into the rendered text. */
  fill(html: string): string | HtmlPieces {
    if (this.#runs.length === 0) return html;
    const list: Part[] = [];
    for (const [index, text] of html.split(MARKS).entries()) {
      if (index % 2 === 0) list.push(new Piece(text));
      else for (const part of this.#runs[Number(text)] as Part[]) list.push(part);
    }
    return new HtmlPieces(list);
  }
}

/** The props of a Fragment that stands for one `memo` element, or for several beside each other. */
interface RunProps extends Partial<MemoProps> {
  parts?: readonly Part[];
  tpl?: [string];
}

/** Writes the template of `memo` elements for one render: their HTML, or its mark. One that is a constant has the mark of an earlier render. */
export function writeMemos(vnode: RenderedVNode, runs: MemoRuns | undefined): void {
  const props = vnode.props as RunProps;
  const parts = props.memos ? joinMemos(props.memos) : props.parts;
  if (!parts) return;
  const mark = runs && lengthOf(parts) >= MIN_LENGTH ? runs.mark(vnode, parts) : undefined;
  props.tpl = [mark ?? textOf(parts)];
}

function joinMemos({ children, start, end }: MemoProps['memos']): readonly Part[] {
  const run = new PieceRun();
  for (let index = start; index < end; index++) run.add(readyHtmlOf(children[index] as RenderedVNode));
  return run.parts;
}
