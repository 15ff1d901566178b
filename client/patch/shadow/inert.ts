import { trusted } from '../../trusted.js';

export const parseDocument = (html: string): Document =>
  new DOMParser().parseFromString(trusted('HTML', html), 'text/html');

/**
 * An inert document loads and shows nothing, and runs no scripts or custom elements. This one makes elements and holds
 * none: an image that is named `createElement` would hide that method of its document. It has a doctype, because in
 * quirks mode the parser puts a table into a paragraph.
 */
export const inert = parseDocument('<!doctype html>');

/** The document that holds the shadow. */
export const keeper = parseDocument('');
