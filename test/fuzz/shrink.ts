import { type Element, elementsOf } from './pages.js';

type Change = (page: Element) => void;

/** Each way to take one child or one attribute from a page. */
function* reductions(page: Element): Generator<Change> {
  const elements = elementsOf(page);
  for (let index = 0; index < elements.length; index++) {
    const { tag, children, attributes } = elements[index] as Element;
    for (let child = children.length - 1; child >= 0 && tag !== 'html'; child--) {
      yield (copy) => elementsOf(copy)[index]?.children.splice(child, 1);
    }
    for (const name of Object.keys(attributes)) {
      yield (copy) => {
        delete elementsOf(copy)[index]?.attributes[name];
      };
    }
  }
}

/** The pages with a change made in all of them, or in one. */
function* smaller(pages: Element[]): Generator<Element[]> {
  for (const page of pages) {
    for (const change of reductions(page)) {
      const copies = structuredClone(pages);
      copies.forEach(change);
      yield copies;
    }
  }
  for (let index = 0; index < pages.length; index++) {
    for (const change of reductions(pages[index] as Element)) {
      const copies = structuredClone(pages);
      change(copies[index] as Element);
      yield copies;
    }
  }
}

/** The smallest pages found that still fail. */
export function shrink(pages: Element[], fails: (pages: Element[]) => boolean): Element[] {
  for (const fewer of smaller(pages)) if (fails(fewer)) return shrink(fewer, fails);
  return pages;
}
