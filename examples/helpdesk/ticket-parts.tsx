import type { FastifyRequest } from 'fastify';
import { fields } from 'fastify-issr';
import { NAMES } from './access.js';
import { type Attachment, PRIORITIES, STATUSES, type Ticket } from './desk.js';
import { Avatar, Choice, Field } from './parts.js';
import { actions, heading, remark } from './ticket-actions.js';

type Props = { request: FastifyRequest; ticket: Ticket };

/** A heading to write in: saved when it is left, and checked while it is typed. */
export function Heading({ request, ticket }: Props) {
  const { t, server } = request;
  const { title } = request.query as { title?: string };
  const isTaken = server.desk.isTaken(title, ticket.id);
  const f = fields(request, heading, { title: isTaken && t('This subject is taken') });
  return (
    <form class="heading" {...actions.rename.form()} data-rr="submit, input 300">
      <h1 class="hidden">{ticket.title}</h1>
      <input {...f.input('title')} value={ticket.title} aria-label={t('Subject')} do="change: submit" />
      <small class="problem" {...f.error('title')} />
    </form>
  );
}

export function Comments({ request, ticket }: Props) {
  const { t, issr, server } = request;
  const f = fields(request, remark);
  const isSent = issr.action?.name === 'comment' && !issr.refused;
  return (
    <>
      <h2>{t('Comments')}</h2>
      <div class="comments" role="log" aria-label={t('Comments')}>
        {server.desk.comments(ticket.id).map(({ id, author, text, created }) => (
          <article key={id} class="panel">
            <Avatar name={author} /> <b>{author}</b> <small>{t.date(created)}</small>
            <p>{text}</p>
          </article>
        ))}
      </div>
      <form class="fields" {...actions.comment.form()}>
        <Field label={t('Your comment')} error={f.error('remark')}>
          <textarea {...f.textarea('remark')} value="" update={isSent} rows={3} />
        </Field>
        <button class="primary" action="comment" data-rr="key ctrl+enter" aria-keyshortcuts="Control+Enter">
          {t('Send')} <kbd>Ctrl+Enter</kbd>
        </button>
      </form>
    </>
  );
}

export function Facts({ request: { t, person }, ticket }: Props) {
  const { status, priority, requester, created, assignee } = ticket;
  const choice = { disabled: !person, do: 'change: submit', t } as const;
  return (
    <section>
      <form class="row" {...actions.set.form()}>
        <Field label={t('Status')}>
          <Choice name="status" of={STATUSES} value={status} {...choice} />
        </Field>
        <Field label={t('Priority')}>
          <Choice name="priority" of={PRIORITIES} value={priority} {...choice} />
        </Field>
        <noscript>
          <button>{t('Save')}</button>
        </noscript>
      </form>
      <dl>
        <dt>{t('Requester')}</dt>
        <dd>{requester}</dd>
        <dt>{t('Created')}</dt>
        <dd>{t.date(created)}</dd>
        <dt>{t('Assignee')}</dt>
        <dd>{assignee ?? '–'}</dd>
      </dl>
      {person && (
        // `command` opens the dialog without script, `do` in browsers that do not know `command`.
        <button type="button" commandfor="assign" command="show-modal" do="open #assign">
          {t('Assign')}
        </button>
      )}
      <dialog id="assign" aria-labelledby="assign-title">
        <form class="fields" method="post">
          <h2 id="assign-title">{t('Assign')}</h2>
          {NAMES.map((name) => (
            <button {...actions.assign(name)} do="close #assign" aria-pressed={name === assignee}>
              <Avatar name={name} /> {name}
            </button>
          ))}
          <button formmethod="dialog">{t('Cancel')}</button>
        </form>
      </dialog>
    </section>
  );
}

export function Attachments({ request: { t, person, issr, server }, ticket }: Props) {
  const isSent = issr.action?.name === 'attach';
  return (
    <section>
      <h2>{t('Attachments')}</h2>
      <ul class="files">
        {server.desk.attachments(ticket.id).map((file) => (
          <li key={file.id}>
            {file.type.startsWith('image/') && <Preview {...file} />}
            <a href={`/helpdesk/files/${file.id}`}>{file.name}</a>
          </li>
        ))}
      </ul>
      {person && (
        <form {...actions.attach.form()} enctype="multipart/form-data">
          <Field label={t('Pictures, PDF or text')}>
            <input type="file" name="file" multiple required update={isSent} do="change: submit" />
          </Field>
          <p class="problem" role="alert" data-issr-upload-error="file" />
          <noscript>
            <button>{t('Attach')}</button>
          </noscript>
        </form>
      )}
    </section>
  );
}

/** A small picture that opens the large one. */
const Preview = ({ id, name }: Attachment) => (
  <>
    <button type="button" popovertarget={`preview-${id}`}>
      <img src={`/helpdesk/files/${id}`} alt={name} />
    </button>
    <img id={`preview-${id}`} popover="auto" src={`/helpdesk/files/${id}`} alt={name} />
  </>
);
