/** The part of the client script that matches HTML against HTML. Loaded before the first message that needs it. */
export { adopt } from './adopt.js';
export { morph } from './morph.js';
