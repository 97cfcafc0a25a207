// shopee-open-api: its host is an option.
import assert from 'node:assert/strict';
import test from 'node:test';
import { load, open, tampered } from './harness.mjs';
import { SHOP, SKU, stockedShop } from './shopee_goods.mjs';

const connect = load('shopee-open-api').default;
const market = await open('shopee', { small_ids: true });
const item = await stockedShop(market);

const api = connect({
  host: market.url,
  partner_id: Number(market.app.app_id),
  partner_key: market.app.secret,
  redirect: 'https://gerbang.desa.example/cb',
});
let token = '';
let refreshToken = '';
let refreshes = 0;
const shop = api.createShop({
  shop_id: String(SHOP),
  onGetAccessToken: async () => token,
  onRefreshAccessToken: async () => {
    ++refreshes;
    const given = await api.refreshAccessToken({ refresh_token: refreshToken, shop_id: SHOP });
    ({ access_token: token, refresh_token: refreshToken } = given);
    return token;
  },
});

const refused = (code) => (error) =>
  error.response.status === 403 && error.response.data.error === code;

test('authorise: the signed consent link (form B), the code, a refresh', async () => {
  const link = `${api.getAuthLink()}&shop_id=${SHOP}&approve=${SHOP}`;
  const page = await fetch(link, { redirect: 'manual' });
  const code = new URL(page.headers.get('location')).searchParams.get('code');
  const first = await api.getAccessToken({ code, shop_id: SHOP });
  assert.equal(first.error, '');
  refreshToken = first.refresh_token;
  const second = await api.refreshAccessToken({ refresh_token: refreshToken, shop_id: SHOP });
  assert.notEqual(second.access_token, first.access_token);
  ({ access_token: token, refresh_token: refreshToken } = second);
  assert.equal((await shop.getShopInfo()).shop_name, 'BUMDes Sukamaju');
  // Its public calls carry "&&" and empty pairs (facts 1.2).
  const shops = await api.getShopsByPartner({ page_size: 10, page_no: 1 });
  assert.deepEqual(shops.authed_shop_list.map((s) => s.shop_id), [SHOP]);
});

test('sign: a tampered consent link leads nowhere', async () => {
  const link = new URL(`${api.getAuthLink()}&shop_id=${SHOP}&approve=${SHOP}`);
  link.searchParams.set('sign', tampered(link.searchParams.get('sign')));
  const page = await fetch(link, { redirect: 'manual' });
  assert.equal(page.headers.get('location'), null);
  assert.match(await page.text(), /error_sign/);
});

test('an unknown token: the SDK refreshes on error_auth and repeats the call', async () => {
  token = 'never-given';
  assert.equal((await shop.getShopInfo()).shop_name, 'BUMDes Sukamaju');
  assert.equal(refreshes, 1);
});

test('fault of the SDK: refusals in HTTP 200 pass as answers; switch auth_status', async () => {
  await market.set({ auth_status: 200 });
  const good = token;
  token = 'never-given';
  assert.equal((await shop.getShopInfo()).error, 'error_auth');
  assert.equal(refreshes, 1, 'it did not notice');
  token = good;
  await market.set({ auth_status: null });
});

test('products: read by comma-joined ids', async () => {
  const { response } = await shop.Product.getItemBaseInfo({ item_id_list: [item] });
  assert.equal(response.item_list[0].item_sku, SKU);
  const list = await shop.Product.getItemList({ offset: 0, page_size: 10, item_status: 'NORMAL' });
  assert.deepEqual(list.response.item.map((i) => i.item_id), [item]);
});

test('stock: an absolute number', async () => {
  const set = await shop.Product.updateStock({
    item_id: item,
    stock_list: [{ model_id: 0, seller_stock: [{ stock: 12 }] }],
  });
  assert.equal(set.error, '');
  assert.equal((await market.listing(String(SHOP), SKU)).stock, 12);
});

