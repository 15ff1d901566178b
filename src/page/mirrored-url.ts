import { type Params, pathOf } from './params.js';

/**
 * Returns the URL that mirrors a page's params. The named params are set to the page's values, or removed
 * if the page has none. The rest of the query stays, and so does an address that mirrors them already.
 */
export function mirrorParams(address: string, names: readonly string[], params: Params): string {
  const path = pathOf(address);
  const query = new URLSearchParams(address.slice(path.length));
  let isChanged = false;
  for (const name of names) {
    const values = [params.get(name) ?? []].flat().filter((value) => value !== '');
    const shown = query.getAll(name);
    if (values.length === shown.length && values.every((value, i) => value === shown[i])) continue;
    isChanged = true;
    query.delete(name);
    for (const value of values) query.append(name, value);
  }
  if (!isChanged) return address;
  return query.size === 0 ? path : `${path}?${query}`;
}
