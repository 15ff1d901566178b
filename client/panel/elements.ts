import { createElement } from '../dom.js';

/** Creates an element with a class, attributes and content. Text is never parsed as HTML. */
export function create<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Record<string, string> = {},
  ...content: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const element = createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  element.append(...content);
  return element;
}

/** A button without text needs a label. */
export function createButton(label: string, title: string, onClick: () => void): HTMLButtonElement {
  const button = create('button', { type: 'button', title, 'aria-label': title }, label);
  button.onclick = onClick;
  return button;
}
