/** In these a visitor can do something that the server does not know. */
export const STATEFUL = 'input,select,textarea,details,dialog';
