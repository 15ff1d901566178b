import { h, options as preactOptions } from 'preact';
import { renderToString } from 'preact-render-to-string';

/** The texts of an element's tags. */
export interface Tag {
  /** `<p` */
  readonly start: string;
  /** `<p>` */
  readonly bare: string;
  /** `</p>` */
  readonly end: string;
  readonly isVoid: boolean;
}

/** The texts of an attribute. */
export interface Attribute {
  readonly name: string;
  /** ` name`, for `true` and an empty text. */
  readonly bare: string;
  /** ` name="` */
  readonly start: string;
  /** The same two behind the value of another attribute, whose quote is still open. */
  readonly bareBehindValue: string;
  readonly startBehindValue: string;
  /** Booleans are values, as in `draggable="false"`. */
  readonly hasBooleans: boolean;
  /** The name is another one inside `<svg>`. */
  readonly isOtherInSvg: boolean;
  /** The name is the prop's, inside `<svg>` too. */
  readonly isPlain: boolean;
}

/** Returns an attribute whose name is the prop's. */
export function attributeNamed(name: string): Attribute {
  const [bare, start] = [` ${name}`, ` ${name}="`];
  const behindValue = { bareBehindValue: `"${bare}`, startBehindValue: `"${start}` };
  return { name, bare, start, ...behindValue, hasBooleans: false, isOtherInSvg: false, isPlain: true };
}

/** The renderer writes the value of these elsewhere, or tells their children what is around them. An earlier render wrote a `Key`. */
const SPECIAL_TAGS = new Set('foreignObject option select svg textarea'.split(' '));
const SPECIAL_PROPS = new Set(['children', 'dangerouslySetInnerHTML', 'Key']);

/** Names may come from data. More of them are left to the renderer. */
const MAX_NAMES = 1000;

const tags = new Map<string, Tag | null>();
const attributes = new Map<string, Attribute | null>();

let lastType = '';
let lastTag: Tag | null = null;

/** Returns the tags of an element, or null if the renderer has to write it. */
export function tagOf(type: string): Tag | null {
  // Elements beside each other are often of one kind.
  if (type !== lastType) {
    lastTag = tags.get(type) ?? learn(tags, type, learnTag);
    lastType = type;
  }
  return lastTag;
}

/** Returns the attribute of a prop, or null if the renderer has to write it. */
export function attributeOf(prop: string): Attribute | null {
  return attributes.get(prop) ?? learn(attributes, prop, learnAttribute);
}

/** Asks the renderer for a name: its rules are the only ones. */
function learn<Kind>(
  known: Map<string, Kind | null>,
  name: string,
  ask: (name: string) => Kind | null,
): Kind | null {
  if (known.has(name) || known.size === MAX_NAMES) return null;
  const learned = withoutHooks(() => ask(name));
  known.set(name, learned);
  return learned;
}

/** Runs renders that are not of a page, so no hook sees them. */
function withoutHooks<Result>(render: () => Result): Result {
  const options = preactOptions as Record<string, unknown>;
  const hooks = { ...options };
  for (const name in hooks) options[name] = undefined;
  try {
    return render();
  } finally {
    Object.assign(options, hooks);
  }
}

function learnTag(type: string): Tag | null {
  if (SPECIAL_TAGS.has(type) || !/^[a-z][\w.:-]*$/i.test(type)) return null;
  const isVoid = renderToString(h(type, null)).endsWith('/>');
  return { start: `<${type}`, bare: `<${type}>`, end: `</${type}>`, isVoid };
}

function learnAttribute(prop: string): Attribute | null {
  if (SPECIAL_PROPS.has(prop)) return null;
  const write = (value: unknown): string => renderToString(h('b', { [prop]: value } as object));
  const name = /^<b (.+)="x"><\/b>$/.exec(write('x'))?.[1];
  if (name === undefined) return null;
  const inSvg = renderToString(h('svg', null, h('b', { [prop]: 'x' } as object)));
  const isOtherInSvg = !inSvg.includes(` ${name}="x"`);
  return {
    ...attributeNamed(name),
    hasBooleans: write(false) !== '<b></b>',
    isOtherInSvg,
    isPlain: name === prop && !isOtherInSvg,
  };
}
