// shopee-sdk: the one that signs wrongly. HOST is an option.
import assert from 'node:assert/strict';
import test from 'node:test';
import { load, open } from './harness.mjs';
import { SHOP, SKU, stockedShop } from './shopee_goods.mjs';

const Shopee = load('shopee-sdk').default;
const market = await open('shopee', { small_ids: true });
const item = await stockedShop(market);
const client = (more = {}) =>
  new Shopee({
    HOST: market.url,
    PARTNER_ID: Number(market.app.app_id),
    PARTNER_KEY: market.app.secret,
    ...more,
  });
const sdk = client();
let tokens;

const refused = (code) => (error) =>
  error.response.status === 403 && error.response.data.error === code;
const lately = () => {
  const now = Math.floor(Date.now() / 1000);
  return { time_range_field: 'create_time', time_from: now - 3600, time_to: now + 60, page_size: 20 };
};

test('authorise: the signed consent link and the code', async () => {
  const link = sdk.shop.createAuthenticationLink({ redirect: 'https://gerbang.desa.example/cb' });
  const page = await fetch(`${link}&shop_id=${SHOP}&approve=${SHOP}`, { redirect: 'manual' });
  const code = new URL(page.headers.get('location')).searchParams.get('code');
  ({ data: tokens } = await sdk.shop.getRefreshToken({ code, shopId: String(SHOP) }));
  assert.equal(tokens.error, '');
});

test('fault of the SDK: it keeps the partner id as text and refreshes with it; switch partner_id_as_text', async () => {
  const typed = client({ PARTNER_ID: market.app.app_id }); // text, as its types want it
  const refresh = () => typed.shop.refreshAccessToken({ refresh_token: tokens.refresh_token, shop_id: SHOP });
  await assert.rejects(refresh(), /status code 403/);
  await market.set({ partner_id_as_text: true });
  const given = await refresh();
  assert.notEqual(given.access_token, tokens.access_token);
  tokens = given;
  await market.set({ partner_id_as_text: null });
});

test('authorise: a refresh with the partner id as a number', async () => {
  tokens = await sdk.shop.refreshAccessToken({ refresh_token: tokens.refresh_token, shop_id: SHOP });
  assert.equal(tokens.error, '');
});

test('sign: the one shop call that it signs at shop level is taken', async () => {
  const { data } = await sdk.shop.getShopInfo({ shop_id: SHOP, access_token: tokens.access_token });
  assert.equal(data.shop_name, 'BUMDes Sukamaju');
});

test('fault of the SDK: shop calls are signed at public level and name no shop; switch lenient_shop_sign', async () => {
  const order = await market.buy(String(SHOP), SKU, 2);
  const { access_token } = tokens;
  await assert.rejects(sdk.order.getOrderList({ ...lately(), access_token }), refused('error_param'));
  // Where the caller adds the shop itself, the signature is still wrong.
  await assert.rejects(
    sdk.product.getItemBaseInfo({ access_token, shop_id: SHOP, item_id_list: String(item) }),
    refused('error_sign'),
  );

  await market.set({ lenient_shop_sign: true });
  const { response: list } = await sdk.order.getOrderList({ ...lately(), access_token });
  assert.deepEqual(list.order_list.map((o) => o.order_sn), [order]);
  const { response: items } = await sdk.product.getItemBaseInfo({
    access_token,
    shop_id: SHOP,
    item_id_list: String(item),
  });
  assert.equal(items.item_list[0].item_sku, SKU);
});

test('the switch lets only that through: a wrong key or token stays refused', async () => {
  const { access_token } = tokens;
  const stranger = client({ PARTNER_KEY: 'another-key' });
  await assert.rejects(
    stranger.order.getOrderList({ ...lately(), access_token }),
    refused('error_sign'),
  );
  await assert.rejects(
    sdk.order.getOrderList({ ...lately(), access_token: 'never-given' }),
    refused('error_auth'),
  );
});
