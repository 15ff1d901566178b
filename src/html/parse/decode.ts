import { decodeHTML, decodeHTMLAttribute } from 'entities';

/** Newlines as the parser's input stream has them. */
function normaliseNewlines(source: string): string {
  return source.includes('\r') ? source.replace(/\r\n?/g, '\n') : source;
}

/** The text that the source of a text stands for. */
export function decodedText(source: string): string {
  const text = normaliseNewlines(source);
  return text.includes('&') ? decodeHTML(text) : text;
}

/** The text of a comment, or of an element such as `<script>`: no character references. */
export const rawText = normaliseNewlines;

/** The value that the source of an attribute stands for. */
export function attributeText(source: string): string {
  const text = normaliseNewlines(source);
  return text.includes('&') ? decodeHTMLAttribute(text) : text;
}
