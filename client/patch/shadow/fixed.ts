/** Whether the server never updates a node. */
export function isFixed(node: Node): boolean {
  return node instanceof Element && node.hasAttribute('noupdate');
}
