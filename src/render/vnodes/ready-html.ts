import type { VNode } from 'preact';
import type { Piece } from '../../html/pieces/piece.js';

/** Marks a component whose HTML is ready: the renderer uses it without calling the component. */
export const kHtml = Symbol('fastify-issr.html');

export interface ReadyHtml<Props> {
  [kHtml]?: (props: Props, key?: unknown) => Piece;
}

/** The HTML of an element of such a component. */
export function readyHtmlOf({ type, props, key }: VNode): Piece {
  return (type as unknown as Required<ReadyHtml<object>>)[kHtml](props, key ?? undefined);
}
