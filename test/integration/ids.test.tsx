import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useId } from 'preact/hooks';
import { Later, memo } from '../../src/index.js';
import { createServer } from '../support/server.js';

const Field = ({ name }: { name: string }) => {
  const id = useId();
  return (
    <p>
      <label for={id}>{name}</label>
      <input id={id} name={name} />
    </p>
  );
};
const Row = memo(({ row }: { row: { id: number } }) => <Field name={`row ${row.id}`} />);
const Text = memo(({ name, mark }: { name: string; mark?: symbol }) => <Field name={mark ? 'mark' : name} />);

const Part = ({ name, inner }: { name: string; inner: string }) => (
  <Later>
    {async () => (
      <>
        <Field name={name} />
        <Later>{() => <Field name={inner} />}</Later>
      </>
    )}
  </Later>
);

const rows = [{ id: 1 }, { id: 2 }];

test('each id of useId is one of its page, in late parts and memo rows too, and the same in each load', async (t) => {
  const fastify = await createServer(t);
  fastify.issrRoute('/', () => (
    <main>
      <Field name="page" />
      <Part name="first" inner="inside the first" />
      <Part name="second" inner="inside the second" />
      {rows.map((row) => (
        <Row key={row.id} row={row} />
      ))}
      <Text name="a" />
      <Text name="b" />
      <Text name="b" mark={Symbol('mark')} />
    </main>
  ));
  const load = async () => {
    const { body } = await fastify.inject('/?issr-whole');
    const names = Array.from(
      body.matchAll(/<label for="([^"]*)">([^<]*)</g),
      ([, id, name]) => `${id} ${name}`,
    );
    const inputs = Array.from(
      body.matchAll(/<input id="([^"]*)" name="([^"]*)"/g),
      ([, id, name]) => `${id} ${name}`,
    );
    assert.deepEqual(names, inputs);
    return inputs;
  };
  const inputs = await load();
  assert.equal(inputs.length, 10);
  assert.equal(new Set(inputs.map((input) => input.split(' ')[0])).size, 10, inputs.join('\n'));
  assert.deepEqual(await load(), inputs);
});
