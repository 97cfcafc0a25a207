// shopee-api: a client of the retired API, whose check of pushes is still the one in force.
import assert from 'node:assert/strict';
import test from 'node:test';
import { load, open, tampered } from './harness.mjs';
import { SHOP, SKU, stockedShop } from './shopee_goods.mjs';

const ShopeeApi = load('shopee-api');
const market = await open('shopee', { small_ids: true });
await stockedShop(market);

test("webhook: an order's push is verified, a changed byte or another address is not", async () => {
  const order = await market.buy(String(SHOP), SKU, 1);
  const push = await market.hooks.next('of the order', (p) => p.body.includes(order));
  const config = { partner_key: market.app.push_secret, webhook_url: market.hooks.base + push.url };
  const sdk = new ShopeeApi(config);
  const signature = push.headers.authorization;
  assert.equal(sdk.isValidSignature(push.body, signature), true);
  assert.equal(sdk.isValidSignature(tampered(push.body), signature), false);
  assert.equal(sdk.isValidSignature(push.body, tampered(signature)), false);
  const slashed = new ShopeeApi({ ...config, webhook_url: `${config.webhook_url}/` });
  assert.equal(slashed.isValidSignature(push.body, signature), false);
});

test('webhook: without a push key the partner key signs', async () => {
  await market.set({ push_key: '' });
  const order = await market.buy(String(SHOP), SKU, 1);
  const push = await market.hooks.next('of the order', (p) => p.body.includes(order));
  const sdk = new ShopeeApi({
    partner_key: market.app.secret,
    webhook_url: market.hooks.base + push.url,
  });
  assert.equal(sdk.isValidSignature(push.body, push.headers.authorization), true);
});
