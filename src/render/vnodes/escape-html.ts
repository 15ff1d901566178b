const SPECIAL = /["&<]/;

/** The length from which a regular expression is faster than a loop. */
const LONG = 20;

/** Escapes text as the renderer does, in elements and in values. */
export function escapeHtml(text: string): string {
  if (text.length >= LONG) return SPECIAL.test(text) ? escapeFrom(text, 0) : text;
  for (let i = 0; i < text.length; i++) if (entityOf(text.charCodeAt(i))) return escapeFrom(text, i);
  return text;
}

function escapeFrom(text: string, start: number): string {
  let html = '';
  let end = 0;
  for (let i = start; i < text.length; i++) {
    const entity = entityOf(text.charCodeAt(i));
    if (entity === undefined) continue;
    html += text.slice(end, i) + entity;
    end = i + 1;
  }
  return html + text.slice(end);
}

function entityOf(code: number): string | undefined {
  return code === 34 ? '&quot;' : code === 38 ? '&amp;' : code === 60 ? '&lt;' : undefined;
}
