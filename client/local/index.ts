/**
 * The part of the script for what needs no server: `do`, `pending` and `rr.restore`. It is loaded by pages that use one
 * of them. Its modules must be stateless where the script has copies of them.
 */

import { closest, getAttribute, isConnected, select } from '../dom.js';
import type { RestoreTools } from '../late.js';
import { report } from '../ui/console.js';
import { type Command, parseCommands } from './commands.js';
import { createOpenings } from './openings.js';
import { restore } from './restore.js';
import { isOpened, type SetOpen, setOpen, type Undo, verbs } from './verbs.js';

/** Functions with state, and the patcher, that this part gets from the script. */
export interface LocalTools {
  patcher: {
    /** The shadow. */
    root: Element;
    prepare(): Promise<unknown> | undefined;
    restore(job: (root: Element, tools: RestoreTools) => void): void;
  };
  /** The asking elements of all unanswered events, in order. */
  askers(): Iterable<Element>;
  /** Announces events that the browser will fire for a change. */
  expectEvents(target: Element, ...types: string[]): void;
}

/** Runs `do`, and shows what `pending` says of unanswered events, on the live page only. */
export interface LocalBehaviour {
  /** Takes `pending` back, before the server's changes apply. What it opened stays open: patches leave that alone. */
  hide(): void;
  /** Shows it again for the events that are unanswered now. */
  show(): void;
  /** Runs the commands of an event. Skips elements that are no longer on the page. */
  run(type: string, elements: Element[]): void;
  /** Makes a live element what the server last sent. */
  restore(element: Element): Promise<void>;
}

/** The verbs that can be taken back, among all verbs. */
const REVERSIBLE = /show|hide|toggle|open|close|class|attr/;

/** Starts the part. */
export function startLocal({ patcher, askers, expectEvents }: LocalTools): LocalBehaviour {
  const undos: Undo[] = [];
  const openings = createOpenings(patcher.root, (target, isOpen) => {
    if (isOpened(target) !== isOpen) expectEvents(target, 'close', 'toggle');
    attempt('pending', () => setOpen(target, isOpen));
  });

  const hide = (): void => {
    for (const undo of undos.splice(0).reverse()) attempt('pending', undo);
  };

  const show = (): void => {
    hide();
    for (const element of askers()) {
      if (!isConnected(element)) continue;
      for (const command of read(element, 'pending'))
        undos.push(...(attempt('pending', () => run(command, element, openings.add)) ?? []));
    }
    openings.show();
    // Reports a wrong text before anyone clicks.
    for (const element of select('[do]')) read(element, 'do');
  };

  show();
  return {
    hide,
    show,
    run: runAll,
    async restore(element) {
      await patcher.prepare();
      hide();
      patcher.restore((root, tools) => restore(root, element, tools));
      show();
    },
  };
}

/** Returns the commands of an attribute; none inside a fence, or if the text is not of the grammar. */
function read(element: Element, attribute: 'do' | 'pending'): Command[] {
  const text = getAttribute(element, attribute);
  if (!text || closest(element, '[data-rr=off]')) return [];
  const parse = (): Command[] => {
    const commands = parseCommands(text);
    for (const { verb } of commands)
      if (attribute === 'pending' && !REVERSIBLE.test(verb)) throw new SyntaxError(verb);
    return commands;
  };
  return attempt(`${attribute}="${text}"`, parse) ?? [];
}

function runAll(type: string, elements: Element[]): void {
  for (const element of elements) {
    if (!isConnected(element)) continue;
    for (const command of read(element, 'do'))
      if (command.event === type) attempt('do', () => run(command, element, setOpen));
  }
}

/** Reports what fails: the event of an element is sent whatever its attributes say. */
function attempt<Result>(cause: string, run: () => Result): Result | undefined {
  try {
    return run();
  } catch (error) {
    report('ISSR_DO', 'page author', cause, error);
    return undefined;
  }
}

function run({ verb, operands, target }: Command, element: Element, setOpen: SetOpen): Undo[] {
  return targetsOf(element, target).flatMap((one) => verbs[verb](one, operands, setOpen) ?? []);
}

function targetsOf(element: Element, target: string): Element[] {
  if (target === '') return [element];
  const [, around] = /^closest (.+)/.exec(target) ?? [];
  if (around || target === 'next')
    return [(around ? closest(element, around) : element.nextElementSibling) ?? []].flat();
  // `#17` and `.md:flex` name an id and a class, but are not selectors.
  return [...select(`[${target[0] === '#' ? 'id' : 'class~'}=${JSON.stringify(target.slice(1))}]`)];
}
