/**
 * Bundles the browser script to dist/client/: issr.js, and its parts, which only some pages fetch. `sources.js`
 * exports the texts of all of them to the server, so that a bundled server needs no files beside it. Prints
 * their sizes. With `--check-size` it fails above a budget: every page of every site that uses the plugin
 * pays for these bytes.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { minify } from 'terser';

const KIBIBYTE = 1024;
const scripts = [
  { name: 'issr', entry: './index.ts', format: 'iife', maxGzipBytes: 10 * KIBIBYTE },
  { name: 'issr-patch', entry: './patch/index.ts', format: 'esm', maxGzipBytes: 10.625 * KIBIBYTE },
  { name: 'issr-control', entry: './control/control.ts', format: 'esm', maxGzipBytes: 2.75 * KIBIBYTE },
  { name: 'issr-uploads', entry: './uploads/index.ts', format: 'esm', maxGzipBytes: 4 * KIBIBYTE },
  { name: 'issr-http', entry: './connection/transports/http.ts', format: 'esm', maxGzipBytes: KIBIBYTE },
  { name: 'issr-progress', entry: './ui/progress-bar.ts', format: 'esm', maxGzipBytes: KIBIBYTE },
  { name: 'issr-visits', entry: './visits/index.ts', format: 'esm', maxGzipBytes: 2 * KIBIBYTE },
  { name: 'issr-confirm', entry: './ui/confirm.ts', format: 'esm', maxGzipBytes: KIBIBYTE },
  { name: 'issr-local', entry: './local/index.ts', format: 'esm', maxGzipBytes: 2.5 * KIBIBYTE },
  { name: 'issr-triggers', entry: './triggers/index.ts', format: 'esm', maxGzipBytes: 2 * KIBIBYTE },
  { name: 'issr-navigation', entry: './navigation/index.ts', format: 'esm', maxGzipBytes: 3.5 * KIBIBYTE },
  { name: 'issr-dev', entry: './development/index.ts', format: 'esm', maxGzipBytes: 3 * KIBIBYTE },
  { name: 'issr-panel', entry: './panel/index.ts', format: 'esm', maxGzipBytes: 8.5 * KIBIBYTE },
  { name: 'issr-overlay', entry: './ui/overlay.ts', format: 'esm', maxGzipBytes: 1.5 * KIBIBYTE },
];

const folder = new URL('../dist/client/', import.meta.url);
/**
 * Members of the client's own objects, which the bundle shortens. Only names that no object of the browser,
 * the protocol or a page's script has may stand here.
 */
const OWN_MEMBERS = `
  answersSubmit assignActions changeOf dequeueAnswered dropNamed isPlain isSent isSubmit
  lastAnswered loadModule mergeableLast onClosing onJoined onLost onMessage onRefused onSettled pendingVisit
  pingInterval sendParams onArrival toBrowser toServer endpoint snapshot elementParams leaveEntry isAway isOpen
  lastSent ledger named onAnswer onClose onOpen onSent reportUnsent address chars events forget
  redirects renewCookies scrollOf spread tabs wake leave record visit number prepare token secret live
  attribute lock lockedBy question keepFields mayLeave asPatch compose forgetSent takeUnanswered copyAttribute expectEvents makePlain
  parseDocument placeNodes prune snapshots trusted visits shown isAhead
  patcher patches isPaused isJoined loadLocal transmit serverParams keepTyped keepInput keepFiles
  addChild childrenOnly getNodeKey onBeforeElUpdated
  check count done timer local receive entry site sync running askers isLost isDone isForeign refusal received inputs
  answered isRefused operands served verb wasOpen
`;
const mangleProps = new RegExp(`^(${OWN_MEMBERS.trim().split(/\s+/).join('|')})$`);
/** Modules with state, which a part of the script must not have a copy of. */
const HAS_STATE = /^client\/(late|side-effects|trusted|patch\/shadow\/inert)\.ts$/;
/** Calls of the callbacks that no caller of morphdom passes. */
const UNUSED_CALLS = /\b(?!onBeforeElUpdated)(?:on[A-Z]\w+|skipFromChildren)\([\w, ]+\)/g;
/**
 * Checks for trees that are not DOM, for nodes of both trees, for callbacks that return another element, and of case.
 * And what writes the states of fields: those of the shadow are plain elements, and the live ones have fields.ts.
 */
