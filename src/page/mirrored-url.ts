import { type Params, pathOf } from './params.js';

/**
 * The address that mirrors a page's params: those named are set to what the page has, or taken out
 * where it has nothing; whatever else the query says stays.
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
