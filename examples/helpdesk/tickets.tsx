import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { stringify } from 'csv-stringify/sync';
import type { FastifyRequest } from 'fastify';
import { defineActions, fields } from 'fastify-issr';
import { Type } from 'typebox';
import { Field } from '../field.js';
import { leads } from './access.js';
import { SORTS, STATUSES, type Ticket } from './desk.js';
import { Avatar, common, Frame, Link } from './frame.js';
import type { Text } from './words.js';

const PAGE_SIZE = 10;
const address = Type.Object({
  q: Type.String({ title: 'Search', default: '', maxLength: 80 }),
  status: Type.Enum(['', ...STATUSES], { title: 'Status', default: '' }),
  sort: Type.Enum(SORTS, { default: 'Created' }),
  page: Type.Integer({ default: 1, minimum: 1, maximum: 10_000 }),
});
const selection = Type.Array(Type.Integer(), { maxItems: PAGE_SIZE });

/** Props of a link that sets a param in place. Without script it loads the page with that param. */
function setParam(params: object, name: 'sort' | 'page', value: string | number) {
  const search = new URLSearchParams({ ...params, [name]: `${value}` });
  return { href: `?${search}`, 'data-rr': 'click', action: name, value };
}

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
  csv: {
    schema: address,
    handler({ query, server: { desk }, t }, _value, reply) {
      const rows = desk
        .find(query)
        .map((row) => [row.title, row.requester, t(row.priority), t(row.status), row.assignee, row.created]);
      const cast = { number: (time: number) => new Date(time).toISOString() };
      // A spreadsheet would run a text that begins like a formula.
      const format = { quoted: true, escape_formulas: true, record_delimiter: 'windows', cast } as const;
      reply.header('content-disposition', 'attachment; filename="tickets.csv"').type('text/csv');
      return reply.send(stringify([SORTS.map((sort) => t(sort)), ...rows], format));
    },
  },
});

const options = {
  schema: { querystring: Type.Object({ ...address.properties, selected: Type.Optional(selection) }) },
  actions: { ...common, ...list },
  url: Object.keys(address.properties),
};

export default (async (fastify) => {
  fastify.issrRoute('/helpdesk', options, (request) => {
    const { issr, person, t } = request;
    const { selected = [], page: wanted, ...filter } = request.query;
    issr.watch('tickets');
    const found = fastify.desk.find(filter);
    const pages = Math.ceil(found.length / PAGE_SIZE);
    const page = Math.min(wanted, pages);
    const rows = found.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE);
    const isAll = issr.action?.name === 'selectAll';
    const chosen = rows.filter(({ id }) => isAll || selected.includes(id));
    return (
      <Frame request={request} title={t('Tickets')}>
        <Search request={request} sort={filter.sort} />
        <form class="panel" method="post" data-rr="change">
          {person?.isLead && <Selection request={request} count={chosen.length} />}
          <table>
            <thead>
              <tr>
                {SORTS.map((sort) => (
                  <th class={sort} scope="col" aria-sort={sort === filter.sort ? 'ascending' : undefined}>
                    <a {...setParam({ ...filter, page: 1 }, 'sort', sort)} with="page=1">
                      {t(sort)}
                    </a>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((ticket) => (
                <Row request={request} ticket={ticket} isChosen={chosen.includes(ticket)} />
              ))}
            </tbody>
          </table>
        </form>
        <nav class="row pages" aria-label={t('Pages')}>
          <span role="status">{t('Tickets: %', found.length)}</span>
          {Array.from({ length: pages }, (_, n) => (
            <a {...setParam(filter, 'page', n + 1)} aria-current={n + 1 === page ? 'page' : undefined}>
              {n + 1}
            </a>
          ))}
        </nav>
      </Frame>
    );
  });
}) satisfies FastifyPluginAsyncTypebox;

function Search({ request, sort }: { request: FastifyRequest; sort: string }) {
  const f = fields(request, address, {}, { text: (text: Text | '') => request.t(text || 'Any status') });
  return (
    <search>
      <form class="row" data-rr="submit, change, input 200" with="page=1">
        <Field of={f} name="q" placeholder={request.t('Search')} />
        <Field of={f} name="status" />
        {sort !== 'Created' && <input type="hidden" name="sort" value={sort} />}
        <button class="plain">{request.t('Search')}</button>
        <button {...list.csv()}>CSV</button>
      </form>
    </search>
  );
}

const Selection = ({ request: { t, issr }, count }: { request: FastifyRequest; count: number }) => (
  <div class="row">
    <button {...list.selectAll()}>{t('Select all')}</button>
    <button class="danger" {...list.remove()} confirm={count ? t('Delete tickets: %?', count) : undefined}>
      {t('Delete')}
    </button>
    <span role="status">{issr.errors.selected ? t('Select tickets first') : t('Selected: %', count)}</span>
  </div>
);

type RowProps = { request: FastifyRequest; ticket: Ticket; isChosen: boolean };

function Row({ request: { t, issr, person }, ticket, isChosen }: RowProps) {
  const { id, title, requester, priority, status, assignee, created } = ticket;
  const choice = { name: 'selected', checked: isChosen, update: issr.action?.name === 'selectAll' };
  return (
    <tr id={`ticket-${id}`}>
      <th scope="row">
        {person?.isLead && <input type="checkbox" value={id} {...choice} aria-label={t('Select %', title)} />}
        <Link href={`/helpdesk/tickets/${id}`}>{title}</Link>
      </th>
      <td class="Requester">{requester}</td>
      <td class={`Priority badge ${priority}`}>{t(priority)}</td>
      <td class={`badge ${status}`}>{t(status)}</td>
      <td class="Assignee">{assignee && <Avatar name={assignee} />}</td>
      <td class="Created">{t.date(created)}</td>
    </tr>
  );
}
