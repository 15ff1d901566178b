/**
 * The part of the script that shows the page of a visit. It is fetched when the first visit begins. Its modules must be
 * stateless where the script has copies of them.
 */

export { renew } from '../patch/live/renew.js';
export { loadStylesheets } from '../patch/live/stylesheets.js';
export { arrive } from './arrive.js';
