import { createRequire } from 'node:module';
import type { BrowserName, CompatData, Identifier, SimpleSupportStatement } from '@mdn/browser-compat-data';

/** A feature as `@mdn/browser-compat-data` names it: `api.Element.closest`, `css.selectors.modal`. */
export type Feature = string;

/** Oldest version of each browser that must run the client. */
export type Baseline = Partial<Record<BrowserName, number>>;

// Node 20 warns of JSON imports.
const data: CompatData = createRequire(import.meta.url)('@mdn/browser-compat-data');
const { api, css, javascript } = data as unknown as Record<'api' | 'css' | 'javascript', Identifier>;
const builtins = javascript.builtins as Identifier;
const selectors = css.selectors as Identifier;

/** Finds a global, a class or a property of the language or of the browser. */
export function globalFeature(name: string): Feature | undefined {
  return (
    find('api.Window', api.Window, name) ??
    find('api', api, name) ??
    find('javascript.builtins', builtins, name)
  );
}

/** Finds a member of an interface, which TypeScript may call `ReadonlyArray` or `ArrayConstructor`. */
export function memberFeature(owner: string, name: string): Feature | undefined {
  const handler = name.replace(/^on(?=\w)/, '');
  const names = [name, `${name}_static`, ...(handler === name ? [] : [`${handler}_event`])];
  const plain = owner.replace(/^(Readonly|Callable|Newable)(?=[A-Z])|Constructor$/g, '');
  const places: [string, Identifier | undefined][] = [
    [`api.${owner}`, api[owner]],
    [`javascript.builtins.${plain}`, builtins[plain]],
  ];
  for (const [path, place] of places) {
    for (const one of names) {
      const feature = find(path, place, one);
      if (feature) return feature;
    }
  }
  return undefined;
}

/** Finds a pseudo-class or a pseudo-element. */
export const selectorFeature = (name: string): Feature | undefined => find('css.selectors', selectors, name);

function find(path: string, place: Identifier | undefined, name: string): Feature | undefined {
  return place && Object.hasOwn(place, name) ? `${path}.${name}` : undefined;
}

/** Returns the browsers whose baseline lacks a feature, each with the version that has it. */
export function missingFrom(baseline: Baseline, feature: Feature): string[] {
  const found = feature
    .split('.')
    .reduce((place: Identifier, name) => place[name] as Identifier, data as never);
  return Object.entries(baseline).flatMap(([browser, version]) => {
    const support = found.__compat?.support[browser as BrowserName];
    const statements = [support ?? []].flat();
    if (!support || statements.some((one) => hasFeature(one, version))) return [];
    const first = statements.find(({ version_added: added, flags }) => added && !flags)?.version_added;
    return [`${browser} ${first ?? 'never'}`];
  });
}

function hasFeature(statement: SimpleSupportStatement, version: number): boolean {
  const {
    version_added: added,
    version_removed: removed,
    flags,
    prefix,
    alternative_name: other,
  } = statement;
  const isPlain = Boolean(added) && !flags && !prefix && !other;
  return isPlain && numberOf(added) <= version && !(removed && numberOf(removed) <= version);
}

/** Versions of old features are known as an upper limit: `≤79`. */
const numberOf = (version: string | false): number => Number.parseFloat(String(version).replace('≤', ''));
