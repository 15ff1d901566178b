import { showWidget } from './widget.js';

/** Draws the bar of a pending answer. A part of the script, fetched with the first event. */
export function drawProgressBar(): Element {
  const line = document.createElement('div');
  line.style.cssText = 'height:3px;width:40%;background:#2f7ff5';
  const bar = showWidget(
    'position:fixed;inset:0 0 auto;overflow:hidden;pointer-events:none;z-index:2147483647',
    line,
  );
  line.animate(
    { transform: ['translateX(-100%)', 'translateX(250%)'] },
    { duration: 1200, iterations: Infinity },
  );
  return bar;
}
