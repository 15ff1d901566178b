import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Page } from '../../src/page/page.js';
import { createGate } from '../support/gate.js';
import { PageDriver } from '../support/page-driver.js';
import { createServer, listen } from '../support/server.js';
import { waitFor } from '../support/wait.js';

type Outcome = (request: FastifyRequest, reply: FastifyReply) => unknown;

/** Ends of an action, and the messages that tell the browser of it. */
const ENDS: [name: string, end: Outcome, expected: unknown[][]][] = [
  ['a redirect', (_, reply) => reply.redirect('/next'), [['redirect', 1, '/next', false]]],
  [
    'a redirect after a sign-in',
    (_, reply) => reply.header('set-cookie', 'user=ada').redirect('/next'),
    [['cookies'], ['redirect', 1, '/next', false]],
  ],
  ['an error', () => Promise.reject(new Error('full')), [['error', 1]]],
  ['a result', () => ({ n: 1 }), [['running', [], [1, 200, [], { n: 1 }]]]],
];

for (const [name, end, expected] of ENDS)
  test(`${name} that was lost with a connection comes with the next one, until it is seen`, async (t) => {
    const gate = createGate(t);
    const fastify = await createServer(t, { showErrors: false });
    const response = { type: 'object', properties: { n: { type: 'integer' } } } as const;
    let runs = 0;
    const handler = async (request: FastifyRequest, _value: string, reply: FastifyReply) => {
      runs++;
      await gate.opened;
      return end(request, reply);
    };
    fastify.issrRoute('/', { actions: { act: { response, handler } } }, () => '<p>page</p>');
    const page = await PageDriver.open(await listen(fastify), '/');
    page.sendEvent({ actions: [['act', 't']] });
    await waitFor(() => runs === 1);
    await page.drop();
    const record = fastify.issr.pages.get(page.id) as Page;
    await waitFor(() => record.state === 'detached');
    gate.open();
    await waitFor(() => record.output.answerAfter(0) !== undefined);
    const joinAt = async (event: number) => {
      await page.connect();
      const start = page.messages.length;
      assert.deepEqual(await page.join({ event, patches: 0 }), ['joined', 1, true]);
      const messages: unknown[][] = page.messages.slice(start);
      await page.drop();
      return messages.slice(
        0,
        messages.findIndex(([verb]) => verb === 'joined'),
      );
    };
    for (const received of [await joinAt(0), await joinAt(0)])
      assert.deepEqual(
        received.map((message, index) => message.slice(0, expected[index]?.length)),
        expected,
      );
    const verbs = (await joinAt(1)).map(([verb]) => verb);
    assert.ok(!verbs.includes('redirect') && !verbs.includes('error'));
    assert.equal(runs, 1);
  });
