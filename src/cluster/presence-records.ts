/** JSON records by page id, by key. */
export type PresenceRecords = Map<string, Map<string, string>>;

/** A record that appeared, changed, or (`null`) went away. */
export type PresenceChange = [key: string, page: string, record: string | null];

/** Sets or deletes one record in a map of keys. */
export function applyChange(keys: PresenceRecords, [key, page, record]: PresenceChange): void {
  const pages = keys.get(key) ?? new Map<string, string>();
  if (record === null) pages.delete(page);
  else pages.set(page, record);
  if (pages.size > 0) keys.set(key, pages);
  else keys.delete(key);
}
