import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { stringify } from 'csv-stringify/sync';
import { defineActions } from 'fastify-issr';
import type { ComponentChildren } from 'preact';
import { type Static, Type } from 'typebox';
import { leads } from './access.js';
import { SORTS, STATUSES, type Ticket } from './desk.js';
import { common, Frame } from './frame.js';
import { Avatar, Choice, setParam, TicketLink } from './parts.js';
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

const options = {
  schema: { querystring: Type.Object({ ...address, selected: Type.Optional(selection) }) },
  actions: { ...common, ...list },
  url: Object.keys(address),
};

const tickets: FastifyPluginAsyncTypebox = async (fastify) => {
  fastify.issrRoute('/helpdesk', options, (request) => {
    const { issr, person, t } = request;
    const { selected = [], page: wanted, ...filter } = request.query;
    issr.watch('tickets');
    const found = fastify.desk.find(filter);
    const pages = Math.ceil(found.length / PAGE_SIZE);
    const page = Math.min(wanted, pages);
    const query = { ...filter, page };
    const rows = found.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE);
    const isLead = person?.role === 'lead';
    const isAll = issr.action?.name === 'selectAll';
    const chosen = rows.filter(({ id }) => isAll || selected.includes(id));
    const question = chosen.length > 0 ? t('Delete tickets: %?', chosen.length) : undefined;
    return (
      <Frame request={request} title={t('Tickets')} tools={<Tools query={query} t={t} />}>
        <Search query={query} t={t} />
        <form class="panel" method="post" data-rr="change">
          {isLead && (
            <div class="row">
              <button {...list.selectAll()}>{t('Select all')}</button>
              <button class="danger" {...list.remove()} confirm={question}>
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
  });

  fastify.get('/helpdesk/tickets.csv', { schema }, ({ query, t }, reply) => {
    const rows = fastify.desk
      .find(query)
      .map((row) => [row.title, row.requester, t(row.priority), t(row.status), row.assignee, row.created]);
    const cast = { number: (time: number) => new Date(time).toISOString() };
    // A spreadsheet would run a text that begins like a formula.
    const format = { quoted: true, escape_formulas: true, record_delimiter: 'windows', cast } as const;
    reply.header('content-disposition', 'attachment; filename="tickets.csv"').type('text/csv');
    return stringify([SORTS.map((sort) => t(sort)), ...rows], format);
  });
};

function Tools({ query, t }: { query: Query; t: Translator }) {
  const csv = `/helpdesk/tickets.csv?${new URLSearchParams({ ...query, page: '1' })}`;
  return (
    <div class="row">
      <a class="button" href={csv} download>
        CSV
      </a>
      <a class="button primary" href="/helpdesk/new" data-rr="click, key alt+n" aria-keyshortcuts="Alt+N">
        {t('New ticket')} <kbd>Alt+N</kbd>
      </a>
    </div>
  );
}

function Search({ query: { q, status, sort }, t }: { query: Query; t: Translator }) {
  return (
    <search>
      <form class="row" data-rr="submit, change, input 200" with="page=1">
        <input
          type="search"
          name="q"
          value={q}
          maxlength={80}
          aria-label={t('Search')}
          placeholder={t('Search')}
        />
        <Choice name="status" aria-label={t('Status')} of={['', ...STATUSES]} value={status} t={t} />
        {sort !== 'Created' && <input type="hidden" name="sort" value={sort} />}
        <button>{t('Search')}</button>
      </form>
    </search>
  );
}

type RowProps = { ticket: Ticket; t: Translator; children: ComponentChildren };

/** A row that begins with its checkbox. */
function Row({ ticket, t, children }: RowProps) {
  const { id, requester, priority, status, assignee, created } = ticket;
  return (
    <tr id={`ticket-${id}`}>
      <th scope="row">
        {children}
        <TicketLink {...ticket} />
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
