import { createElement } from '../dom.js';

const SVG = 'http://www.w3.org/2000/svg';

const PATHS = {
  highlight: 'M2.5 5.5v-3h3M10.5 2.5h3v3M13.5 10.5v3h-3M5.5 13.5h-3v-3M6 8h4',
  clear: 'M8 2.5a5.5 5.5 0 1 0 .01 0M4.2 4.2l7.6 7.6',
  right: 'M2.5 3.5h11v9h-11zM9.5 3.5v9',
  bottom: 'M2.5 3.5h11v9h-11zM2.5 9.5h11',
  close: 'M4 4l8 8M12 4l-8 8',
};

/** Draws an icon on a grid of 16 pixels. */
export function drawIcon(name: keyof typeof PATHS): Element {
  // A document's own method may be hidden by the page's content.
  const { createElementNS } = Document.prototype;
  const owner = createElement('i').ownerDocument;
  const svg = createElementNS.call(owner, SVG, 'svg');
  const path = createElementNS.call(owner, SVG, 'path');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('aria-hidden', 'true');
  path.setAttribute('d', PATHS[name]);
  svg.append(path);
  return svg;
}
