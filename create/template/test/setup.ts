/** Settings of the tests, read by `npm test` before the app. */
process.env.DATABASE = ':memory:';
process.env.PASSWORD = 'test password';
