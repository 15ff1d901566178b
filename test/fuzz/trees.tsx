import { Component, type ComponentChildren, createContext, Fragment, h, type JSX, type VNode } from 'preact';
import { useContext, useId, useMemo, useState } from 'preact/hooks';
import { memo } from '../../src/index.js';
import type { Random } from './random.js';

const Depth = createContext('none');

function Hooked({ children }: { children?: ComponentChildren }) {
  const [count, setCount] = useState(0);
  if (count < 2) setCount(count + 1);
  const text = useMemo(() => `count ${count}`, [count]);
  return (
    <label for={useId()} title={useContext(Depth)}>
      {text}
      {children}
    </label>
  );
}

class Stateful extends Component<{ children?: ComponentChildren }, { name: string }> {
  override state = { name: 'class' };
  static override getDerivedStateFromProps = () => ({ name: 'derived' });
  override render() {
    return (
      <section class={this.state.name} id={`s-${this.props.children === undefined}`}>
        {this.props.children}
      </section>
    );
  }
}

const Pass = ({ children }: { children?: ComponentChildren }) => <>{children}</>;
const List = ({ children }: { children?: ComponentChildren }) =>
  [<hr />, children, 'text'] as unknown as JSX.Element;
const Nothing = () => null;
const Deeper = ({ children }: { children?: ComponentChildren }) => (
  <Depth.Provider value="deep">
    <div {...{ tabIndex: 0 }}>{children}</div>
  </Depth.Provider>
);
const Suspending = (() => {
  const ready = new WeakSet<object>();
  return function Suspending(this: object, { children, by }: { children?: ComponentChildren; by: object }) {
    if (!ready.has(by)) throw Promise.resolve().then(() => ready.add(by));
    return <p>{children}</p>;
  };
})();

/** Returns a value, or a promise of it. */
type Later = <Value>(value: Value) => Value;

interface LaterProps {
  children?: ComponentChildren;
  later: Later;
}

const Row = ({ text, by: _by }: { text: string; by: object }) => (
  <li title={text}>
    <b>{text}</b>
  </li>
);
const MemoRow = memo(({ text }: { text: string }) => <Row text={text} by={{}} />);
const rowsOf = (later: Later) => {
  const Element = later === asItIs ? Row : (MemoRow as typeof Row);
  return ['a', 'b', '<c>'].map((text, index) => <Element key={index} text={text} by={{}} />);
};

class Listed extends Component<LaterProps> {
  override render() {
    const { children, later } = this.props;
    return [<hr />, later(children), [later(<Hooked>{children}</Hooked>)]] as unknown as JSX.Element;
  }
}
class Fragmented extends Component<LaterProps> {
  override render = () => (
    <>
      {this.props.later('text')}
      {rowsOf(this.props.later)}
      {this.props.children}
    </>
  );
}
class Returned extends Component<LaterProps> {
  override render() {
    return this.props.later(this.props.children) as JSX.Element;
  }
}

/** Components that return what is awaited. */
const RETURNING = [
  Listed,
  Fragmented,
  Returned,
  ({ children, later }: LaterProps) => later(<p>{children}</p>),
  ({ children, later }: LaterProps) => later([rowsOf(later), children, <hr />]),
  ({ children, later }: LaterProps) => (
    <>
      {[later(children), [later('<text>')]]}
      <Hooked />
      <>{later(<hr />)}</>
      <Fragment key="keyed">{later(children)}</Fragment>
    </>
  ),
  ({ children, later }: LaterProps) => <Fragment key="keyed">{[later(children), rowsOf(later)]}</Fragment>,
  ({ children, later }: LaterProps) => (
    <Depth.Provider value="later">{later([<Hooked />, children])}</Depth.Provider>
  ),
  ({ children, later }: LaterProps) => (
    <Depth.Consumer>{(depth) => [depth, later(children)] as unknown as JSX.Element}</Depth.Consumer>
  ),
  ({ later }: LaterProps) => <ul>{[rowsOf(later), later(null), rowsOf(later)]}</ul>,
  Row,
];

export const asItIs: Later = (value) => value;

