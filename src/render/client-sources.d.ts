/** The built client script and its parts, by suffix of the file name: `''`, `'-uploads'`. See client/build.mjs. */
declare module '#client-sources' {
  const sources: { readonly [suffix: string]: string };
  export default sources;
}
