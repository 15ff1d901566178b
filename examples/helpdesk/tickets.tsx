import { type FastifyPluginAsyncTypebox, type Static, Type } from '@fastify/type-provider-typebox';
import { defineActions } from 'fastify-issr';
import type { ComponentChildren } from 'preact';
import { leads } from './access.js';
import { SORTS, STATUSES, type Ticket } from './desk.js';
import { common, Frame } from './frame.js';
import { Avatar, Options, setParam } from './parts.js';
import type { Translator } from './words.js';

const PAGE_SIZE = 10;
const address = {
  q: Type.String({ default: '', maxLength: 80 }),
  status: Type.Enum(['', ...STATUSES], { default: '' }),
  sort: Type.Enum(SORTS, { default: 'Created' }),
  page: Type.Integer({ default: 1, minimum: 1, maximum: 10_000 }),
};
const schema = { querystring: Type.Object(address) };
type Query = Static<typeof schema.querystring>;
const selection = Type.Array(Type.Integer(), { maxItems: PAGE_SIZE });

const list = defineActions({
  remove: {
    schema: Type.Object({ selected: { ...selection, minItems: 1 } }),
    preHandler: leads,
    handler({ query: { selected }, server, issr, t }) {
      server.desk.remove(selected);
      issr.flash(t('Deleted tickets: %', selected.length), 'success');
    },
  },
  selectAll: () => {},
});

const tickets: FastifyPluginAsyncTypebox = async (fastify) => {
  fastify.issrRoute(
    '/helpdesk',
    {
      schema: { querystring: Type.Object({ ...address, selected: Type.Optional(selection) }) },
      actions: { ...common, ...list },
      url: Object.keys(address),
    },
    (request) => {
      const { issr, person, t } = request;
      const { selected = [], q, status, sort, page: wanted } = request.query;
      issr.watch('tickets');
      const found = fastify.desk.find({ q, status, sort });
      const pages = Math.ceil(found.length / PAGE_SIZE);
      const page = Math.min(wanted, pages);
      const query = { q, status, sort, page };
      const rows = found.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE);
      const isLead = person?.role === 'lead';
      const isAll = issr.action?.name === 'selectAll';
      const chosen = rows.filter(({ id }) => isAll || selected.includes(id));
      return (
        <Frame request={request} title={t('Tickets')} tools={<Tools query={query} t={t} />}>
          <Search query={query} t={t} />
          <form class="panel" method="post" data-rr="change">
            {isLead && (
              <div class="row">
                <button {...list.selectAll()}>{t('Select all')}</button>
                <button
                  class="danger"
                  {...list.remove()}
                  confirm={chosen.length > 0 ? t('Delete tickets: %?', chosen.length) : undefined}
                >
                  {t('Delete')}
                </button>
                <span role="status">{t('Selected: %', chosen.length)}</span>
                <span class="problem" role="alert">
                  {issr.errors.selected && t('Select tickets first')}
                </span>
              </div>
            )}
            <table>
              <thead>
                <tr>
                  {SORTS.map((sort) => (
                    <th class={sort} scope="col" aria-sort={sort === query.sort ? 'ascending' : undefined}>
                      <a {...setParam({ ...query, page: 1 }, 'sort', sort)} with="page=1">
                        {t(sort)}
                      </a>
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {rows.map((ticket) => (
                  <Row ticket={ticket} t={t}>
                    {isLead && (
                      <input
                        type="checkbox"
                        name="selected"
                        value={ticket.id}
                        checked={chosen.includes(ticket)}
                        update={isAll}
                        aria-label={t('Select %', ticket.title)}
                      />
                    )}
                  </Row>
                ))}
              </tbody>
            </table>
          </form>
          <nav class="row pages" aria-label={t('Pages')}>
            <span role="status">{t('Tickets: %', found.length)}</span>
            {Array.from({ length: pages }, (_, n) => (
              <a {...setParam(query, 'page', n + 1)} aria-current={n + 1 === page ? 'page' : undefined}>
                {n + 1}
              </a>
            ))}
          </nav>
        </Frame>
      );
    },
  );

  fastify.get('/helpdesk/tickets.csv', { schema }, ({ query, t }, reply) => {
    const rows = fastify.desk
      .find(query)
      .map(({ title, requester, priority, status, assignee, created }) => [
        ...[title, requester, t(priority), t(status), assignee ?? '', new Date(created).toISOString()],
      ]);
    const csv = [SORTS.map((sort) => t(sort)), ...rows].map((row) => `${row.map(quote)}\r\n`).join('');
    return reply
      .header('content-disposition', 'attachment; filename="tickets.csv"')
      .type('text/csv')
      .send(csv);
  });
};

/** Quotes a cell. A spreadsheet would run a text that begins like a formula. */
function quote(text: string): string {
  return `"${text.replace(/^[=+\-@\t\r]/, "'$&").replaceAll('"', '""')}"`;
}

function Tools({ query, t }: { query: Query; t: Translator }) {
  return (
    <div class="row">
      <a
        class="button"
        href={`/helpdesk/tickets.csv?${new URLSearchParams({ ...query, page: '1' })}`}
        download
      >
        CSV
      </a>
      <a class="button primary" href="/helpdesk/new" data-rr="click, key alt+n" aria-keyshortcuts="Alt+N">
        {t('New ticket')} <kbd>Alt+N</kbd>
      </a>
    </div>
  );
}

function Search({ query, t }: { query: Query; t: Translator }) {
  return (
    <search>
      <form class="row" data-rr="submit, change, input 200" with="page=1">
        {query.sort !== 'Created' && <input type="hidden" name="sort" value={query.sort} />}
        <input
          type="search"
          name="q"
          value={query.q}
          maxlength={80}
          aria-label={t('Search')}
          placeholder={t('Search')}
        />
        <select name="status" aria-label={t('Status')}>
          <Options of={['', ...STATUSES]} value={query.status} t={t} />
        </select>
        <button>{t('Search')}</button>
      </form>
    </search>
  );
}

interface RowProps {
  ticket: Ticket;
  t: Translator;
  /** The row's checkbox. */
  children: ComponentChildren;
}

function Row({ ticket, t, children }: RowProps) {
  const { id, title, requester, priority, status, assignee, created } = ticket;
  return (
    <tr id={`ticket-${id}`}>
      <th scope="row">
        {children}
        <a href={`/helpdesk/tickets/${id}`} data-rr="click">
          {title}
        </a>
      </th>
      <td class="Requester">{requester}</td>
      <td class="Priority">
        <span class={`badge ${priority}`}>{t(priority)}</span>
      </td>
      <td>
        <span class={`badge ${status}`}>{t(status)}</span>
      </td>
      <td class="Assignee">{assignee && <Avatar name={assignee} />}</td>
      <td class="Created">{t.date(created)}</td>
    </tr>
  );
}

export default tickets;
