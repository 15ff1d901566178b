import { readFile } from 'node:fs/promises';
import type { FastifyRequest } from 'fastify';
import { defineActions } from 'fastify-issr';
import { Type } from 'typebox';
import { agents, NAMES } from './access.js';
import { draft, PRIORITIES, STATUSES } from './desk.js';

export const params = Type.Object({ id: Type.Integer() });
export const heading = Type.Pick(draft, ['title']);
export const remark = Type.Object({ remark: Type.String({ minLength: 1, maxLength: 2000 }) });

/** The id of the ticket whose page runs an action. */
const idOf = ({ params }: FastifyRequest) => (params as { id: number }).id;

export const actions = defineActions({
  rename: {
    schema: heading,
    preHandler: agents,
    handler(request) {
      const { desk } = request.server;
      const { title } = request.query;
      if (!desk.isTaken(title, idOf(request))) desk.update(idOf(request), { title });
    },
  },
  set: {
    schema: Type.Object({ status: Type.Enum(STATUSES), priority: Type.Enum(PRIORITIES) }),
    preHandler: agents,
    handler(request) {
      const { status, priority } = request.query;
      request.server.desk.update(idOf(request), { status, priority });
    },
  },
  assign: {
    value: Type.Enum(NAMES),
    preHandler: agents,
    handler(request, assignee) {
      request.server.desk.update(idOf(request), { assignee });
      request.issr.flash(request.t('Assigned to %', assignee), 'success');
    },
  },
  comment: {
    schema: remark,
    handler(request) {
      const { server, query, person, t } = request;
      server.desk.comment(idOf(request), person?.name ?? t('A visitor'), query.remark);
    },
  },
  attach: {
    preHandler: agents,
    async handler(request) {
      for (const { path, name, type } of request.issr.files.file ?? [])
        request.server.desk.attach(idOf(request), name, type, await readFile(path));
    },
  },
});
