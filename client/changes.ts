import type { AttributeChange } from './attributes.js';

/** What a patch changed in the shadow, each thing once. */
export interface Changes {
  attributes: Map<Element, Map<string, AttributeChange>>;
  texts: Set<CharacterData>;
  /** Nodes that were put in and are there now: new ones, and moved ones. */
  placed: Set<Node>;
  /** Nodes that are there no more. */
  gone: Set<Node>;
}

/** The records of the observer, summed up: only the first old value of an attribute counts. */
export function collectChanges(records: MutationRecord[]): Changes {
  const changes: Changes = { attributes: new Map(), texts: new Set(), placed: new Set(), gone: new Set() };
  for (const record of records) {
    if (record.attributeName) noteAttribute(changes, record, record.attributeName);
    else if (record.type === 'characterData') changes.texts.add(record.target as CharacterData);
    for (const node of [...record.addedNodes, ...record.removedNodes]) {
      (node.isConnected ? changes.placed : changes.gone).add(node);
    }
  }
  return changes;
}

function noteAttribute({ attributes }: Changes, record: MutationRecord, name: string): void {
  const { target, attributeNamespace: namespace, oldValue: old } = record;
  const ofElement = attributes.get(target as Element) ?? new Map<string, AttributeChange>();
  attributes.set(target as Element, ofElement);
  const note = (key: string, change: AttributeChange): void => {
    if (!ofElement.has(key)) ofElement.set(key, change);
  };
  note(`${namespace}:${name}`, { namespace, name, old });
  // A field that becomes another kind keeps its value elsewhere (HTML, "value mode"): that is written anew.
  if (name === 'type') note('null:value', { namespace: null, name: 'value', old: '\0' });
}
