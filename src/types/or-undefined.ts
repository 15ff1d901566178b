/**
 * An object whose optional members may be `undefined` too, for authors who compile with `exactOptionalPropertyTypes`. Members
 * that are methods stay methods: a function with narrower parameters fits them.
 */
export type OrUndefined<Options> = { [Name in keyof Options]: Options[Name] | undefined };