const UNUSED_CHECKS =
  /(?:else )?if \((?:\w+\.(?:actualize|isSameNode)|beforeUpdateResult instanceof|specialElHandler)\b[^{]*{[^}]*}|\w+CodeStart = [^;]+;|if \(fromEl\.nodeName !== 'TEXTAREA'\)|else {\s+specialElHandlers[^}]+}|var specialElHandler = .+/g;
/**
 * HTML as text or a fragment, a root of another kind or name, and names that differ in case: the trees are from one parser.
 * Only the first of these need `document`.
 */
const UNUSED_CASES = new RegExp(
  [
    /typeof toNode === 'string'/,
    /(?:to|from)Node\.nodeType === DOCUMENT_FRAGMENT_NODE(?:\$1)?/,
    /!childrenOnly(?=\) {\s+\/\/ Handle)/,
    /!childrenOnly && morphedNode !== fromNode/,
    /(?:from|to)CodeStart <= 90 && (?:from|to)CodeStart >= 97/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
);
/** Drops what no caller of morphdom needs, as far as the minifier cannot. */
const trimMorphdom = {
  name: 'morphdom',
  setup({ onLoad }) {
    onLoad({ filter: /morphdom-esm\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const used = source
        .replace(UNUSED_CALLS, 'undefined')
        .replace(UNUSED_CHECKS, '')
        .replace(UNUSED_CASES, 'false');
      return { contents: `const document = undefined;\n${used}` };
    });
  },
};
/** The new names, which the script and its parts share. */
let mangleCache = {};
await mkdir(folder, { recursive: true });
/** Sources by suffix of the file name: `''`, `'-uploads'`. */
const sources = {};
for (const script of scripts) await bundle(script);
await writeFile(new URL('sources.js', folder), `export default ${JSON.stringify(sources)};\n`);

async function bundle({ name, entry, format, maxGzipBytes }) {
  const options = {
    entryPoints: [fileURLToPath(new URL(entry, import.meta.url))],
    write: false,
    bundle: true,
    minify: true,
    format,
    mangleProps,
    plugins: [trimMorphdom],
    mangleCache,
    metafile: true,
    target: ['es2022', 'chrome110', 'firefox115', 'safari16.4'],
    logLevel: 'warning',
  };
  // esbuild prints the errors before it rejects.
  const { outputFiles, metafile, mangleCache: names } = await build(options).catch(() => process.exit(1));
  mangleCache = names;
  if (format === 'esm') refuseState(name, metafile);
  // Terser inlines across functions, which esbuild does not: 6 % less after gzip.
  const { code } = await minify(outputFiles[0].text, {
    ecma: 2020,
    module: format === 'esm',
    compress: { passes: 3, pure_getters: true, unsafe_arrows: true, hoist_funs: true },
  });
  sources[name.slice('issr'.length)] = code;
  await writeFile(new URL(`${name}.js`, folder), code);
  const gzip = gzipSync(code, { level: 9 }).length;
  console.log(
    `dist/client/${name}.js: ${code.length} bytes min, ${gzip} bytes gzip -9 (limit ${maxGzipBytes})`,
  );
  if (process.argv.includes('--check-size') && gzip > maxGzipBytes) {
    console.error(`${name}.js is ${gzip - maxGzipBytes} bytes over its limit.`);
    process.exitCode = 1;
  }
}

function refuseState(name, { outputs }) {
  const [{ inputs }] = Object.values(outputs);
  for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
    if (!bytesInOutput || !HAS_STATE.test(file)) continue;
    console.error(`${name}.js has a copy of ${file}, whose state belongs to issr.js.`);
    process.exitCode = 1;
  }
}