const COMPONENTS = [Hooked, Stateful, Pass, List, Nothing, Deeper, Fragment];
const TAGS = (
  'a b br button col div foreignObject form g hr img input li math option optgroup p path select span svg table td ' +
  'textarea ul x-element Upper xlink:a'
).split(' ');
const NAMES = (
  'action aria-busy aria-label autoComplete checked class className clipPath colSpan crossOrigin data-x ' +
  'defaultChecked defaultValue disabled draggable for hidden href htmlFor id maxLength name onclick selected spellcheck ' +
  'strokeWidth style tabIndex title value viewBox xlinkHref xmlLang data:y k_9 "bad on>x dangerouslySetInnerHTML'
).split(' ');
const TEXTS = [
  '',
  'a',
  'x & y',
  '<b>',
  '"quoted" text that is longer than others',
  "it's",
  '\u00e9\u20ac',
  '1',
  '\n',
  '&amp;',
];

/** A constant of a module, with a component in it. */
const CONSTANT = (
  <p class="constant">
    <Hooked>
      <i>1</i>
    </Hooked>
    <b>
      <Pass>2</Pass>
    </b>
  </p>
);

function valueFrom(random: Random): unknown {
  switch (random.below(14)) {
    case 0:
      return true;
    case 1:
      return false;
    case 2:
      return null;
    case 3:
      return undefined;
    case 4:
      return random.below(3) - 1;
    case 5:
      return random.pick([0.5, Number.NaN, -0, 12345678901n, 1e21]);
    case 6:
      return random.pick([{ color: 'red', marginTop: 3 }, { __html: '<u>raw</u>' }, ['x', 'y'], new Date(0)]);
    case 7:
      return () => 'called';
    default:
      return random.pick(TEXTS);
  }
}

function propsFrom(random: Random): Record<string, unknown> {
  const props: Record<string, unknown> = {};
  for (let count = random.below(4); count > 0; count--) props[random.pick(NAMES)] = valueFrom(random);
  return props;
}

/** A tree of JSX, the same for the same seed. */
export class TreeMaker {
  readonly #random: Random;
  readonly #canSuspend: boolean;
  readonly #later: Later | undefined;
  readonly #made: VNode[] = [];

  /** @param later called for children and results of components that may be promises. Without it there are none */
  constructor(random: Random, canSuspend: boolean, later?: Later) {
    this.#random = random;
    this.#canSuspend = canSuspend;
    this.#later = later;
  }

  element(depth = 5): VNode {
    const random = this.#random;
    // The same element in another place.
    if (this.#made.length > 0 && random.chance(0.03)) return random.pick(this.#made);
    if (random.chance(0.03)) return CONSTANT;
    const props = random.chance(0.3) ? { key: random.below(9) } : {};
    const element = random.chance(0.25)
      ? h(
          this.#component() as never,
          { ...props, ...this.#componentProps() } as never,
          ...this.#children(depth),
        )
      : this.#html(random.pick(TAGS), props, depth);
    if (random.chance(0.2)) this.#made.push(element);
    return element;
  }

  #html(tag: string, props: object, depth: number): VNode {
    const random = this.#random;
    const all = { ...propsFrom(random), ...props } as { value?: unknown };
    if (tag === 'option' || tag === 'select') all.value = random.pick(['a', '1', 1]);
    return h(tag, all as never, ...this.#children(depth));
  }

  #componentProps(): object {
    return { by: {}, later: this.#later, text: this.#random.pick(TEXTS) };
  }

  #component(): unknown {
    if (this.#later && this.#random.chance(0.5)) return this.#random.pick(RETURNING);
    return this.#canSuspend && this.#random.chance(0.2) ? Suspending : this.#random.pick(COMPONENTS);
  }

  #children(depth: number): ComponentChildren[] {
    if (depth === 0) return [];
    if (this.#later && this.#random.chance(0.1)) {
      const child = this.#child(depth - 1);
      // An element with one of these has no children for the renderer.
      const isNone = child == null || typeof child === 'boolean' || typeof child === 'function';
      return [isNone ? child : this.#later(child)];
    }
    return Array.from({ length: this.#random.below(4) }, () => this.#child(depth - 1));
  }

  #child(depth: number): ComponentChildren {
    const random = this.#random;
    switch (random.below(9)) {
      case 0:
        return random.pick(TEXTS);
      case 1:
        return random.pick([0, 1.5, -1, 7n, Number.NaN]);
      case 2:
        return random.pick([null, undefined, true, false, (() => 'called') as never, {} as never]);
      case 3:
        return this.#children(depth);
      default:
        return this.element(depth);
    }
  }
}
