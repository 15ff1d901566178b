/**
 * A document as text: every node, attribute and what the fields hold. Two documents that a visitor could
 * not tell apart give the same text. Runs in the browser, so it must not use anything from outside.
 */
export function snapshot(): string {
  const get = <T>(prototype: object, name: string, node: Node): T => Reflect.get(prototype, name, node);
  const childrenOf = (node: Node): Node[] => [
    ...get<NodeList>(Node.prototype, 'childNodes', node instanceof HTMLTemplateElement ? node.content : node),
  ];
  const attributes = (element: Element): string[] =>
    [...get<NamedNodeMap>(Element.prototype, 'attributes', element)]
      .filter(({ name }) => name !== 'data-issr')
      // A style is compared by what it means: the client may not set the attribute under a strict policy.
      .map(({ namespaceURI, name, value }) => {
        const { style } = document.createElement('i');
        style.cssText = value;
        return `${namespaceURI ?? ''} ${name}=${name === 'style' ? style.cssText || value : value}`;
      })
      .sort();
  const properties = (element: Element): unknown[] => {
    if (element instanceof HTMLInputElement) return [element.value, element.checked, element.type];
    if (element instanceof HTMLTextAreaElement) return [element.value];
    if (element instanceof HTMLOptionElement) return [element.selected];
    return element instanceof HTMLSelectElement ? [element.selectedIndex] : [];
  };
  const lines: string[] = [];
  const visit = (node: Node, depth: string): void => {
    // The injected script tag is not part of the author's page.
    if (node instanceof HTMLScriptElement && node.dataset.issrToken !== undefined) return;
    if (!(node instanceof Element)) {
      lines.push(`${depth}${node.nodeType} ${JSON.stringify(node.nodeValue)}`);
      return;
    }
    const name = get<string>(Element.prototype, 'localName', node);
    const namespace = get<string>(Element.prototype, 'namespaceURI', node).slice(-5);
    lines.push(
      `${depth}<${name} ${namespace} ${attributes(node).join(' ')} ${JSON.stringify(properties(node))}`,
    );
    if (name !== 'noscript') for (const child of childrenOf(node)) visit(child, `${depth} `);
  };
  visit(get<Element>(Document.prototype, 'documentElement', document), '');
  return lines.join('\n');
}
