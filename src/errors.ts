import createError from '@fastify/error';

/**
 * All errors of the plugin: code, message, HTTP status. Each message states what came, what is allowed and
 * which option decides. Errors with status 500 are mistakes in the author's code, the others are answers to a page.
 */
export const errors = {
  /** The plugin is registered twice in one scope. */
  ISSR_ERR_REGISTERED_TWICE: createError(
    'ISSR_ERR_REGISTERED_TWICE',
    "fastify-issr is already registered in this scope (prefix '%s'). Register it once, or in sibling scopes.",
  ),
  /** An option has a value that is not allowed, or a name that does not exist. */
  ISSR_ERR_OPTION: createError('ISSR_ERR_OPTION', "Option '%s' must be %s. Got: %s"),
  /** A route was declared without a handler, or with wrong `actions`, `share`, `uploads` or `url`. */
  ISSR_ERR_ROUTE: createError('ISSR_ERR_ROUTE', "The route '%s': %s"),
  /** A handler returned neither JSX nor an HTML string. */
  ISSR_ERR_VIEW: createError(
    'ISSR_ERR_VIEW',
    "The handler of '%s' must return JSX, an HTML string, or answer by reply. It returned: %s",
  ),
  /** `rr` was called with a target that does not name pages, or with params that are not texts. */
  ISSR_ERR_TARGET: createError(
    'ISSR_ERR_TARGET',
    'rr takes a page, several pages, a path, or a predicate, and params that are texts or lists of texts. Got: %s',
  ),
  /** `watch`, `changed` or `presence` was called with a key or record beyond a limit. */
  ISSR_ERR_WATCH: createError('ISSR_ERR_WATCH', 'A page cannot watch %s'),
  /** `share` of a route returned neither a string nor undefined. */
  ISSR_ERR_SHARE: createError(
    'ISSR_ERR_SHARE',
    "`share` of '%s' must return a string or undefined. It returned: %s",
  ),
  /** The limit `maxRunningActions`, `maxRunningActionsPerIp` or `maxRunningActionsPerPage` is reached. */
  ISSR_ERR_RUNNING: createError('ISSR_ERR_RUNNING', 'Limit of running actions reached (%s, see %s)', 503),
  /** `Later` is used outside of a page, inside `memo`, above a limit, or with a `when` that is never equal. */
  ISSR_ERR_LATE: createError('ISSR_ERR_LATE', 'Later cannot be used %s'),
  /** A late part took longer than `lateTimeout`. */
  ISSR_ERR_LATE_TIMEOUT: createError(
    'ISSR_ERR_LATE_TIMEOUT',
    'No content within %s ms (see lateTimeout)',
    503,
  ),
  /** A re-render answered with a redirect whose URL is malformed or would run script. */
  ISSR_ERR_REDIRECT: createError('ISSR_ERR_REDIRECT', "A page cannot be redirected to '%s'"),
  /** The handler of an event took longer than `handlerTimeout`. */
  ISSR_ERR_HANDLER_TIMEOUT: createError(
    'ISSR_ERR_HANDLER_TIMEOUT',
    'No answer within %s ms (see handlerTimeout)',
    503,
  ),
  /** The flashes of a request are longer than `maxFlashLength`, so no cookie carries them over a redirect. */
  ISSR_ERR_FLASH: createError(
    'ISSR_ERR_FLASH',
    'The flashes take %s characters of a cookie, %s are allowed (see maxFlashLength)',
  ),
  /** An event sends an action that its route does not declare. */
  ISSR_ERR_ACTION: createError('ISSR_ERR_ACTION', "Unknown action '%s'%s", 400),
  /** With `whenCut: 'refuse'`, a declared action came while the store of the adapter is away. */
  ISSR_ERR_CUT: createError(
    'ISSR_ERR_CUT',
    'Actions do not run while other processes cannot be reached (see whenCut)',
    503,
  ),
  /** A message is not a JSON array of the protocol. */
  ISSR_ERR_MESSAGE: createError('ISSR_ERR_MESSAGE', 'Malformed message: %s', 400),
  /** A token is forged, or signed by a process with another `secret`. */
  ISSR_ERR_TOKEN: createError(
    'ISSR_ERR_TOKEN',
    'The page token is forged, or signed with another secret (see secret)',
    403,
  ),
  /** A token is older than `tokenLifetime`. */
  ISSR_ERR_TOKEN_EXPIRED: createError(
    'ISSR_ERR_TOKEN_EXPIRED',
    'The page token has expired (see tokenLifetime)',
    403,
  ),
  /** The Origin of a handshake is not allowed. */
  ISSR_ERR_ORIGIN: createError('ISSR_ERR_ORIGIN', "Origin '%s' is not allowed (see allowedOrigins)", 403),
  /** The ticket of cookies or of a file is unknown, used or older than `ticketLifetime`. */
  ISSR_ERR_TICKET: createError(
    'ISSR_ERR_TICKET',
    'The ticket is unknown, used or too old (see ticketLifetime)',
    404,
  ),
  /** An action answered a file that is longer than `maxDownloadBytes`, or than what may wait for one address. */
  ISSR_ERR_DOWNLOAD: createError(
    'ISSR_ERR_DOWNLOAD',
    "The file that '%s' answered is longer than %s bytes (see maxDownloadBytes and maxWaitingDownloadBytesPerIp). Redirect to a route that sends it.",
  ),
  /** A page's params exceed `maxParams`, `maxParamValues`, `maxParamNameLength` or `maxParamsLength`. */
  ISSR_ERR_PARAMS: createError('ISSR_ERR_PARAMS', 'Page params exceed a limit: %s', 413),
  /** An event has more actions than `maxActions`. */
  ISSR_ERR_ACTIONS: createError(
    'ISSR_ERR_ACTIONS',
    'The event has %s actions, %s are allowed (see maxActions)',
    413,
  ),
  /** A page's handler or actions pushed to the page itself `maxPushesInRow` times in a row. */
  ISSR_ERR_PUSH_LOOP: createError(
    'ISSR_ERR_PUSH_LOOP',
    "The page '%s' was pushed during each of its last %s renders (see maxPushesInRow)",
  ),
  /** A form's field is not text, because a body parser of the app made something else of it. */
  ISSR_ERR_FORM: createError('ISSR_ERR_FORM', "The field '%s' of the form must be text", 400),
  /** A form without script came as multipart, and its route has no `uploads`. */
  ISSR_ERR_FORM_TYPE: createError(
    'ISSR_ERR_FORM_TYPE',
    "A form of '%s' came as multipart/form-data, which only routes with the option uploads read. Declare its file fields there, or leave out its enctype.",
    415,
  ),
  /** The limit `maxPages` or, for one address, `maxPagesPerIp` is reached. */
  ISSR_ERR_PAGES: createError('ISSR_ERR_PAGES', 'Page limit reached (%s open, see %s)', 503),
  /** The limit `maxHeldLength` or, for one address, `maxHeldLengthPerIp` is reached. */
  ISSR_ERR_HELD: createError('ISSR_ERR_HELD', 'Pages hold %s characters, the most allowed (see %s)', 503),
  /** The limit `maxUnjoinedConnections` or, for one address, `maxUnjoinedConnectionsPerIp` is reached. */
  ISSR_ERR_CONNECTIONS: createError(
    'ISSR_ERR_CONNECTIONS',
    'Connection limit reached (%s wait for a page, see %s)',
    503,
  ),
  /** A page asks for a part of its script, and this server has another version of the script. */
  ISSR_ERR_VERSION: createError(
    'ISSR_ERR_VERSION',
    "Script version '%s' is not served here (this server has '%s')",
    404,
  ),
  /** A POST names a connection that is not open. */
  ISSR_ERR_LINK: createError('ISSR_ERR_LINK', 'Unknown or closed connection', 404),
  /** A plain request came to the path of a socket. */
  ISSR_ERR_UPGRADE: createError('ISSR_ERR_UPGRADE', 'This path accepts WebSocket handshakes only', 426),
  /** `authorize` refused a socket, with `false` or with a status of its own. */
  ISSR_ERR_REFUSED: createError('ISSR_ERR_REFUSED', 'The socket was refused by its authorize handler', 403),
  /** Data, name or id of a server-sent event cannot be sent. */
  ISSR_ERR_EVENT: createError('ISSR_ERR_EVENT', "An event's %s must be %s"),
  /** The limit `maxClients` or, for one address, `maxClientsPerIp` of a route is reached. */
  ISSR_ERR_CLIENTS: createError('ISSR_ERR_CLIENTS', 'Client limit reached (%s open, see %s)', 503),
  /** A page sent more events than may wait: `maxQueuedEvents`, or `maxMessageBytes` of them. */
  ISSR_ERR_QUEUE_FULL: createError(
    'ISSR_ERR_QUEUE_FULL',
    'Event queue full (%s queued, see maxQueuedEvents and maxMessageBytes)',
    429,
  ),
  /** `uploadFolder` is not a folder, or belongs to another user. */
  ISSR_ERR_UPLOAD_FOLDER: createError(
    'ISSR_ERR_UPLOAD_FOLDER',
    "Uploads cannot be kept in '%s': it must be a folder of this process's user (see uploadFolder)",
  ),
  /** The app's own `@fastify/multipart` with `attachFieldsToBody` has read the body. */
  ISSR_ERR_UPLOAD_BODY: createError(
    'ISSR_ERR_UPLOAD_BODY',
    "The app's @fastify/multipart has read the files already. Register it without attachFieldsToBody.",
  ),
  /** Files came for a page that is not open, in this process or another one. */
  ISSR_ERR_UPLOAD_PAGE: createError('ISSR_ERR_UPLOAD_PAGE', 'The page is not open', 404),
  /** A file came to a process that neither holds its page nor shares the folder of the process that does. */
  ISSR_ERR_UPLOAD_MISDIRECTED: createError(
    'ISSR_ERR_UPLOAD_MISDIRECTED',
    'A file reached a process that does not hold its page and cannot write to its folder. Give all processes the ' +
      'same uploadFolder on a shared disk, use the upload option store, or route all requests of an address to one process.',
    421,
  ),
  /** A file came that its page has not announced. */
  ISSR_ERR_UPLOAD_UNKNOWN: createError(
    'ISSR_ERR_UPLOAD_UNKNOWN',
    'The page has not announced this file',
    404,
  ),
  /** The hooks of the page's route refused the upload. */
  ISSR_ERR_UPLOAD_HOOKS: createError(
    'ISSR_ERR_UPLOAD_HOOKS',
    'The page may not upload: its route answers %s',
    403,
  ),
  /** A file resumed at another byte than the one it was cut at. */
  ISSR_ERR_UPLOAD_OFFSET: createError(
    'ISSR_ERR_UPLOAD_OFFSET',
    'Upload resumed at byte %s, expected byte %s',
    409,
  ),
  /** A file breaks the rule of its field, or does not fit on the disk. The message is the field's. */
  ISSR_ERR_UPLOAD_REFUSED: createError('ISSR_ERR_UPLOAD_REFUSED', '%s', 422),
  /** The limit `maxUploads`, `maxUploadsPerIp`, or that of one page is reached. */
  ISSR_ERR_UPLOADS: createError('ISSR_ERR_UPLOADS', 'Upload limit reached (%s running, see %s)', 503),
} as const;

/** The codes of the table. */
export type IssrErrorCode = keyof typeof errors;
