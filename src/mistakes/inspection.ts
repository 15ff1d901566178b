import { Fragment, isValidElement, options as preactOptions } from 'preact';
import { isPromise } from '../render/vnodes/await.js';
import type { RenderedVNode } from '../render/vnodes/private-vnodes.js';
import { createWarn, type Warn } from './warnings.js';

/** A page is looked at for mistakes when it loads, and at events once within this number of milliseconds. */
const PERIOD = 1000;

/** The mistakes of one route that were logged. */
interface Inspection {
  last: number;
  logged: Set<string>;
  /** Runs of its handler in a row that were slow. */
  slow: number;
}

const inspections = new WeakMap<object, Inspection>();

/** Handlers that are slower, in milliseconds, hold up their page. */
const MAX_HANDLER_TIME = 100;

function inspectionOf(route: object): Inspection {
  const inspection = inspections.get(route) ?? {
    last: Number.NEGATIVE_INFINITY,
    logged: new Set(),
    slow: 0,
  };
  inspections.set(route, inspection);
  return inspection;
}

/** Returns the function to warn with of what a route's pages do. */
export function warnFor(route: object, log: (mistake: string) => void): Warn {
  return createWarn(log, inspectionOf(route).logged);
}

/** Returns it only if a render of this route is due for a look. */
export function warnIfDue(route: object, isDue: boolean, log: (mistake: string) => void): Warn | undefined {
  const inspection = inspectionOf(route);
  const now = performance.now();
  if (!isDue && now - inspection.last < PERIOD) return undefined;
  inspection.last = now;
  return createWarn(log, inspection.logged);
}

/** A handler that returned nothing may answer by `reply` for this number of milliseconds. */
const MAX_ANSWER_TIME = 1000;

/**
 * Runs a handler and warns if it is slow twice in a row: the first run may have to connect to a database. Warns too if it
 * returns nothing and does not answer.
 */
export function inspectHandler<Result>(
  route: object,
  log: (mistake: string) => void,
  run: () => Result,
  isAnswered: () => boolean,
): Result {
  const inspection = inspectionOf(route);
  const started = performance.now();
  const finish = (): void => {
    const time = performance.now() - started;
    inspection.slow = time > MAX_HANDLER_TIME ? inspection.slow + 1 : 0;
    if (inspection.slow !== 2 || inspection.logged.has('slow')) return;
    inspection.logged.add('slow');
    const text = `the handler took ${Math.round(time)} ms, and its page waits: more than ${MAX_HANDLER_TIME} ms is felt`;
    createWarn(log)('ISSR_WARN_SLOW', text);
  };
  const result = run();
  if (result === undefined) {
    const check = () => {
      if (!isAnswered())
        createWarn(log, inspection.logged)(
          'ISSR_WARN_RETURN',
          'the handler returned nothing and has not answered',
        );
    };
    setTimeout(check, MAX_ANSWER_TIME).unref();
  }
  if (result instanceof Promise) result.then(finish, () => {});
  else finish();
  return result;
}

/**
 * Runs the synchronous part of a render and warns of what never reaches the browser: function handlers, components that
 * are none, and objects as content or as values.
 */
export function inspectElements<Result>(warn: Warn, run: () => Result): Result {
  const hooks = preactOptions as { __b?: (vnode: RenderedVNode) => void };
  const before = hooks.__b;
  hooks.__b = (vnode) => {
    if (typeof vnode.type === 'string') {
      warnOfValues(vnode, warn);
      warnOfObjects(vnode, vnode.props.children, warn);
      if (RAW.has(vnode.type)) warnOfEscapes(vnode, warn);
    } else if (typeof vnode.type !== 'function') warnOfComponent(vnode, warn);
    before?.(vnode);
  };
  try {
    return run();
  } finally {
    hooks.__b = before;
  }
}

