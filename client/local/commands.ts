import { verbs } from './verbs.js';

/** A verb of `do` or `pending` with its operands. */
export interface Command {
  /** Type of the event that runs it. */
  event: string;
  verb: keyof typeof verbs;
  /** `+a`, `-b`, `~c` of `class`; `name=value` of `attr`. */
  operands: string[];
  /** `''` is the element itself. */
  target: string;
}

const OPERAND = /^([+~-]|[\w:-]+=)/;
const TARGET = /^(|next|closest \S+|[#.]\S+)$/;

/**
 * Parses `do` and `pending`. Nothing in them is evaluated.
 *
 * ```
 * text     = [event ":"] command *(";" [event ":"] command)
 * command  = verb *(SP operand) [SP target]
 * operand  = ("+" / "-" / "~") class / name "=" value *("|" value)
 * target   = "#" id / "." class / "closest" SP selector / "next"
 * ```
 *
 * An event is that of all later commands, too; `click` if none is named.
 *
 * @throws SyntaxError
 */
export function parseCommands(text: string): Command[] {
  let event = 'click';
  return text
    .split(';')
    .map((part) => part.trim())
    .filter(Boolean)
    .map((part) => {
      const [, named, rest = ''] = /^(?:([\w:-]+):\s+)?(.*)$/s.exec(part) ?? [];
      event = named ?? event;
      const [verb = '', ...words] = rest.split(/\s+/);
      const operands: string[] = [];
      while (OPERAND.test(words[0] ?? '')) operands.push(words.shift() as string);
      const target = words.join(' ');
      if (!Object.hasOwn(verbs, verb) || !TARGET.test(target)) throw new SyntaxError(part);
      return { event, verb: verb as Command['verb'], operands, target };
    });
}
