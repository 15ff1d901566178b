import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { defineActions } from 'fastify-issr';
import { agents } from './access.js';
import { STATUSES, type Ticket } from './desk.js';
import { common, Frame } from './frame.js';
import type { Translator } from './words.js';

const job = defineActions({
  remind: {
    preHandler: agents,
    async *handler({ server: { desk }, signal, person, t }) {
      const waiting = desk.find({ status: 'Waiting' });
      let sent = 0;
      for (const { id } of waiting) {
        await sleep(200);
        if (signal.aborted) break;
        desk.comment(id, person?.name ?? '', t('We are waiting for your answer.'));
        yield { sent: ++sent, total: waiting.length, isRunning: true };
      }
      return { sent, total: waiting.length, isRunning: false };
    },
  },
  stop: { handler: ({ issr }) => issr.stop('remind') },
});

const reports: FastifyPluginAsyncTypebox = async (fastify) => {
  fastify.issrRoute('/helpdesk/reports', { actions: { ...common, ...job } }, (request) => {
    const { issr, person, t } = request;
    issr.watch('tickets');
    const { sent = 0, total = 1, isRunning = false } = issr.result ?? {};
    const stop = { ...job.stop(), type: 'button' } as const;
    return (
      <Frame request={request} title={t('Reports')}>
        <div class="columns">
          <section class="panel">
            <h2>{t('Tickets by status')}</h2>
            <Chart tickets={fastify.desk.find()} t={t} />
          </section>
          {person && (
            <form class="panel" {...job.remind.form()}>
              <h2>{t('Remind everyone who has to answer')}</h2>
              <div class="row">
                {isRunning ? (
                  <button {...stop}>{t('Stop')}</button>
                ) : (
                  <button class="primary">{t('Send')}</button>
                )}
                <progress value={sent} max={total} aria-label={t('Sent: %', sent)} />
                <span role="status">{t('Sent: %', sent)}</span>
              </div>
            </form>
          )}
        </div>
      </Frame>
    );
  });
};

function Chart({ tickets, t }: { tickets: Ticket[]; t: Translator }) {
  const bars = STATUSES.map((status, n) => {
    const count = tickets.filter((ticket) => ticket.status === status).length;
    return { status, name: t(status), count, x: n * 100 + 50 };
  });
  const scale = 160 / Math.max(1, ...bars.map(({ count }) => count));
  const label = bars.map(({ name, count }) => `${name}: ${count}`).join(', ');
  return (
    <svg class="chart" viewBox="0 0 400 220" role="img" aria-label={label}>
      {bars.map(({ status, name, count, x }) => (
        <g key={status} class={status}>
          <rect x={x - 35} y={190 - count * scale} width={70} height={count * scale} rx={6} />
          <text x={x} y={182 - count * scale}>
            {count}
          </text>
          <text x={x} y={212}>
            {name}
          </text>
        </g>
      ))}
    </svg>
  );
}

export default reports;