function warnOfValues(vnode: RenderedVNode, warn: Warn): void {
  const props = vnode.props as Record<string, unknown>;
  for (const name of Object.keys(props)) {
    const value = props[name];
    if (typeof value === 'function' && name.startsWith('on'))
      warn(
        'ISSR_WARN_HANDLER',
        `${name} of ${describeElement(vnode)} is a function, which stays on the server. Write text, as in onclick="rr(this)"`,
      );
    else if (name === 'dangerouslySetInnerHTML' && isNoHtml(value))
      warn('ISSR_WARN_VALUE', `${name} of ${describeElement(vnode)} shows nothing. Write {{ __html: html }}`);
    else if (!OBJECTS.has(name) && isNoText(name, value))
      warn('ISSR_WARN_VALUE', `${name} of ${describeElement(vnode)} is ${describeObject(value)}. Write text`);
  }
}

/** Props whose value may be an object. */
const OBJECTS = new Set(['children', 'dangerouslySetInnerHTML', 'ref']);
/** Attributes for which neither the text of a list nor that of a `Date` makes sense. */
const STRICT = /^(class|className|datetime|dateTime|max|min|style|value)$/;

/** The text of a list, a `Date` or a `URL` makes sense in some attributes. The renderer leaves out functions. */
function isNoText(name: string, value: unknown): value is object {
  if (typeof value === 'function') return true;
  if (typeof value !== 'object' || value === null) return false;
  if (STRICT.test(name) && (Array.isArray(value) || value instanceof Date)) return true;
  return name !== 'style' && String(value).includes('[object ');
}

function isNoHtml(value: unknown): boolean {
  return value !== null && value !== undefined && (value as { __html?: unknown }).__html === undefined;
}

/** Elements in whose text a browser reads no character references. */
const RAW = new Set(['script', 'style']);

function warnOfEscapes(vnode: RenderedVNode, warn: Warn): void {
  const text = [vnode.props.children].flat(5).filter((child) => typeof child === 'string');
  const escaped = /[&<"]/.exec(text.join(''))?.[0];
  if (escaped)
    warn(
      'ISSR_WARN_ESCAPED',
      `${describeElement(vnode)} contains a ${escaped}, which JSX escapes and browsers do not read there. Write dangerouslySetInnerHTML={{ __html: text }}`,
    );
}

/** A component that a module does not export under its imported name is undefined. The renderer writes `<undefined>`. */
function warnOfComponent(vnode: RenderedVNode, warn: Warn): void {
  const type: unknown = vnode.type;
  const value = typeof type === 'object' && type !== null ? describeObject(type) : String(type);
  warn('ISSR_WARN_COMPONENT', `a component${placeOf(vnode)} is ${value}. Check its import`);
}

/** The renderer leaves out each object that is neither an element nor a list, a function too. */
function warnOfObjects(vnode: RenderedVNode, child: unknown, warn: Warn): void {
  if (Array.isArray(child)) for (const one of child) warnOfObjects(vnode, one, warn);
  else if (isLeftOut(child))
    warn(
      'ISSR_WARN_CHILD',
      `${describeElement(vnode)} contains ${describeObject(child)}, which shows nothing. Write text, as in {date.toISOString()}`,
    );
}

function isLeftOut(child: unknown): child is object {
  if (typeof child === 'function') return true;
  return typeof child === 'object' && child !== null && !isValidElement(child) && !isPromise(child);
}

function describeObject(value: object): string {
  const name = typeof value === 'function' ? 'function' : value.constructor?.name;
  return name ? `a value of type ${name}` : 'an object';
}

/** Names an element with the component that made it. */
function describeElement(vnode: RenderedVNode): string {
  return `<${vnode.type}>${placeOf(vnode)}`;
}

/** Names the component that made an element. */
function placeOf({ __: parent }: RenderedVNode): string {
  let name: string | undefined;
  for (let outer = parent; outer && !name; outer = outer.__) name = nameOf(outer.type);
  return name ? ` in <${name}>` : '';
}

/** Returns a component's name. Fragments and components of the plugin have none. */
function nameOf(type: unknown): string | undefined {
  if (typeof type !== 'function' || type === Fragment) return undefined;
  return (type as { displayName?: string }).displayName ?? type.name;
}
