import createError from '@fastify/error';

/**
 * Every error of the plugin: code, message (`%s` is what came), HTTP status. Those of status 500 are
 * mistakes in the author's code, the others answers to a page.
 */
export const errors = {
  /** The plugin is registered twice in one scope. */
  ISSR_ERR_REGISTERED_TWICE: createError(
    'ISSR_ERR_REGISTERED_TWICE',
    "fastify-issr is already registered in this scope (prefix '%s'). Register it once, or in sibling scopes.",
  ),
  /** An option of the plugin has a value that it cannot have. */
  ISSR_ERR_OPTION: createError('ISSR_ERR_OPTION', "Option '%s' must be %s. Got: %s"),
  /** `issrRoute` or `issrStream` was called without a handler, or `issrSocket` without handlers. */
  ISSR_ERR_ROUTE: createError('ISSR_ERR_ROUTE', "The route '%s': %s"),
  /** A handler returned something that is no page. */
  ISSR_ERR_VIEW: createError(
    'ISSR_ERR_VIEW',
    "The handler of '%s' must return JSX, an HTML string, or answer by reply. It returned: %s",
  ),
  /** `rr` was given something that names no page. */
  ISSR_ERR_TARGET: createError(
    'ISSR_ERR_TARGET',
    'fastify.issr.rr takes a page, several pages, a path, or a predicate. Got: %s',
  ),
  /** A re-render answered by a redirect to what is no address. */
  ISSR_ERR_REDIRECT: createError('ISSR_ERR_REDIRECT', "A page cannot be redirected to '%s'"),
  /** The handler of an event took longer than `handlerTimeout`. */
  ISSR_ERR_HANDLER_TIMEOUT: createError('ISSR_ERR_HANDLER_TIMEOUT', 'No answer within %s ms', 503),
  /** A message is no JSON array of the protocol. */
  ISSR_ERR_MESSAGE: createError('ISSR_ERR_MESSAGE', 'Malformed message: %s', 400),
  /** A token is forged or of another process without the same `secret`. */
  ISSR_ERR_TOKEN: createError('ISSR_ERR_TOKEN', 'The page token is not valid', 403),
  /** A token is older than `tokenLifetime`. */
  ISSR_ERR_TOKEN_EXPIRED: createError('ISSR_ERR_TOKEN_EXPIRED', 'The page token has expired', 403),
  /** The Origin of a handshake is not allowed. */
  ISSR_ERR_ORIGIN: createError('ISSR_ERR_ORIGIN', "Origin '%s' is not allowed", 403),
  /** A cookie ticket is unknown, used or older than `ticketLifetime`. */
  ISSR_ERR_TICKET: createError('ISSR_ERR_TICKET', 'The cookie ticket is not valid', 404),
  /** A page has more params, or longer ones, than `maxParams`, `maxParamNameLength` and `maxParamsLength` allow. */
  ISSR_ERR_PARAMS: createError('ISSR_ERR_PARAMS', 'Too much to keep: %s', 413),
  /** There are `maxPages` pages, or `maxPagesPerIp` of one address. */
  ISSR_ERR_PAGES: createError('ISSR_ERR_PAGES', 'More than %s pages', 503),
  /** A message came by POST for a link that is not open. */
  ISSR_ERR_LINK: createError('ISSR_ERR_LINK', 'There is no such link', 404),
  /** A socket's path was asked for without a websocket handshake. */
  ISSR_ERR_UPGRADE: createError('ISSR_ERR_UPGRADE', 'A websocket handshake is expected here', 426),
  /** `authorize` refused a socket with `false` or a status; then with that status. */
  ISSR_ERR_REFUSED: createError('ISSR_ERR_REFUSED', 'The socket is refused', 403),
  /** What was to be sent by an event stream is no event. */
  ISSR_ERR_EVENT: createError('ISSR_ERR_EVENT', "An event's %s must be %s"),
  /** A route has `maxClients` clients, or `maxClientsPerIp` of one address. */
  ISSR_ERR_CLIENTS: createError('ISSR_ERR_CLIENTS', 'More than %s clients', 503),
  /** A page asked for more events than `maxQueuedEvents` while earlier ones were under way. */
  ISSR_ERR_QUEUE_FULL: createError('ISSR_ERR_QUEUE_FULL', 'More than %s events are waiting', 429),
  /** `uploadFolder` is no folder, or another user's. */
  ISSR_ERR_UPLOAD_FOLDER: createError('ISSR_ERR_UPLOAD_FOLDER', "Uploads cannot be kept in '%s'"),
  /** A body was read by the app's own `@fastify/multipart` with `attachFieldsToBody`. */
  ISSR_ERR_UPLOAD_BODY: createError(
    'ISSR_ERR_UPLOAD_BODY',
    "The app's @fastify/multipart has read the files already. Register it without attachFieldsToBody.",
  ),
  /** Files came for a page that is not open in this process. */
  ISSR_ERR_UPLOAD_PAGE: createError('ISSR_ERR_UPLOAD_PAGE', 'There is no such page', 404),
  /** A file came that no plan of its page has announced. */
  ISSR_ERR_UPLOAD_UNKNOWN: createError('ISSR_ERR_UPLOAD_UNKNOWN', 'There is no such upload', 404),
  /** The route's hooks did not let the request for an upload through. */
  ISSR_ERR_UPLOAD_HOOKS: createError(
    'ISSR_ERR_UPLOAD_HOOKS',
    'The page may not upload: its route answers %s',
    403,
  ),
  /** A file came from another byte on than from where it was cut. */
  ISSR_ERR_UPLOAD_OFFSET: createError('ISSR_ERR_UPLOAD_OFFSET', 'Byte %s came, byte %s is next', 409),
  /** A file is not what its field takes, or there is no room; the message is the field's. */
  ISSR_ERR_UPLOAD_REFUSED: createError('ISSR_ERR_UPLOAD_REFUSED', '%s', 422),
  /** There are `maxUploads` uploads under way, or too many of one page. */
  ISSR_ERR_UPLOADS: createError('ISSR_ERR_UPLOADS', 'More than %s uploads', 503),
} as const;

/** The codes of the table. */
export type IssrErrorCode = keyof typeof errors;
