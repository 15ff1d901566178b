import { rootOf } from '../dom.js';

/**
 * Shows something of our own beside `<body>`: in a shadow root, so that the page's CSS does not reach it,
 * and on the live page only, so that no patch does. Styles are set by CSSOM, which needs no `unsafe-inline`:
 * https://www.w3.org/TR/CSP3/#directive-style-src
 */
export function showWidget(css: string, ...content: Element[]): HTMLElement {
  const host = document.createElement('issr-widget');
  host.style.cssText = `all:initial;${css}`;
  host.attachShadow({ mode: 'open' }).append(...content);
  rootOf(document).append(host);
  return host;
}
