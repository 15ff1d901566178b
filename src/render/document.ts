const DOCTYPE = '<!DOCTYPE html>';
const beginning = /\s*(?:<!--[\s\S]*?-->\s*)*<(!doctype|html)\b/iy;

/**
 * HTML as a handler gave it → a complete document. A fragment gets the least that a page needs.
 */
export function completeDocument(html: string, path: string): string {
  // The renderer gives a rope of many pieces, which the first look makes one string of: that with the doctype, then.
  const page = DOCTYPE + html;
  beginning.lastIndex = DOCTYPE.length;
  const start = beginning.exec(page)?.[1];
  if (start) return start.toLowerCase() === 'html' ? page : html;
  return (
    `${DOCTYPE}<html><head><meta charset="utf-8">` +
    '<meta name="viewport" content="width=device-width, initial-scale=1">' +
    `<title>${titleOf(html) || escapeText(path)}</title></head><body>${html}</body></html>`
  );
}

/** The text of the first heading. It is HTML already, so only its tags go. */
function titleOf(html: string): string {
  const heading = /<h1\b[^>]*>([\s\S]*?)<\/h1>/i.exec(html)?.[1] ?? '';
  return heading.replace(/<[^>]*>/g, '').trim();
}

const attributes = `(?:[^>"']|"[^"]*"|'[^']*')*>`;
const beforeHead = new RegExp(
  String.raw`^(?:\s+|<!--[\s\S]*?-->|<!doctype[^>]*>)*(?:<html\b${attributes})?(?:\s+|<!--[\s\S]*?-->)*(?:<head(?=[\s>])${attributes})?`,
  'i',
);

/** Puts `tag` first into the head, or where the parser begins one when there is no head tag. */
export function insertIntoHead(html: string, tag: string): string {
  const at = beforeHead.exec(html)?.[0].length ?? 0;
  return html.slice(0, at) + tag + html.slice(at);
}

export function escapeText(text: string): string {
  return text.replace(/[&<>]/g, (c) => (c === '&' ? '&amp;' : c === '<' ? '&lt;' : '&gt;'));
}

export function escapeAttribute(text: string): string {
  return text.replace(/[&"<>]/g, (c) =>
    c === '&' ? '&amp;' : c === '"' ? '&quot;' : c === '<' ? '&lt;' : '&gt;',
  );
}
