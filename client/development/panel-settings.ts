/** The panel's state, which its browser keeps between pages. */
export interface PanelSettings {
  isOpen: boolean;
  side: 'bottom' | 'right';
  /** Pixels. */
  height: number;
  width: number;
  isHighlighting: boolean;
}

const KEY = 'issr:panel';

const DEFAULTS: PanelSettings = {
  isOpen: false,
  side: 'bottom',
  height: 320,
  width: 420,
  isHighlighting: false,
};

/** @param isOpen for a browser that remembers nothing */
export function loadSettings(isOpen: boolean): PanelSettings {
  const settings = { ...DEFAULTS, isOpen };
  try {
    const saved = Object(JSON.parse(localStorage.getItem(KEY) ?? '{}'));
    for (const name of Object.keys(settings) as (keyof PanelSettings)[])
      if (typeof saved[name] === typeof settings[name]) Object.assign(settings, { [name]: saved[name] });
  } catch {
    // Storage is not allowed, or holds something else.
  }
  return settings;
}

export function saveSettings(settings: PanelSettings): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(settings));
  } catch {}
}
