/** JSX types of the ISSR attributes, for `jsxImportSource: preact`. Importing the plugin adds them. */

import type { AllHTMLAttributes, AnnotationXmlMathMLAttributes, HTMLAttributes } from 'preact';
import './jsx-attributes.js';
import './jsx-handlers.js';

/** Every `on…` attribute takes its browser script as text, as in HTML. `{false}` omits it. */
type ScriptAttributes = {
  [Name in keyof GlobalEventHandlers as Lowercase<Name>]?: string | false | null | undefined;
};

/** Any event or list of triggers is allowed. An editor completes the usual ones. */
type Triggers =
  | 'click'
  | 'submit'
  | 'change'
  | 'input 300'
  | 'input throttle 200'
  | 'visible'
  | 'load'
  | 'every 15s'
  | 'key ctrl+s'
  | 'outside'
  | 'off'
  | (string & Record<never, never>);

type ReversibleVerb = 'show' | 'hide' | 'toggle' | 'open' | 'close' | 'class' | 'attr';
type Verb = ReversibleVerb | 'focus' | 'select' | 'copy' | 'submit' | 'reset' | 'scroll';
type Commands<Name extends string> =
  | Name
  | `${Name} ${string}`
  | `${Name};${string}`
  | false
  | null
  | undefined;
type PendingCommands = Commands<ReversibleVerb>;
type LocalCommands = Commands<Verb> | `${string}: ${Verb}${string}`;

// biome-ignore lint/suspicious/noExplicitAny: an author's element has any attributes
type CustomElementAttributes = HTMLAttributes<HTMLElement> & { [attribute: string]: any };

declare module 'preact' {
  // Interfaces merge only if their type parameters have preact's own names.
  interface DOMAttributes<Target extends EventTarget> extends ScriptAttributes {}

  interface HTMLAttributes<RefType extends EventTarget = EventTarget> {
    /** Name of the command that `rr(this)` sends. On a `<form>` the URL, as in HTML. */
    action?: AllHTMLAttributes['action'];
    /** Params that this element sets for its event, as a query: `"page=1&sort=name"`. */
    with?: string | undefined;
    /** Question to ask before the element's command is sent. */
    confirm?: string | undefined;
    /** While an event of this element is unanswered, further ones are dropped. */
    lock?: boolean | string | undefined;
    /** Never updated once it is on the page. It may move, and is removed when the new HTML omits it. */
    noupdate?: boolean | string | undefined;
    /** The server's value replaces what the visitor typed. */
    update?: boolean | string | undefined;
    /** Any element with a `name` and a `value` is a param. */
    name?: AllHTMLAttributes['name'];
    value?: AllHTMLAttributes['value'];
    /** Changes at the element's click, or at another event, that need no server: `"hide #menu; focus #search"`. */
    do?: LocalCommands;
    /** Changes that show while the element's event is unanswered: `"class +liked"`, `"hide closest li"`. */
    pending?: PendingCommands;
    /** Asks for what a click brings when the pointer rests on the element, and shows it at the click without a round trip. `off` opts out of the plugin's option. */
    prefetch?: 'hover' | 'off' | undefined;
    /** The visit that this link or form begins is shown as a View Transition. */
    transition?: boolean | undefined;
    /** Goes along to the next page, if that has the same `id` and this attribute. */
    'data-issr-keep'?: boolean | '' | undefined;
    /** Calls `rr` without inline script: event name and debounce in ms. Example: `"input 300"` */
    'data-rr'?: Triggers | undefined;
  }

  interface DialogHTMLAttributes<T extends EventTarget = HTMLDialogElement> {
    /** With `open`: the dialog is opened as a modal one. */
    modal?: boolean | undefined;
  }

  interface PartialImgHTMLAttributes<T extends EventTarget> {
    /** A click on the image inside a link sends its position. */
    ismap?: boolean | undefined;
  }

  namespace JSX {
    interface IntrinsicElements {
      /** Custom elements, with any attributes beside those of all elements. */
      [name: `${string}-${string}`]: CustomElementAttributes | AnnotationXmlMathMLAttributes<MathMLElement>;
    }
  }
}
