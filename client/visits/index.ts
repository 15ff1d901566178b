/**
 * The part of the script that shows the page of a visit, and writes addresses. It is fetched when the first visit begins,
 * or when the server first mirrors params. Its modules must be stateless where the script has copies of them.
 */

export { arrive } from './arrive.js';
export { follow, jump } from './follow.js';
export { renew } from './renew.js';
export { loadStylesheets } from './stylesheets.js';
