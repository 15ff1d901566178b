import { h, options as preactOptions } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { isStateful } from './keys.js';
import type { RenderedVNode } from './private-vnodes.js';

/** The texts of an element's tags. */
export interface Tag {
  readonly type: string;
  /** `<p` */
  readonly start: string;
  /** `<p>` */
  readonly bare: string;
  /** `</p>` */
  readonly end: string;
  readonly isVoid: boolean;
  readonly isStateful: boolean;
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
  /** The value for `true`: empty, or a word as in `draggable="true"`. */
  readonly whenTrue: string;
  /** The value for `false`. Undefined leaves the attribute out. */
  readonly whenFalse: string | undefined;
  /** The name is another one inside `<svg>`. */
  readonly isOtherInSvg: boolean;
  /** The name is the prop's, inside `<svg>` too. */
  readonly isPlain: boolean;
}

/** Returns an attribute whose name is the prop's. */
export function attributeNamed(name: string): Attribute {
  const [bare, start] = [` ${name}`, ` ${name}="`];
  const behindValue = { bareBehindValue: `"${bare}`, startBehindValue: `"${start}` };
  return {
    name,
    bare,
    start,
    ...behindValue,
    whenTrue: '',
    whenFalse: undefined,
    isOtherInSvg: false,
    isPlain: true,
  };
}

/** The renderer writes the value of these elsewhere, or tells their children what is around them. An earlier render wrote a `Key`. */
const SPECIAL_TAGS = new Set('foreignObject option select svg textarea'.split(' '));
const SPECIAL_PROPS = new Set(['children', 'dangerouslySetInnerHTML', 'Key']);

/**
 * Values of `false` where the renderer has another one. It leaves out the first three, which then inherit from the element
 * around them, and writes the last, which would then count as set.
 */
const FALSE_VALUES = new Map([
  ['contenteditable', 'false'],
  ['contentEditable', 'false'],
  ['translate', 'no'],
  ['data-issr-keep', undefined],
]);

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

/** Gives the renderer the values of an element's `false` that it would not write. */
export function writeFalse(vnode: RenderedVNode): void {
  const props = vnode.props as Record<string, unknown>;
  for (const [name, value] of FALSE_VALUES)
    if (props[name] === false) vnode.props = { ...vnode.props, [name]: value } as never;
}

function learnTag(type: string): Tag | null {
  if (SPECIAL_TAGS.has(type) || !/^[a-z][\w.:-]*$/i.test(type)) return null;
  const isVoid = renderToString(h(type, null)).endsWith('/>');
  return {
    type,
    start: `<${type}`,
    bare: `<${type}>`,
    end: `</${type}>`,
    isVoid,
    isStateful: isStateful(type),
  };
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
    whenTrue: write(true).endsWith('="true"></b>') ? 'true' : '',
    whenFalse: FALSE_VALUES.has(prop)
      ? FALSE_VALUES.get(prop)
      : write(false) === '<b></b>'
        ? undefined
        : 'false',
    isOtherInSvg,
    isPlain: name === prop && !isOtherInSvg,
  };
}
