// @congminh1254/shopee-sdk: its base URL is an option, so it talks to the sandbox as it is.
import assert from 'node:assert/strict';
import test from 'node:test';
import { loadModule, open, picture, tampered } from './harness.mjs';
import { SHOP, SKU, itemBody } from './shopee_goods.mjs';

const { ShopeeSDK } = await loadModule('@congminh1254/shopee-sdk', 'lib/sdk.js');
const { generateSignature } = await loadModule(
  '@congminh1254/shopee-sdk',
  'lib/utils/signature.js',
);

const market = await open('shopee', { small_ids: true });
await market.shop({ shop_id: String(SHOP), name: 'BUMDes Sukamaju' });

function client(more = {}) {
  return new ShopeeSDK({
    partner_id: Number(market.app.app_id),
    partner_key: market.app.secret,
    base_url: `${market.url}/api/v2`,
    base_auth_url: `${market.url}/auth`,
    ...more,
  });
}
const sdk = client();
let item;

async function offered() {
  const { response } = await sdk.product.getItemBaseInfo({ item_id_list: [item] });
  const [info] = response.item_list;
  return {
    stock: info.stock_info_v2.summary_info.total_available_stock,
    price: info.price_info[0].original_price,
  };
}

test('authorise: its consent link, the code, a refresh; the spent refresh token is refused', async () => {
  const link = new URL(sdk.getAuthorizationUrl('https://gerbang.desa.example/cb', { state: 's1' }));
  link.searchParams.set('shop_id', SHOP);
  link.searchParams.set('approve', SHOP);
  const page = await fetch(link, { redirect: 'manual' });
  const back = new URL(page.headers.get('location'));
  assert.equal(back.searchParams.get('state'), 's1');
  assert.equal(back.searchParams.get('shop_id'), String(SHOP));

  const first = await sdk.authenticateWithCode(back.searchParams.get('code'), SHOP);
  assert.equal(first.expire_in, 14400);
  const second = await sdk.refreshToken();
  assert.notEqual(second.access_token, first.access_token);
  await assert.rejects(
    sdk.auth.getRefreshToken(first.refresh_token, SHOP),
    (error) => error.data.error === 'error_auth' && error.status === 403,
  );
  const info = await sdk.shop.getShopInfo();
  assert.equal(info.shop_name, 'BUMDes Sukamaju');
});

test('sign: another key is refused as error_sign', async () => {
  const stranger = client({ partner_key: 'another-key' });
  await stranger.tokenStorage.store(await sdk.getAuthToken());
  await assert.rejects(stranger.shop.getShopInfo(), (error) => error.data.error === 'error_sign');
});

test('create: a picture signed at shop level, then the item', async () => {
  const { response: media } = await sdk.mediaSpace.uploadImage({ image: await picture() });
  const added = await sdk.product.addItem(itemBody(media.image_info.image_id));
  item = added.response.item_id;
  assert.ok(item > 0);
  assert.deepEqual(await offered(), { stock: 40, price: 45000 });
  assert.equal((await market.listing(String(SHOP), SKU)).listed, true);
});

test('create: what the reference forbids comes back as its error', async () => {
  await assert.rejects(
    sdk.product.addItem({ item_name: 'Kopi' }),
    (error) => error.data.error === 'error_param',
  );
});

test('stock: an absolute number', async () => {
  const set = await sdk.product.updateStock({
    item_id: item,
    stock_list: [{ model_id: 0, seller_stock: [{ stock: 25 }] }],
  });
  assert.equal(set.response.failure_list.length, 0);
  assert.equal((await offered()).stock, 25);
});

test('price: whole rupiah', async () => {
  await sdk.product.updatePrice({
    item_id: item,
    price_list: [{ model_id: 0, original_price: 47500 }],
  });
  assert.equal((await offered()).price, 47500);
});

test('variants: two tiers of one, both with stock and price', async () => {
  // Shopee takes them seconds after the item was made (facts 6, row 14).
  let made;
  for (let attempt = 0; attempt < 20 && !made; ++attempt) {
    made = await sdk.product
      .initTierVariation({
        item_id: item,
        standardise_tier_variation: [
          {
            variation_id: 0,
            variation_name: 'Ukuran',
            variation_option_list: [
              { variation_option_name: '250 g' },
              { variation_option_name: '500 g' },
            ],
          },
        ],
        model: [
          { tier_index: [0], original_price: 45000, seller_stock: [{ stock: 20 }], model_sku: SKU },
          { tier_index: [1], original_price: 85000, seller_stock: [{ stock: 15 }], model_sku: 'SKM-KOPI-500' },
        ],
      })
      .catch((error) => {
        assert.equal(error.data.error, 'error_system_busy');
        return new Promise((resolve) => setTimeout(resolve, 200));
      });
  }
  assert.equal(made.response.model.length, 2);
  const { response } = await sdk.product.getModelList({ item_id: item });
  assert.deepEqual(
    response.model.map((m) => [m.model_sku, m.price_info[0].original_price]),
    [[SKU, 45000], ['SKM-KOPI-500', 85000]],
  );
});

