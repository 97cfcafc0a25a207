// tiktok-shop: signatures and tokens; its hosts are led to the sandbox over TLS.
import assert from 'node:assert/strict';
import test from 'node:test';
import { front, load, open, tampered } from './harness.mjs';
import { HOSTS, SKU, productBody, signedCall, uploaded } from './tokopedia_goods.mjs';

const TikTokShop = load('tiktok-shop');
const hmac = load('tiktok-shop/dist/common/common').default.sha256Decoded;
const market = await open('tokopedia');
await front(HOSTS, market.port);
const { shop_id: shop } = await market.shop({ name: 'BUMDes Sukamaju' });
const { app_id: appKey, secret: appSecret } = market.app;
const sdk = new TikTokShop({ appKey, appSecret });

let token;
let cipher;

const call = async (method, path, query = {}, body = undefined) => {
  const answer = await signedCall(market.app, token, method, path, { shop_cipher: cipher, ...query }, body);
  assert.equal(answer.code, 0, JSON.stringify(answer));
  return answer.data;
};

test('authorise: the code, a refresh; a used code is refused', async () => {
  const { code } = await market.consent(shop);
  const first = await sdk.authCodeToken(code);
  assert.equal(first.code, 0);
  assert.equal((await sdk.authCodeToken(code)).code, 36004004);
  token = (await sdk.refreshToken(first.data.refresh_token)).access_token;
  assert.notEqual(token, first.data.access_token);
});

test('sign: a list with a comma, a query, a body; another body under the signature is refused', async () => {
  const shops = await signedCall(market.app, token, 'GET', '/authorization/202309/shops');
  cipher = shops.data.shops[0].cipher;
  const made = await call(
    'POST',
    '/product/202309/products',
    {},
    JSON.stringify(productBody(await uploaded(market.app, token))),
  );
  const order = await market.buy(shop, SKU, 1);
  const other = await market.buy(shop, SKU, 1);
  const { orders } = await call('GET', '/order/202309/orders', { ids: `${order},${other}` });
  assert.equal(orders.length, 2);

  const path = `/product/202309/products/${made.product_id}/inventory/update`;
  const stock = JSON.stringify({ skus: [{ id: made.skus[0].id, inventory: [{ quantity: 7 }] }] });
  await call('POST', path, {}, stock);
  assert.equal((await market.listing(shop, SKU)).stock, 7);

  const url = new URL(path, `https://${HOSTS[0]}`);
  url.searchParams.set('app_key', appKey);
  url.searchParams.set('shop_cipher', cipher);
  const { signature, timestamp } = sdk.signByUrl(url.href, stock);
  url.searchParams.set('timestamp', timestamp);
  url.searchParams.set('sign', signature);
  const headers = { 'x-tts-access-token': token, 'content-type': 'application/json' };
  const changed = stock.replace(':7', ':8');
  const answer = await fetch(url, { method: 'POST', headers, body: changed });
  assert.equal(answer.status, 401);
  assert.equal((await answer.json()).code, 106001);
  assert.equal((await market.listing(shop, SKU)).stock, 7);
});

test('fault of the SDK: sign() signs a version that its caller is not told of; refused', async () => {
  const path = '/authorization/202309/shops';
  const { signature, timestamp } = sdk.sign(path);
  const bare = `https://${HOSTS[0]}${path}?app_key=${appKey}&timestamp=${timestamp}`;
  const headers = { 'x-tts-access-token': token };
  const refused = await fetch(`${bare}&sign=${signature}`, { headers });
  assert.equal((await refused.json()).code, 106001);
  // A caller who knows sends it along: unknown parameters are fine when they are signed (facts 3.2).
  const answer = await fetch(`${bare}&version=202212&sign=${signature}`, { headers });
  assert.equal((await answer.json()).code, 0);
});

test("webhook: the push's signature is what the SDK's HMAC makes of app key and body", async () => {
  const order = await market.buy(shop, SKU, 1);
  const push = await market.hooks.next('of the order', (p) => p.body.includes(order));
  assert.equal(push.headers.authorization, hmac(appKey + push.body, appSecret));
  assert.notEqual(push.headers.authorization, hmac(appKey + tampered(push.body), appSecret));
});
