import { createElement } from '../dom.js';
import { showWidget } from './widget.js';

const DELAY = 400;

let timer = 0;
let bar: Element | undefined;

/** Shows a bar while an answer is due for long. A part of the script, fetched with the first event. */
export function showProgressBar(isWaiting: boolean): void {
  if (!isWaiting) {
    clearTimeout(timer);
    timer = 0;
    bar?.remove();
    bar = undefined;
  } else if (!timer) {
    timer = window.setTimeout(() => {
      bar = draw();
    }, DELAY);
  }
}

function draw(): Element {
  const line = createElement('div');
  line.style.cssText = 'height:3px;width:40%;background:#2f7ff5';
  const host = showWidget(
    'position:fixed;inset:0 0 auto;overflow:hidden;pointer-events:none;z-index:2147483647',
    line,
  );
  line.animate(
    { transform: ['translateX(-100%)', 'translateX(250%)'] },
    { duration: 1200, iterations: Infinity },
  );
  return host;
}