let order;

test('orders: listed with repeated parameters, read, shipped', async () => {
  order = await market.buy(String(SHOP), SKU, 3);
  const now = Math.floor(Date.now() / 1000);
  const { response: list } = await sdk.order.getOrderList({
    time_range_field: 'create_time',
    time_from: now - 3600,
    time_to: now + 60,
    page_size: 20,
    response_optional_fields: 'order_status',
  });
  assert.deepEqual(list.order_list.map((o) => [o.order_sn, o.order_status]), [[order, 'READY_TO_SHIP']]);
  const { response: detail } = await sdk.order.getOrderDetail({
    order_sn_list: [order],
    response_optional_fields: 'item_list,total_amount',
  });
  const [line] = detail.order_list[0].item_list;
  assert.equal(line.model_sku, SKU);
  assert.equal(line.model_quantity_purchased, 3);
  assert.equal((await market.listing(String(SHOP), SKU)).stock, 17);

  const { response: how } = await sdk.logistics.getShippingParameter({ order_sn: order });
  const [place] = how.pickup.address_list;
  await sdk.logistics.shipOrder({
    order_sn: order,
    pickup: {
      address_id: place.address_id,
      pickup_time_id: place.time_slot_list[0].pickup_time_id,
    },
  });
  assert.equal((await market.control('GET', `orders/${order}`)).state, 'PROCESSED');
});

test("webhook: the push's signature is what the SDK's signer makes of address and body", async () => {
  const push = await market.hooks.next('of the order', (p) => p.body.includes(order));
  const address = market.hooks.base + push.url;
  const signer = (body) => generateSignature(market.app.push_secret, [address, '|', body]);
  assert.equal(push.headers.authorization, signer(push.body));
  assert.notEqual(push.headers.authorization, signer(tampered(push.body)));
});

test('label: made when it is asked for, downloaded as bytes', async () => {
  await market.set({ tracking_seconds: 0, document_seconds: 0 });
  const sold = await market.buy(String(SHOP), SKU, 1);
  await sdk.logistics.shipOrder({ order_sn: sold, dropoff: {} });
  const { response: number } = await sdk.logistics.getTrackingNumber({ order_sn: sold });
  const kind = { shipping_document_type: 'NORMAL_AIR_WAYBILL' };
  const { response: made } = await sdk.logistics.createShippingDocument({
    order_list: [{ order_sn: sold, tracking_number: number.tracking_number, ...kind }],
  });
  assert.deepEqual(made.result_list.map((one) => [one.order_sn, one.fail_error]), [[sold, undefined]]);
  const { response: result } = await sdk.logistics.getShippingDocumentResult({
    order_list: [{ order_sn: sold, ...kind }],
  });
  assert.equal(result.result_list[0].status, 'READY');
  const file = await sdk.logistics.downloadShippingDocument({ ...kind, order_list: [{ order_sn: sold }] });
  assert.ok(Buffer.isBuffer(file));
  assert.equal(file.subarray(0, 5).toString(), '%PDF-');
  assert.ok(file.includes(number.tracking_number));
});

test('an expired token: the SDK refreshes on invalid_acceess_token and repeats the call once', async () => {
  const before = await sdk.getAuthToken();
  await market.control('POST', 'faults', {
    faults: [{ operation: 'shop.get_shop_info', kind: 'auth_expired', times: 1 }],
  });
  assert.equal((await sdk.shop.getShopInfo()).shop_name, 'BUMDes Sukamaju');
  assert.notEqual((await sdk.getAuthToken()).access_token, before.access_token);
});

test('fault of the SDK: ids above 2^53 are read as doubles; switch small_ids', async () => {
  await market.set({ small_ids: false });
  const { response: media } = await sdk.mediaSpace.uploadImage({ image: await picture() });
  const sku = 'SKM-KOPI-BESAR';
  const added = await sdk.product.addItem(itemBody(media.image_info.image_id, { item_sku: sku }));
  const { product } = await market.listing(String(SHOP), sku);
  assert.notEqual(BigInt(added.response.item_id), BigInt(product));
  await assert.rejects(
    sdk.product.updateStock({
      item_id: added.response.item_id,
      stock_list: [{ model_id: 0, seller_stock: [{ stock: 2 }] }],
    }),
    (error) => error.data.error !== '',
  );
});
