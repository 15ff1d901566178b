import { decodeHTML, decodeHTMLAttribute } from 'entities';

/** Turns newlines into those of the parser's input stream. */
function normaliseNewlines(source: string): string {
  return source.includes('\r') ? source.replace(/\r\n?/g, '\n') : source;
}

/** Decodes the source of a text. */
export function decodedText(source: string): string {
  const text = normaliseNewlines(source);
  return text.includes('&') ? decodeHTML(text) : text;
}

/** Decodes the source of a comment or of an element such as `<script>`: without character references. */
export const rawText = normaliseNewlines;

/** Decodes the source of an attribute's value. */
export function attributeText(source: string): string {
  const text = normaliseNewlines(source);
  return text.includes('&') ? decodeHTMLAttribute(text) : text;
}
