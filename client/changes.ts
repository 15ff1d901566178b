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
    if (record.type === 'attributes') noteAttribute(changes, record);
    else if (record.type === 'characterData') changes.texts.add(record.target as CharacterData);
    else
      for (const node of [...record.addedNodes, ...record.removedNodes]) {
        changes[node.isConnected ? 'placed' : 'gone'].add(node);
      }
  }
  return changes;
}

function noteAttribute({ attributes }: Changes, record: MutationRecord): void {
  const { attributeName, attributeNamespace: namespace, oldValue: old } = record;
  const element = record.target as Element;
  const name = attributeName as string;
  const ofElement = attributes.get(element) ?? new Map<string, AttributeChange>();
  attributes.set(element, ofElement);
  const key = `${namespace} ${name}`;
  if (!ofElement.has(key)) ofElement.set(key, { namespace, name, old });
  // A field that becomes another kind keeps its value in another place (HTML, "value" mode): write that anew.
  if (name === 'type' && !ofElement.has('null value')) {
    ofElement.set('null value', { namespace: null, name: 'value', old: '\0' });
  }
}
