import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { defineActions } from 'fastify-issr';
import { agents } from './access.js';
import { STATUSES } from './desk.js';
import { common, Frame } from './frame.js';

const job = defineActions({
  remind: {
    preHandler: agents,
    async *handler({ server: { desk }, signal, person, t }) {
      const waiting = desk.find({ status: 'Waiting' });
      const text = t('We are waiting for your answer.');
      let sent = 0;
      for (const { id: ticket } of waiting) {
        await sleep(200);
        if (signal.aborted) break;
        desk.add('comment', { ticket, author: person?.name ?? '', text });
        yield { sent: ++sent, total: waiting.length, isRunning: true };
      }
      return { sent, total: waiting.length, isRunning: false };
    },
  },
  stop: ({ issr }) => issr.stop('remind'),
});

export default (async (fastify) => {
  fastify.issrRoute('/helpdesk/reports', { actions: { ...common, ...job } }, (request) => {
    const { issr, person, t } = request;
    issr.watch('tickets');
    const { sent = 0, total = 1, isRunning = false } = issr.result ?? {};
    return (
      <Frame request={request} title={t('Reports')}>
        <section class="panel">
          <h2>{t('Tickets by status')}</h2>
          <Chart request={request} />
        </section>
        {person && (
          <form class="panel" {...job.remind.form()}>
            <h2>{t('Remind everyone who has to answer')}</h2>
            <div class="row">
              {isRunning && <button {...job.stop()}>{t('Stop')}</button>}
              {!isRunning && <button class="primary">{t('Send')}</button>}
              <progress value={sent} max={total} aria-label={t('Sent: %', sent)} />
              <span role="status">{t('Sent: %', sent)}</span>
            </div>
          </form>
        )}
      </Frame>
    );
  });
}) satisfies FastifyPluginAsync;

function Chart({ request: { server, t } }: { request: FastifyRequest }) {
  const bars = STATUSES.map((status) => ({ status, count: server.desk.find({ status }).length }));
  const label = bars.map(({ status, count }) => `${t(status)}: ${count}`).join(', ');
  const scale = 320 / Math.max(1, ...bars.map(({ count }) => count));
  return (
    <svg class="chart" viewBox="0 0 320 200" role="img" aria-label={label}>
      {bars.map(({ status, count }, n) => (
        <g key={status} class={status} transform={`translate(0 ${n * 50})`}>
          <text y={16}>{`${t(status)}: ${count}`}</text>
          <rect y={24} width={count * scale} height={14} rx={7} />
        </g>
      ))}
    </svg>
  );
}
