import { classesOf, createElement, styleOf } from '../../dom.js';

/** Applies the server's change by token, because scripts and extensions add and remove classes too. */
export function mergeClass(live: Element, old: string, now: string): void {
  const minus = (text: string, other: string): string[] => {
    const others = other.split(/\s+/);
    return text.split(/\s+/).filter((token) => token && !others.includes(token));
  };
  classesOf(live).remove(...minus(old, now));
  classesOf(live).add(...minus(now, old));
}

/** Changes properties, because scripts write here too and a strict Content Security Policy forbids the attribute. */
export function mergeStyle(live: Element, old: string, now: string): void {
  const style = styleOf(live);
  const before = parseStyle(old);
  const after = parseStyle(now);
  // If no script wrote here, the whole text is set: only this is exact for a shorthand with `var()`.
  if (style.cssText === before.cssText) style.cssText = now;
  else {
    for (const name of before) if (!after.getPropertyValue(name)) style.removeProperty(name);
    for (const name of after) {
      const value = after.getPropertyValue(name);
      if (value !== before.getPropertyValue(name))
        style.setProperty(name, value, after.getPropertyPriority(name));
    }
  }
}

function parseStyle(text: string): CSSStyleDeclaration {
  const { style } = createElement('i');
  style.cssText = text;
  return style;
}
