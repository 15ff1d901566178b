import '@fastify/websocket';

export type { Adapter, AdapterListener, AdapterStatus } from './cluster/adapter.js';
export { AdapterUnavailable } from './cluster/adapter.js';
export type {
  ActionTrace,
  ConnectMessage,
  DiffTrace,
  DisconnectMessage,
  DispatchTrace,
  RefusedMessage,
  RenderTrace,
  SendMessage,
} from './diagnostics/payloads.js';
export type { IssrAction, IssrRequest } from './dispatch/request-state.js';
export type { IssrErrorCode } from './errors.js';
export {
  type CheckboxProps,
  type FieldAttributes,
  type FieldErrorProps,
  type FieldHintProps,
  type FieldProblems,
  type FieldProps,
  type Fields,
  type FieldsOptions,
  type FieldsRequest,
  fields,
  type InputProps,
  type SelectProps,
  type TextareaProps,
} from './fields/fields.js';
export type { IssrOptions, OnConnect, OnDisconnect, OnVisit } from './options/options.js';
export type { IssrRouteMethod } from './plugin/fastify-types.js';
export type { Issr, IssrStats, RerenderTarget } from './plugin/issr.js';
export { issrPlugin, issrPlugin as default } from './plugin/plugin.js';
export type { ParamValue } from './protocol.js';
export { Later, type LaterProps } from './render/later.js';
export { type MemoOptions, memo } from './render/memo.js';
export type { View } from './render/render.js';
export {
  type ActionFormProps,
  type ActionProps,
  type ActionRequest,
  type DefinedAction,
  type DefinedActions,
  defineActions,
} from './route/define-actions.js';
export type { ErrorMessage } from './route/error-messages.js';
export type { ParamError } from './route/param-errors.js';
export type { Flash } from './signed/flash-cookies.js';
export type {
  IssrSocket,
  IssrSocketHandlers,
  IssrSocketResource,
  IssrSocketRoute,
} from './sockets/issr-socket.js';
export type { IssrSocketMethod } from './sockets/method.js';
export type { IssrSocketOptions } from './sockets/options.js';
export type { PublishOptions } from './streams/channels.js';
export type { IssrStream, IssrStreamHandler } from './streams/issr-stream.js';
export type { IssrStreamMethod } from './streams/method.js';
export type { IssrStreamOptions } from './streams/options.js';
export type { DisconnectReason, IssrPage, IssrTypes, PageData } from './types/issr-page.js';
export type { UploadedFiles } from './uploads/page-uploads.js';
export type { IncomingFile, StoredFile, UploadRefusal, UploadRule } from './uploads/rule.js';
export type { UploadedFile } from './uploads/upload.js';
