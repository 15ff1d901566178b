import '@fastify/websocket';

export type { IssrErrorCode } from './errors.js';
export type { ActionRequest, IssrRouteMethod } from './fastify.js';
export type { Issr, RerenderTarget } from './issr.js';
export type { IssrPage } from './issr-page.js';
export { type MemoOptions, memo } from './memo.js';
export type { DisconnectReason, IssrOptions, OnConnect, OnDisconnect } from './options.js';
export { issrPlugin, issrPlugin as default } from './plugin.js';
export type { ParamValue } from './protocol.js';
export type { View } from './render.js';
export type { IssrAction, IssrRequest } from './request.js';
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
export type { UploadedFiles } from './uploads/page-uploads.js';
export type { IncomingFile, StoredFile, UploadRefusal, UploadRule } from './uploads/rule.js';
export type { UploadedFile } from './uploads/upload.js';
