import filenamify from 'filenamify';

const MAX_LENGTH = 100;

/**
 * A name that is safe as a file's, on any system: no path, no control character, none that Windows keeps
 * for devices, no dot in front, at most 100 characters. `'../../x'` → `'x'`, `'con'` → `'con_'`.
 */
export function sanitizeName(name: string): string {
  const last = name.slice(-4 * MAX_LENGTH).split(/[\\/]/);
  const safe = filenamify(last.at(-1) ?? '', { replacement: '_', maxLength: MAX_LENGTH });
  // What follows a far-away dot is no ending, and is not shortened.
  return safe.slice(0, MAX_LENGTH).toWellFormed().replace(/^\.+/, '_');
}
