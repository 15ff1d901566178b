import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import test from 'node:test';
import { TokenSigner } from '../../src/signed/token.js';

const HOUR = 3_600_000;

test('signs by HMAC-SHA256, with keys around the block size', () => {
  for (const secret of ['s'.repeat(32), 's'.repeat(64), 's'.repeat(65), 'ü€'.repeat(40)]) {
    const token = new TokenSigner(secret, HOUR).sign('page');
    const [id, issued, mac] = token.split('.');
    assert.equal(mac, createHmac('sha256', secret).update(`${id}.${issued}`).digest('base64url'));
  }
});

test('returns the id that a token was signed for', () => {
  const signer = new TokenSigner('s'.repeat(32), HOUR);
  const id = randomUUID();
  assert.equal(signer.verify(signer.sign(id)), id);
});

test('refuses a token with another id, time, signature or form', () => {
  const signer = new TokenSigner('s'.repeat(32), HOUR);
  const [id, issued, mac] = signer.sign('page').split('.') as [string, string, string];
  const forged = [
    `other.${issued}.${mac}`,
    `${id}.zzzzzzzz.${mac}`,
    `${id}.${issued}.${mac.slice(1)}`,
    `${id}.${issued}.${mac}=`,
    `${id}.${issued}.`,
    `${id}.${issued}`,
    new TokenSigner('t'.repeat(32), HOUR).sign('page'),
    '',
    '.',
    '..',
    'é'.repeat(43),
  ];
  for (const token of forged) assert.throws(() => signer.verify(token), { code: 'ISSR_ERR_TOKEN' }, token);
});

test('tells an unknown token from other text', () => {
  const signer = new TokenSigner('s'.repeat(32), HOUR);
  const id = randomUUID();
  const token = signer.sign(id);
  assert.equal(signer.identify(token), id);
  assert.equal(signer.identify(new TokenSigner('t'.repeat(32), HOUR).sign(id)), undefined);
  assert.equal(signer.identify(signer.sign(id, Date.now() - HOUR - 1)), undefined);
  for (const text of ['', '..', `${token}x`, token.slice(1), 'é'.repeat(43), 'x'.repeat(100_000)]) {
    assert.throws(() => signer.identify(text), { code: 'ISSR_ERR_TOKEN' });
  }
});

test('accepts a token until its lifetime is over', () => {
  const signer = new TokenSigner('s'.repeat(32), HOUR);
  assert.equal(signer.verify(signer.sign('page', Date.now() - HOUR + 60_000)), 'page');
  assert.throws(() => signer.verify(signer.sign('page', Date.now() - HOUR - 1)), {
    code: 'ISSR_ERR_TOKEN_EXPIRED',
  });
});

test('the first secret signs, and all of a list verify', () => {
  const [before, after, other] = ['a', 'b', 'c'].map((text) => text.repeat(32)) as [string, string, string];
  const rotated = new TokenSigner([after, before], HOUR);
  assert.equal(rotated.verify(new TokenSigner(before, HOUR).sign('page')), 'page');
  assert.equal(new TokenSigner(after, HOUR).verify(rotated.sign('page')), 'page');
  assert.throws(() => new TokenSigner(before, HOUR).verify(rotated.sign('page')), { code: 'ISSR_ERR_TOKEN' });
  assert.throws(() => rotated.verify(new TokenSigner(other, HOUR).sign('page')), { code: 'ISSR_ERR_TOKEN' });
});
