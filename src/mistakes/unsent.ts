import { readAttributes } from '../html/parse/attributes.js';
import type { Tree } from '../html/parse/tree.js';
import type { Warn } from './warnings.js';

type Attributes = ReadonlyMap<string, string>;

/** Elements that do nothing else when they are clicked. A script of the page may send what others have. */
const BUTTON = /^(button|input|a)$/;
/** `rr()` alone, also among other statements. */
const BARE_RR = /(^|[^\w.$])d?rr\(\s*\)/;
const ANY_RR_OF = /(^|[^\w.$])d?rr\(\s*[^\s)]/;

/** Finds elements whose `action` nothing sends. Is to be given the elements of a page in their order. */
export class UnsentActions {
  readonly #warn: Warn;
  readonly #tree: Tree;
  readonly #declared: ReadonlySet<string>;
  /** The form around, and the first node behind it. */
  #form: Attributes | undefined;
  #formEnd = 0;
  /** The first node behind a fence, `data-rr="off"`. */
  #fenceEnd = 0;

  constructor(warn: Warn, tree: Tree, declared: ReadonlySet<string>) {
    this.#warn = warn;
    this.#tree = tree;
    this.#declared = declared;
  }

  inspect(node: number): void {
    const tree = this.#tree;
    const name = tree.name(node);
    const attributes = readAttributes(tree.html, tree.nameEnd(node));
    if (attributes.get('data-rr') === 'off') this.#fenceEnd = Math.max(this.#fenceEnd, tree.next(node));
    if (node < this.#fenceEnd) return;
    if (node >= this.#formEnd) this.#form = undefined;
    const action = attributes.get('action');
    if (name === 'form') {
      this.#form = attributes;
      this.#formEnd = tree.next(node);
      if (action && this.#declared.has(action))
        this.#report(node, `action of a form is its URL. Write action="?${action}"`);
    } else if (action) {
      const problem = this.#problemOf(name, attributes);
      if (problem) this.#report(node, `nothing sends the action '${action}': ${problem}`);
    }
  }

  #problemOf(name: string, attributes: Attributes): string | undefined {
    const scripts = [...attributes].flatMap(([attribute, text]) => (attribute.startsWith('on') ? text : []));
    if (scripts.some((text) => BARE_RR.test(text)) && !scripts.some((text) => ANY_RR_OF.test(text)))
      return "rr() does not know the element. Write 'rr(this)'";
    const isTriggered = scripts.length > 0 || attributes.has('data-rr') || attributes.has('do');
    if (isTriggered || !BUTTON.test(name) || attributes.has('form')) return undefined;
    if (!isSubmit(name, attributes)) return 'write onclick="rr(this)" or data-rr="click"';
    const form = this.#form;
    if (!form) return 'no form is around it. Write onclick="rr(this)" or data-rr="click"';
    const isSent = form.has('onsubmit') || form.has('data-rr') || isPost(form) || isPost(attributes);
    return isSent ? undefined : 'its form loads a page. Write onsubmit="rr(this)" on the form';
  }

  #report(node: number, problem: string): void {
    this.#warn('ISSR_WARN_UNSENT', `${problem}, in ${this.#tree.startTag(node)}`);
  }
}

function isSubmit(name: string, attributes: Attributes): boolean {
  const type = attributes.get('type')?.toLowerCase();
  if (name === 'button') return type !== 'button' && type !== 'reset';
  return name === 'input' && (type === 'submit' || type === 'image');
}

function isPost(attributes: Attributes): boolean {
  return [attributes.get('method'), attributes.get('formmethod')].some(
    (method) => method?.toLowerCase() === 'post',
  );
}
