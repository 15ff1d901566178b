import type { RouteGenericInterface } from 'fastify';

/** Names in a path without a schema: `/chat/:room` has `{ room: string }`. */
export type PathParams<Path extends string> = string extends Path
  ? unknown
  : { [Name in ParamName<Path>]: string };

/** A route's generic: types of its params by the schema, or else by the path. */
export type ParamsOf<Path extends string, Schema> = Schema extends { params: object }
  ? RouteGenericInterface
  : { Params: PathParams<Path> };

type ParamName<Path extends string> = Path extends `${string}:${infer Rest}`
  ? UpTo<Rest, '/' | '-' | '.' | '(' | '?' | ':'> | ParamName<Rest>
  : Path extends `${string}*`
    ? '*'
    : never;

/** The text before the first of the characters. */
type UpTo<Text extends string, Stop extends string> = Text extends `${infer First}${infer Rest}`
  ? First extends Stop
    ? ''
    : `${First}${UpTo<Rest, Stop>}`
  : Text;
