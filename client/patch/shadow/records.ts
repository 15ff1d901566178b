/** All nodes that the records added or removed, in the order of the changes. */
export function nodesIn(records: MutationRecord[], kind: 'addedNodes' | 'removedNodes'): Node[] {
  return records.flatMap((record) => [...record[kind]]);
}
