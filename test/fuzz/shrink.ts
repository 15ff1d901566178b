import { type Element, elementsOf } from './pages.js';

/** The page with one child or attribute less, in each way there is. */
function* smaller(page: Element): Generator<Element> {
  const count = elementsOf(page).length;
  for (let index = 0; index < count; index++) {
    const element = elementsOf(page)[index] as Element;
    for (let child = element.children.length - 1; child >= 0; child--) {
      if (element.tag !== 'html') yield copyWith(page, index, (copy) => copy.children.splice(child, 1));
    }
    for (const name of Object.keys(element.attributes)) {
      yield copyWith(page, index, (copy) => delete copy.attributes[name]);
    }
  }
}

function copyWith(page: Element, index: number, change: (element: Element) => unknown): Element {
  const copy = structuredClone(page);
  change(elementsOf(copy)[index] as Element);
  return copy;
}

/** The smallest pair found that still fails. */
export function shrink(
  pair: [Element, Element],
  fails: (pair: [Element, Element]) => boolean,
): [Element, Element] {
  let best = pair;
  for (let goesOn = true; goesOn; ) {
    const next = [
      ...[...smaller(best[0])].map((page): [Element, Element] => [page, best[1]]),
      ...[...smaller(best[1])].map((page): [Element, Element] => [best[0], page]),
    ].find(fails);
    goesOn = next !== undefined;
    best = next ?? best;
  }
  return best;
}
