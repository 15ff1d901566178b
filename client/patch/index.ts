/** The part of the script that changes the page. It is loaded soon after the page has connected, and before the first change. */
export { createLivePatcher } from './live-patcher.js';
