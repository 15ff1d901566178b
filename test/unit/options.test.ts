import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { errors } from '../../src/errors.js';
import { type IssrOptions, resolveOptions } from '../../src/options/options.js';
import { ROOT } from '../support/documents.js';

const refused: [name: keyof IssrOptions, value: unknown, message: RegExp][] = [
  ['maxParams', 0, /must be an integer above 0\. Got: 0$/],
  ['handlerTimeout', 0, /must be an integer from 1 to 2147483647 \(milliseconds\)\. Got: 0$/],
  ['handlerTimeout', 2 ** 31, /Got: 2147483648$/],
  ['handlerTimeout', '1000', /Got: 1000$/],
  ['maxMessageBytes', -1, /Got: -1$/],
  ['maxQueuedEvents', 1.5, /Got: 1\.5$/],
  ['maxStoredBytes', Number.POSITIVE_INFINITY, /Got: Infinity$/],
  ['tokenLifetime', Number.NaN, /Got: NaN$/],
  ['resumeWindow', -1, /must be an integer from 0 to 2147483647 \(milliseconds\)\. Got: -1$/],
  ['prefix', 'live', /must be '' or a path such as '\/live'\. Got: live$/],
  ['prefix', '/live/', /Got: \/live\/$/],
  ['prefix', 7, /Got: 7$/],
  [
    'secret',
    'short',
    /must be a string of 32 characters or more, or a list of such strings\. Got: \(not shown\)$/,
  ],
  ['secret', [], /Got: \(not shown\)$/],
  ['secret', ['s'.repeat(32), 'short'], /Got: \(not shown\)$/],
  ['maxConnectionAge', -1, /Got: -1$/],
  ['allowedOrigins', 'https://shop.example', /Got: https:\/\/shop\.example$/],
  ['allowedOrigins', [1], /Got: 1$/],
  ['showErrors', 'yes', /must be true or false\. Got: yes$/],
  ['debug', 'open', /must be true, false or 'shortcut'\. Got: open$/],
  ['progress', 0, /must be true or false\. Got: 0$/],
  ['requestLogLevel', 'loud', /Got: loud$/],
  ['onConnect', 'fn', /must be a function\. Got: fn$/],
  ['onVisit', 1, /must be a function\. Got: 1$/],
  ['onDisconnect', {}, /must be a function\. Got: /],
];

for (const [name, value, message] of refused) {
  test(`refuses ${name}: ${JSON.stringify(value)} and names both`, () => {
    assert.throws(
      () => resolveOptions({ [name]: value }),
      (error: Error & { code?: string }) => {
        assert.equal(error.code, 'ISSR_ERR_OPTION');
        assert.match(error.message, new RegExp(`^Option '${name}' `));
        assert.match(error.message, message);
        return true;
      },
    );
  });
}

test('names an unknown option and lists the known ones', () => {
  assert.throws(() => resolveOptions({ resumeWindwo: 1 } as IssrOptions), {
    message: /^Option 'resumeWindwo' must be one of prefix, .*resumeWindow.*\. Got: resumeWindwo$/,
  });
});

test('undefined gets the default, while 0 and false are kept', () => {
  const { handlerTimeout, resumeWindow, progress, prefix } = resolveOptions({
    handlerTimeout: undefined,
    resumeWindow: 0,
    progress: false,
  });
  assert.deepEqual([handlerTimeout, resumeWindow, progress, prefix], [10_000, 0, false, '']);
});

test('shows errors unless NODE_ENV is production', (t) => {
  const before = process.env.NODE_ENV;
  t.after(() => {
    if (before === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = before;
  });
  process.env.NODE_ENV = 'production';
  assert.equal(resolveOptions({}).showErrors, false);
  assert.equal(resolveOptions({ showErrors: true }).showErrors, true);
  process.env.NODE_ENV = 'development';
  assert.equal(resolveOptions({}).showErrors, true);
});

test('generates a secret for each process', () => {
  assert.notEqual(resolveOptions({}).secret, resolveOptions({}).secret);
});

test('each error has the code of its name and a message of its own', () => {
  const made = Object.entries(errors).map(([name, IssrError]) => {
    const error = new IssrError('came', 'came', 'came');
    assert.equal(error.code, name);
    return error.message;
  });
  assert.equal(new Set(made).size, made.length);
});

test('a small heap has smaller defaults of what is kept in it', () => {
  const script = `
    import { getHeapStatistics } from 'node:v8';
    import { resolveOptions } from './src/options/options.ts';
    console.log(JSON.stringify([getHeapStatistics().heap_size_limit, resolveOptions({})]));
  `;
  const args = ['--max-old-space-size=128', '--import', 'tsx', '--input-type=module', '--eval', script];
  const [limit, options] = JSON.parse(execFileSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' }));
  assert.ok(limit < 256 * 1024 ** 2, `${limit} bytes of heap`);
  const { maxStoredBytes, maxHeldLength, maxUnjoinedBytes, maxLateBytes } = options;
  assert.equal(maxStoredBytes, Math.floor(limit / 4));
  assert.equal(maxHeldLength, Math.floor(limit / 2));
  assert.deepEqual([maxUnjoinedBytes, maxLateBytes], Array(2).fill(Math.floor(limit / 16)));
});
