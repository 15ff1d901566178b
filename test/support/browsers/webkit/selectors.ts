/** Finds elements by the selectors of the tests. Runs in the page, so it must not use anything from outside. */
export function createSelectors() {
  const isVisible = (element: Element): boolean => {
    const { width, height } = element.getBoundingClientRect();
    const { visibility, display } = getComputedStyle(element);
    return visibility !== 'hidden' && (display === 'contents' || (width > 0 && height > 0));
  };
  /** A view transition shows pictures of the page, which take its clicks. */
  const isInTransition = (): boolean => document.documentElement.matches(':active-view-transition');
  const textOf = (element: Element): string => {
    const isButton = element instanceof HTMLInputElement && /^(submit|button|reset)$/.test(element.type);
    return (isButton ? element.value : (element.textContent ?? '')).replace(/\s+/g, ' ').trim();
  };
  const matcher = (wanted: string): ((text: string) => boolean) => {
    const [, pattern, flags] = /^\/(.*)\/(\w*)$/.exec(wanted) ?? [];
    if (pattern !== undefined) return (text) => new RegExp(pattern, flags).test(text);
    return (text) => text.toLowerCase().includes(wanted.toLowerCase());
  };
  /** The innermost elements with a text. */
  const byText = (root: ParentNode, text: string): Element[] => {
    const is = matcher(text);
    const all = [...root.querySelectorAll('*:not(html,head,script,style,title,noscript,template)')];
    const found = all.filter((element) => is(textOf(element)));
    return found.filter((element) => !found.some((other) => other !== element && element.contains(other)));
  };
  /** Looks into open shadow roots too. */
  const byCss = (root: ParentNode, css: string): Element[] => {
    const hosts = [root as Element, ...root.querySelectorAll('*')].filter(({ shadowRoot }) => shadowRoot);
    const inside = hosts.flatMap(({ shadowRoot }) => byCss(shadowRoot as ShadowRoot, css));
    return [...root.querySelectorAll(css), ...inside];
  };
  const find = (root: ParentNode, selector: string): ParentNode[] => {
    if (selector === 'enter-frame') {
      const { contentDocument } = root as HTMLIFrameElement;
      return contentDocument ? [contentDocument] : [];
    }
    if (selector.startsWith('text=')) return byText(root, selector.slice('text='.length));
    const [, css, is, text = ''] = /^(.*?):(text-is|has-text|text)\("(.*)"\)$/.exec(selector) ?? [];
    if (is === 'text-is') return byCss(root, css || '*').filter((element) => textOf(element) === text);
    if (is) return byCss(root, css || '*').filter((element) => matcher(text)(textOf(element)));
    const isShown = selector.endsWith(':visible');
    const found = byCss(root, isShown ? selector.slice(0, -':visible'.length) : selector);
    return isShown ? found.filter(isVisible) : found;
  };
  /** @param selector parts between ` >> `, each within what the one before has found. `enter-frame` is the document of a frame. */
  const all = (selector: string): Element[] => {
    let roots: ParentNode[] = [document];
    for (const part of selector.split(/\s*>>\s*/)) {
      const [, index] = /^nth=(-?\d+)$/.exec(part) ?? [];
      roots = index
        ? roots.slice(Number(index)).slice(0, 1)
        : [...new Set(roots.flatMap((root) => find(root, part)))];
    }
    return roots as Element[];
  };
  return { all, isVisible, isInTransition };
}
