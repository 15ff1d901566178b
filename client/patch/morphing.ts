/**
 * The part of the script that matches HTML against HTML, and finds what scripts replaced. It is loaded when the page
 * is idle, and before the first message that needs it. Its modules must be stateless, because the script has copies of some.
 * For the same reason the functions that set trusted values (trusted.ts) are given to them.
 */

export { keepState } from './keep-state.js';
export { watchCaret } from './live/caret.js';
export { mergeClass, mergeStyle } from './live/merge.js';
export { createGuard } from './live/nonces.js';
export { removeSplitOff, removeStandIn, restore } from './live/replaced.js';
export { fillInOrder } from './live/scripts.js';
export { keepTableForms } from './live/table-forms.js';
export { adopt } from './shadow/adopt.js';
export { morph } from './shadow/morph.js';
export { parseSpecial } from './shadow/noscript.js';
export { copyRoot, showRoots } from './shadow/roots.js';
export { renewStrangers } from './shadow/strangers.js';
