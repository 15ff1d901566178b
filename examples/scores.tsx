import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { memo } from 'fastify-issr';
import { Type } from 'typebox';
import { Layout } from './layout.js';
import { FULL_TIME, League, type Match, TEAMS } from './league.js';

const schema = { querystring: Type.Object({ team: Type.Enum(['', ...TEAMS], { default: '' }) }) };

const scores: FastifyPluginAsyncTypebox = async (fastify) => {
  const league = new League();
  const timer = setInterval(() => {
    league.tick();
    void fastify.issr.changed('scores');
  }, 1000).unref();
  fastify.addHook('onClose', async () => clearInterval(timer));

  fastify.issrRoute('/scores', { schema, share: ({ query }) => query.team }, ({ query, issr }) => {
    issr.watch('scores');
    return (
      <Layout
        title="Scores"
        lead="A minute of each match takes a second. Pages that follow the same team are rendered once for all of them."
        source="scores.tsx"
      >
        <div class="columns">
          <section class="panel">
            <h2>
              {league.minute === FULL_TIME ? (
                'Full time'
              ) : (
                <>
                  Minute <time>{league.minute}</time>
                </>
              )}
            </h2>
            <ul class="matches">
              {league.matches.map((match) => (
                <MatchLine match={match} />
              ))}
            </ul>
            <label>
              Your team
              <select name="team" onchange="rr(this)">
                {['', ...TEAMS].map((team) => (
                  <option value={team} selected={team === query.team}>
                    {team || 'none'}
                  </option>
                ))}
              </select>
            </label>
          </section>
          <section class="panel">
            <h2>Table</h2>
            <table class="standings">
              <thead>
                <tr>
                  <th scope="col" class="team">
                    Team
                  </th>
                  <th scope="col">Played</th>
                  <th scope="col">Goals</th>
                  <th scope="col">Points</th>
                </tr>
              </thead>
              <tbody>
                {league.table().map(({ team, played, difference, points }) => (
                  <tr id={team} class={team === query.team ? 'mine' : undefined}>
                    <th scope="row" class="team">
                      {team}
                    </th>
                    <td>{played}</td>
                    <td>{signed(difference)}</td>
                    <td>{points}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        </div>
      </Layout>
    );
  });
};

/** Rendered again only after a goal: the league then makes a new match of it. */
const MatchLine = memo(({ match: { teams, goals } }: { match: Match }) => (
  <li>
    <span>{teams[0]}</span>
    <output>
      {goals[0]} : {goals[1]}
    </output>
    <span>{teams[1]}</span>
  </li>
));

/** 2 → `+2`, -1 → `−1` */
function signed(number: number): string {
  return number > 0 ? `+${number}` : `${number}`.replace('-', '−');
}

export default scores;
