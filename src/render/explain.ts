const SETTINGS =
  'Set "jsx": "react-jsx" and "jsxImportSource": "preact" in the tsconfig.json whose "include" has this file';

/** Errors of a wrong set-up, whose own message does not name the cause. */
const causes: [name: string, message: RegExp, cause: string][] = [
  ['ReferenceError', /^React is not defined$/, `The file's JSX was compiled for React. ${SETTINGS}`],
  [
    'TypeError',
    // The current component is unset in a copy of preact that renders nothing.
    /reading '__H'\)$/,
    "A hook ran outside of a render: the app has two copies of preact (see 'npm ls preact'), or the hook is not in a component",
  ],
  [
    'Error',
    /^Use "renderToStringAsync" for suspenseful rendering/,
    'A memo component, or one inside it, is async or suspends. Await the data outside of it, and pass it as a prop',
  ],
  [
    'Error',
    /^\[object \w+\] is not a valid HTML tag name/,
    'A component is an object. Check its import: the component of a CommonJS module may be its "default"',
  ],
];

/** Adds the cause to the message of an error that a wrong set-up brings about. */
export function explainError(error: unknown): void {
  if (!(error instanceof Error)) return;
  const found = causes.find(([name, message]) => error.name === name && message.test(error.message));
  if (found) error.message += `. ${found[2]}.`;
}

/** Describes an element of React or of another library's JSX. Returns undefined for any other value. */
export function explainElement(value: unknown): string | undefined {
  const isElement = typeof value === 'object' && value !== null && '$$typeof' in value;
  return isElement ? `an element of React or another library. ${SETTINGS}` : undefined;
}
