import type { PanelSettings } from '../development/panel-settings.js';
import { create } from './elements.js';

const MIN_SIZE = 160;
/** Pixels for each press of an arrow key. */
const STEP = 24;

/** The edge of the panel, which pointer and arrow keys move. @param onMove called after the size in `settings` changed */
export function createGrip(settings: PanelSettings, onMove: () => void): HTMLElement {
  const grip = create('div', {
    class: 'grip',
    role: 'separator',
    tabindex: '0',
    'aria-label': 'Size of the panel',
  });
  const resize = (size: number): void => {
    const { side } = settings;
    const max = (side === 'right' ? innerWidth : innerHeight) - 40;
    settings[side === 'right' ? 'width' : 'height'] = Math.round(Math.max(MIN_SIZE, Math.min(size, max)));
    onMove();
  };
  grip.onpointerdown = ({ pointerId }) => grip.setPointerCapture(pointerId);
  grip.onpointermove = ({ pointerId, clientX, clientY }) => {
    if (!grip.hasPointerCapture(pointerId)) return;
    resize(settings.side === 'right' ? innerWidth - clientX : innerHeight - clientY);
  };
  grip.onkeydown = (event) => {
    const { side, width, height } = settings;
    const [grow, shrink, size] =
      side === 'right' ? ['ArrowLeft', 'ArrowRight', width] : ['ArrowUp', 'ArrowDown', height];
    if (event.key !== grow && event.key !== shrink) return;
    event.preventDefault();
    resize(size + (event.key === grow ? STEP : -STEP));
  };
  return grip;
}

/** Describes the edge to screen readers. */
export function describeGrip(grip: HTMLElement, { side, width, height }: PanelSettings): void {
  grip.setAttribute('aria-orientation', side === 'right' ? 'vertical' : 'horizontal');
  grip.setAttribute('aria-valuenow', String(side === 'right' ? width : height));
  grip.setAttribute('aria-valuemin', String(MIN_SIZE));
}
