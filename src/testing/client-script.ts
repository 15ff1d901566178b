import type { DOMWindow } from 'jsdom';

/** The built script and its parts, by file name. */
export const CLIENT_SCRIPT = /\/issr(?:-\w+)?\.js$/;

const EXPORTS = /export\{([^}]*)\};?\s*$/;

/** The names that the client script finds in place of the window's own. */
export interface ClientScope {
  window: unknown;
  location: unknown;
  clearTimeout(id: number): void;
  /** Imports a part of the script. */
  load(url: string): Promise<unknown>;
}

/** The property of a window that holds the scope of its client script. */
const SCOPE = Symbol.for('fastify-issr.testing');

export function setScope(window: DOMWindow, scope: ClientScope): void {
  Object.defineProperty(window, SCOPE, { value: scope });
}

/**
 * Makes the built script run in a DOM that has neither modules nor navigation: the script becomes a function whose
 * `import` and `location` are those of its scope. A module part returns its exports.
 */
export function wrapScript(source: string): string {
  const body = source
    .replace(EXPORTS, (_, names: string) => `return{${names.split(',').map(toProperty).join()}}`)
    .replace(/\bimport\(/g, 'issrLoad(');
  const scope = `globalThis[Symbol.for('${SCOPE.description}')]`;
  return `(({window,location,clearTimeout,load})=>((window,location,clearTimeout,issrLoad)=>{${body}\n})(window,location,clearTimeout,load))(${scope})`;
}

/** `a as b` → `b:a` */
function toProperty(name: string): string {
  const [local = '', exported = local] = name.split(' as ');
  return `${exported}:${local}`;
}
