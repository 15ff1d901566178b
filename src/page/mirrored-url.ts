import { type Params, pathOf } from './params.js';

/**
 * Returns the URL that mirrors a page's params. The named params are set to the page's values, or removed
 * if the page has none. The rest of the query stays.
 */
export function mirrorParams(address: string, names: readonly string[], params: Params): string {
  const path = pathOf(address);
  const query = new URLSearchParams(address.slice(path.length));
  for (const name of names) {
    query.delete(name);
    for (const value of [params.get(name) ?? []].flat()) {
      if (value !== '') query.append(name, value);
    }
  }
  return query.size === 0 ? path : `${path}?${query}`;
}
