/** Settings of the tests, which `npm test` reads before the app. They need no `.env`. */
process.env.DATABASE = ':memory:';
process.env.PASSWORD = 'test password';