let order;

test('orders: listed, read, shipped', async () => {
  order = await market.buy(String(SHOP), SKU, 2);
  const now = Math.floor(Date.now() / 1000);
  const { response: list } = await shop.Order.getOrderList({
    time_from: now - 3600,
    time_to: now + 60,
    page_size: 20,
  });
  assert.deepEqual(list.order_list.map((o) => o.order_sn), [order]);
  const { response: detail } = await shop.Order.getOrderDetail({
    order_sn_list: order,
    response_optional_fields: 'item_list',
  });
  assert.equal(detail.order_list[0].item_list[0].model_quantity_purchased, 2);
  const { response: how } = await shop.Logistics.getShippingParameter({ order_sn: order });
  const [place] = how.pickup.address_list;
  await shop.Logistics.shipOrder({
    order_sn: order,
    pickup: {
      address_id: place.address_id,
      pickup_time_id: place.time_slot_list[0].pickup_time_id,
    },
  });
  assert.equal((await market.control('GET', `orders/${order}`)).state, 'PROCESSED');
});

test('label: refused before shipping, made when it is asked for, a PDF when it is ready', async () => {
  await market.set({ tracking_seconds: 0, document_seconds: 1 });
  const sold = await market.buy(String(SHOP), SKU, 1);
  const list = (more = {}) => ({ order_list: [{ order_sn: sold, ...more }] });
  const early = await shop.Logistics.getShippingDocumentParameter(list());
  assert.equal(early.error, 'common.batch_api_all_failed');
  assert.equal(early.response.result_list[0].fail_error, 'logistics.order_status_error');
  await shop.Logistics.shipOrder({ order_sn: sold, dropoff: {} });
  const { response: number } = await shop.Logistics.getTrackingNumber({ order_sn: sold });
  const { response: kinds } = await shop.Logistics.getShippingDocumentParameter(list());
  const kind = kinds.result_list[0].selectable_shipping_document_type[0];
  const made = { shipping_document_type: kind, tracking_number: number.tracking_number };
  const typed = list({ shipping_document_type: kind });
  const missing = await shop.Logistics.getShippingDocumentResult(typed);
  assert.equal(
    missing.response.result_list[0].fail_error,
    'logistics.shipping_document_should_print_first',
  );
  const wrong = list({ ...made, tracking_number: 'SPXID000000000000' });
  const other = await shop.Logistics.createShippingDocument(wrong);
  assert.equal(other.response.result_list[0].fail_error, 'logistics.tracking_number_invalid');
  assert.equal((await shop.Logistics.createShippingDocument(list(made))).error, '');
  let status = 'PROCESSING';
  for (let round = 0; round < 50 && status === 'PROCESSING'; ++round) {
    await new Promise((done) => setTimeout(done, 100));
    const { response } = await shop.Logistics.getShippingDocumentResult(typed);
    status = response.result_list[0].status;
  }
  assert.equal(status, 'READY');
  const file = await shop.Logistics.downloadShippingDocument({
    ...list(),
    shipping_document_type: kind,
  });
  assert.match(file, /^%PDF-1\.4[^]*%%EOF\n$/);
  assert.ok(file.includes(number.tracking_number));
});

test('fault of the SDK: cancelOrder wraps its body in "params"; refused, as nothing is in its place', async () => {
  const other = await market.buy(String(SHOP), SKU, 1);
  const body = { order_sn: other, cancel_reason: 'CUSTOMER_REQUEST' };
  assert.equal((await shop.Order.cancelOrder(body)).error, 'error_param');
  assert.equal((await market.control('GET', `orders/${other}`)).state, 'READY_TO_SHIP');
});

test('a call after the end of the authorisation is refused', async () => {
  await market.set({ cancel_authorization: { shop_id: String(SHOP) } });
  await assert.rejects(shop.getShopInfo(), refused('partner_shop_no_link'));
});
