/** The attributes of ISSR, as JSX types for `jsxImportSource: preact`. Importing the plugin brings them. */

import type { AllHTMLAttributes } from 'preact';

/** Every `on…` attribute with its browser script as text, as in HTML. `{false}` leaves it out. */
type ScriptAttributes = {
  [Name in keyof GlobalEventHandlers as Lowercase<Name>]?: string | false | null | undefined;
};

declare module 'preact' {
  // The parameters' names are preact's own: the interfaces would not merge otherwise.
  interface DOMAttributes<Target extends EventTarget> extends ScriptAttributes {}

  interface HTMLAttributes<RefType extends EventTarget = EventTarget> {
    /** The name of the command that `rr(this)` sends; on a `<form>` its URL, as in HTML. */
    action?: AllHTMLAttributes['action'];
    /** Never updated once it is on the page; it may move, and goes when the new HTML leaves it out. */
    noupdate?: boolean | string | undefined;
    /** The server's value wins over what the visitor has in the field. */
    update?: boolean | string | undefined;
    /** Any element with a `name` and a `value` is a param. */
    name?: AllHTMLAttributes['name'];
    value?: AllHTMLAttributes['value'];
    /** `rr` without inline script: the event, and a debounce in ms. Example: `"input 300"` */
    'data-rr'?: string | undefined;
  }
}
