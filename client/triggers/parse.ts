/** A trigger of `data-rr` that more belongs to than the name of an event and a delay. */
export interface Trigger {
  /** The trigger's own text: names it among those of its element. */
  text: string;
  /** A DOM event, or `visible`, `load`, `every`, `key`, `outside`. */
  type: string;
  /** `15s` of `every`, `ctrl+s` of `key`. */
  operand: string;
  /** Milliseconds. */
  delay?: number;
  throttle?: number;
  isOnce: boolean;
}

/** `'input throttle 200'` → `{ type: 'input', throttle: 200 }` */
export function parseTrigger(text: string): Trigger {
  const [type = '', ...words] = text.split(/\s+/);
  const operand = /^(every|key)$/.test(type) ? (words.shift() ?? '') : '';
  const throttled = words.indexOf('throttle');
  const numberAt = (i: number): number | undefined => (words[i] === undefined ? undefined : Number(words[i]));
  const delay = words.findIndex((word, i) => /^\d+$/.test(word) && words[i - 1] !== 'throttle');
  return {
    text,
    type,
    operand,
    delay: numberAt(delay),
    throttle: throttled < 0 ? undefined : numberAt(throttled + 1),
    isOnce: type === 'load' || words.includes('once'),
  };
}

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000 };

/** `'15s'` → 15,000. Returns undefined for another text. */
export function millisecondsOf(text: string): number | undefined {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text) ?? [];
  return number === undefined ? undefined : Number(number) * (UNITS[unit] ?? 0) || undefined;
}

/** Returns true if a key event is that of a text such as `ctrl+s`, `escape` or `?`. */
export function isKey(text: string, event: KeyboardEvent): boolean {
  const names = text.toLowerCase().split(/\+(?=.)/);
  const key = names.pop() ?? '';
  const isPressed = event.key.toLowerCase() === (key === 'space' ? ' ' : key);
  // A character such as `?` needs shift on some keyboards only.
  const isShifted = key.length === 1 || event.shiftKey === names.includes('shift');
  const areHeld = (['ctrl', 'alt', 'meta'] as const).every(
    (name) => event[`${name}Key`] === names.includes(name),
  );
  return isPressed && areHeld && isShifted && (!names.includes('shift') || event.shiftKey);
}
