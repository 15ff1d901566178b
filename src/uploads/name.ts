import filenamify from 'filenamify';

const MAX_LENGTH = 100;

/**
 * Makes a browser's file name safe on every system: without path, control characters, leading dots and the names
 * that Windows reserves for devices, at most 100 characters long. `'../../x'` → `'x'`, `'con'` → `'con_'`.
 */
export function sanitizeName(name: string): string {
  const last = name.slice(-4 * MAX_LENGTH).split(/[\\/]/);
  const safe = filenamify(last.at(-1) ?? '', { replacement: '_', maxLength: MAX_LENGTH });
  // filenamify keeps a long text after the last dot as an extension, so its result can exceed the limit.
  return safe.slice(0, MAX_LENGTH).toWellFormed().replace(/^\.+/, '_');
}
