import { trusted } from '../../trusted.js';

export const parseDocument = (html: string): Document =>
  new DOMParser().parseFromString(trusted('HTML', html), 'text/html');

/**
 * An inert document loads and shows nothing, and runs no scripts or custom elements. This one makes elements and holds
 * none: an image that is named `createElement` would hide that method of its document.
 */
export const inert = parseDocument('');

/** The document that holds the shadow. */
export const keeper = parseDocument('');
