// That the guard guards: nothing here leaves the machine, and TLS is checked for real.
import assert from 'node:assert/strict';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import test from 'node:test';
import { front, guard, open } from './harness.mjs';

const refused = /only 127\.0\.0\.1/;

async function got(module, url) {
  return new Promise((resolve, reject) => {
    module.get(url, (answer) => resolve(answer.resume().statusCode)).on('error', reject);
  });
}

test('a stranger is refused, however it is called, and remembered', async () => {
  await assert.rejects(fetch('https://partner.example/x'), (error) => refused.test(error.cause.message));
  await assert.rejects(got(http, 'http://partner.example/x'), refused);
  await assert.rejects(got(https, 'https://192.0.2.1/x'), refused);
  await assert.rejects(got(http, 'http://localhost:1/x'), refused);
  await assert.rejects(
    new Promise((resolve, reject) => net.connect('/tmp/no-socket').on('connect', resolve).on('error', reject)),
    refused,
  );
  assert.deepEqual(guard.strangers, [
    'partner.example:443',
    'partner.example:80',
    '192.0.2.1:443',
    'localhost:1',
    '/tmp/no-socket',
  ]);
  guard.strangers.length = 0; // these were meant
});

test('a host that is led here is served with its own certificate, another is not', async () => {
  const sandbox = await open('woocommerce');
  await front(['toko.desa.example', 'not-in-the-certificate.example'], sandbox.port);
  assert.equal((await fetch('https://toko.desa.example/_sandbox/settings')).status, 200);
  assert.equal(await got(https, 'https://toko.desa.example/_sandbox/settings'), 200);
  await assert.rejects(got(https, 'https://not-in-the-certificate.example/'), /altnames/);
});
