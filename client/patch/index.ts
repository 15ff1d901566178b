/** The part of the script that changes the page. It is loaded when the page is idle, and before the first change. */
export { createLivePatcher } from './live-patcher.js';
