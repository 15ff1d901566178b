import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PageDriver } from '../support/page-driver.js';
import { createServer, listen } from '../support/server.js';

interface Player {
  name: string;
  points: number;
}

const Row = ({ player: { name, points }, isOwn }: { player: Player; isOwn: boolean }) => (
  <li id={name} class={isOwn ? 'own' : undefined}>
    <b>{name}</b>: {points}
  </li>
);

test('pages that a push renders one after the other each show their own', async (t) => {
  const fastify = await createServer(t);
  const players: Player[] = Array.from({ length: 12 }, (_, index) => ({ name: `p${index}`, points: 0 }));
  fastify.issrRoute<{ Querystring: { name: string } }>('/game', ({ query: { name } }) => (
    <html lang="en">
      <head>
        <title>{name}</title>
      </head>
      <body>
        <h1>Hello {name}</h1>
        <ul>
          {players.map((player) => (
            <Row key={player.name} player={player} isOwn={player.name === name} />
          ))}
        </ul>
        {players.length % 2 === 0 && <p title={name}>even</p>}
        <footer>All {players.length} players</footer>
      </body>
    </html>
  ));
  const origin = await listen(fastify);
  const names = players.map(({ name }) => name);
  const pages = await Promise.all(names.map((name) => PageDriver.open(origin, `/game?name=${name}`)));
  const changes = [
    () => {
      (players[3] as Player).points++;
    },
    () => players.splice(5, 1),
    () => players.unshift({ name: 'new', points: 9 }),
    () => players.reverse(),
    () => {
      for (const player of players) player.points = 100;
    },
  ];
  for (const change of changes) {
    change();
    await fastify.issr.rr('/game');
    for (const [index, page] of pages.entries()) {
      await page.settled();
      const loaded = await PageDriver.load(origin, `/game?name=${names[index]}`);
      assert.equal(page.html, loaded.html);
    }
  }
});
