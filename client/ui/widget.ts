import { createElement, rootOf } from '../dom.js';

/**
 * Shows an element of this script beside `<body>`. The page's CSS does not reach into its shadow root, and
 * patches do not know it. Styles are set by CSSOM, which needs no `unsafe-inline`:
 * https://www.w3.org/TR/CSP3/#directive-style-src
 */
export function showWidget(css: string, ...content: Element[]): HTMLElement {
  const host = createElement('issr-widget');
  host.style.cssText = `all:initial;${css}`;
  host.attachShadow({ mode: 'open' }).append(...content);
  rootOf(document).append(host);
  return host;
}
