import { readFile } from 'node:fs/promises';
import type { FastifyRequest } from 'fastify';
import { defineActions, fields } from 'fastify-issr';
import { Type } from 'typebox';
import { Field } from '../field.js';
import { agents, NAMES } from './access.js';
import { type Ticket, work } from './desk.js';
import { Avatar } from './frame.js';

const heading = Type.Pick(work, ['title']);
const progress = Type.Pick(work, ['status', 'priority']);
const remark = Type.Object({ remark: Type.String({ title: 'Your comment', minLength: 1, maxLength: 2000 }) });

/** Schema of a ticket's page. */
export const schema = {
  params: Type.Object({ id: Type.Integer() }),
  querystring: Type.Partial(Type.Object({ title: Type.String(), remark: Type.String() })),
};

export const actions = defineActions(schema, {
  rename: {
    schema: heading,
    preHandler: agents,
    handler({ query: { title }, params, server: { desk } }) {
      if (!desk.isTaken(title, params.id)) desk.update(params.id, { title });
    },
  },
  set: {
    schema: progress,
    preHandler: agents,
    handler: ({ query: { status, priority }, params, server }) =>
      server.desk.update(params.id, { status, priority }),
  },
  assign: {
    value: Type.Enum(NAMES),
    preHandler: agents,
    handler({ params, server: { desk }, issr, t }, assignee) {
      desk.update(params.id, { assignee });
      issr.flash(t('Assigned to %', assignee), 'success');
    },
  },
  comment: {
    schema: remark,
    handler({ query, params, server: { desk }, person, t }) {
      const author = person?.name ?? t('Guest');
      desk.add('comment', { ticket: params.id, author, text: query.remark });
    },
  },
  attach: {
    preHandler: agents,
    async handler({ params, server: { desk }, issr }) {
      for (const { path, name, type } of issr.files.file ?? [])
        desk.add('attachment', { ticket: params.id, name, type, bytes: await readFile(path) });
    },
  },
});

type Props = { request: FastifyRequest; ticket: Ticket };

/** A heading to write in: saved when it is left, and checked while it is typed. */
export function Heading({ request, ticket }: Props) {
  const { t, server, person } = request;
  if (!person) return <h1>{ticket.title}</h1>;
  const { title } = request.query as { title?: string };
  const taken = server.desk.isTaken(title, ticket.id) && t('This subject is taken');
  const f = fields(request, heading, { title: taken }, { values: ticket, text: t });
  return (
    <form class="heading" {...actions.rename.form()} data-rr="submit, input 300">
      <h1 class="hidden">{ticket.title}</h1>
      <input {...f.input('title')} aria-label={t('Subject')} do="change: submit" />
      <small class="problem" {...f.error('title')} />
    </form>
  );
}

export function Conversation({ request, ticket }: Props) {
  const { t, issr, server } = request;
  const f = fields(request, remark, {}, { values: { remark: '' }, text: t });
  const isSent = issr.action?.name === 'comment';
  const question = { ...ticket, id: 0, author: ticket.requester };
  return (
    <section>
      <h2 id="conversation">{t('Conversation')}</h2>
      <div class="comments" role="log" aria-labelledby="conversation">
        {[question, ...server.desk.comments(ticket.id)].map(({ id, author, text, created }) => (
          <article key={id} class="panel">
            <Avatar name={author} /> <b>{author}</b> <small>{t.date(created)}</small>
            <p>{text}</p>
          </article>
        ))}
      </div>
      <form class="fields" {...actions.comment.form()}>
        <Field of={f} name="remark" rows={3} update={isSent} />
        <button class="primary" action="comment" data-rr="key ctrl+enter" aria-keyshortcuts="Control+Enter">
          {t('Send')} <kbd>Ctrl+Enter</kbd>
        </button>
      </form>
    </section>
  );
}

export function Facts({ request, ticket }: Props) {
  const { t, person } = request;
  const f = fields(request, progress, {}, { values: ticket, text: t });
  return (
    <fieldset disabled={!person}>
      <form class="row" {...actions.set.form()}>
        <Field of={f} name="status" do="change: submit" />
        <Field of={f} name="priority" do="change: submit" />
        <button class="plain">{t('Save')}</button>
      </form>
      <dl>
        <dt>{t('Assignee')}</dt>
        <dd>{ticket.assignee ?? '–'}</dd>
      </dl>
      {/* `command` opens the dialog without script, `do` in browsers that do not know `command`. */}
      <button type="button" commandfor="assign" command="show-modal" do="open #assign">
        {t('Assign')}
      </button>
      <dialog id="assign" aria-labelledby="assign-title">
        <form class="fields" method="post">
          <h2 id="assign-title">{t('Assign')}</h2>
          {NAMES.map((name) => (
            <button {...actions.assign(name)} do="close #assign" aria-pressed={name === ticket.assignee}>
              <Avatar name={name} /> {name}
            </button>
          ))}
          <button formmethod="dialog">{t('Cancel')}</button>
        </form>
      </dialog>
    </fieldset>
  );
}

export function Attachments({ request: { t, person, issr, server }, ticket }: Props) {
  const isSent = issr.action?.name === 'attach';
  return (
    <section>
      <h2>{t('Attachments')}</h2>
      <ul class="files">
        {server.desk.attachments(ticket.id).map(({ id, name, type }) => (
          <li key={id}>
            {type.startsWith('image/') && (
              <>
                <button type="button" popovertarget={`preview-${id}`}>
                  <img src={`/helpdesk/files/${id}`} alt={name} />
                </button>
                <img id={`preview-${id}`} popover="auto" src={`/helpdesk/files/${id}`} alt={name} />
              </>
            )}
            <a href={`/helpdesk/files/${id}`}>{name}</a>
          </li>
        ))}
      </ul>
      {person && (
        <form {...actions.attach.form()} enctype="multipart/form-data">
          <label for="file">{t('Pictures, PDF or text')}</label>
          <input id="file" type="file" name="file" multiple required update={isSent} do="change: submit" />
          <p class="problem" role="alert" data-issr-upload-error="file" />
          <button class="plain">{t('Attach')}</button>
        </form>
      )}
    </section>
  );
}
