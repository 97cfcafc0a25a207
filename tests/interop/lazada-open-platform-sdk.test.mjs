// lazada-open-platform-sdk: its hosts are built in, so they are led to the sandbox over TLS.
import assert from 'node:assert/strict';
import test from 'node:test';
import { front, load, open, tampered } from './harness.mjs';

const LazadaAPI = load('lazada-open-platform-sdk');
// The layer below its named calls: same signature, same transport, any path.
const raw = load('lazada-open-platform-sdk/lib/LazadaRequest');
const { signRequest } = load('lazada-open-platform-sdk/lib/LazadaRequest/signature');

const SELLER = '400123456789';
const SKU = 'GULA-500';
const market = await open('lazada', { small_ids: true });
await front(['api.lazada.co.id', 'auth.lazada.com'], market.port);
await market.shop({ shop_id: SELLER, name: 'BUMDes Sukamaju' });

const { app_id: key, secret } = market.app;
const api = LazadaAPI(key, secret, 'INDONESIA', null);
let item;
let skuId;

const code = (wanted) => (answer) => answer.code === wanted;
const post = (path, body) =>
  raw.post('https://api.lazada.co.id/rest', key, secret, path, api.accessToken, body);
const level = (inner) =>
  `<Request><Product><Skus><Sku><ItemId>${item}</ItemId><SkuId>${skuId}</SkuId>` +
  `<SellerSku>${SKU}</SellerSku>${inner}</Sku></Skus></Product></Request>`;

test('authorise: the code, a refresh; a used code is refused', async () => {
  const { code: given } = await market.consent(SELLER);
  const first = await api.generateAccessToken({ code: given });
  assert.equal(first.country_user_info[0].seller_id, SELLER);
  assert.ok(first.expires_in > 0);
  await assert.rejects(api.generateAccessToken({ code: given }), code('InvalidCode'));
  const second = await api.refreshAccessToken({ refresh_token: first.refresh_token });
  assert.notEqual(second.access_token, first.access_token);
  api.accessToken = second.access_token;
});

test('sign: a wrong secret is refused as IncompleteSignature', async () => {
  const stranger = LazadaAPI(key, 'another-secret', 'INDONESIA', api.accessToken);
  await assert.rejects(stranger.getOrder({ order_id: 1 }), code('IncompleteSignature'));
});

test('categories: read without a token, as the SDK does', async () => {
  const { data: tree } = await api.getCategoryTree();
  assert.ok(tree.length > 0);
  const { data: attributes } = await api.getCategoryAttributes({ primary_category_id: '10100012' });
  assert.ok(attributes.some((a) => a.name === 'name' && a.is_mandatory === 1));
});

test('create: a picture by its address, then the product as XML in the query', async () => {
  const moved = await api.migrateImage({
    payload:
      '<Request><Image><Url><![CDATA[https://desa.example/gula.png?a=1&b=2]]></Url></Image></Request>',
  });
  const made = await api.createProduct({
    payload:
      '<?xml version="1.0" encoding="UTF-8"?><Request><Product>' +
      '<PrimaryCategory>10100012</PrimaryCategory>' +
      `<Images><Image>${moved.data.image.url}</Image></Images>` +
      '<Attributes><name>Gula Aren Asli &amp; Murni</name>' +
      '<description><![CDATA[<p>Gula aren + nira, 500 g: manis</p>]]></description>' +
      '<brand_id>30768</brand_id><warranty_type>No Warranty</warranty_type>' +
      '<country_origin_hb>Indonesia</country_origin_hb><shelf_life>12 Bulan</shelf_life></Attributes>' +
      `<Skus><Sku><SellerSku>${SKU}</SellerSku><price>38000</price><quantity>25</quantity>` +
      '<package_height>10</package_height><package_length>12</package_length>' +
      '<package_width>8</package_width><package_weight>0.5</package_weight></Sku></Skus>' +
      '</Product></Request>',
  });
  item = made.data.item_id;
  skuId = made.data.sku_list[0].sku_id;
  const shown = await market.listing(SELLER, SKU);
  assert.equal(shown.title, 'Gula Aren Asli & Murni');
  assert.equal(shown.stock, 25);
});

test('create: what is missing comes back in detail', async () => {
  await assert.rejects(
    api.createProduct({ payload: '<Request><Product><Skus><Sku/></Skus></Product></Request>' }),
    (answer) => answer.code !== '0' && answer.detail.length > 0,
  );
});

test('price and stock: price_quantity with the total, sellable absolute', async () => {
  await api.updatePriceQuantity({ payload: level('<Price>41000</Price><Quantity>30</Quantity>') });
  let shown = await market.listing(SELLER, SKU);
  assert.deepEqual([Number(shown.price), shown.stock], [41000, 30]);
  await post('/product/stock/sellable/update', {
    payload: level('<SellableQuantity>18</SellableQuantity>'),
  });
  shown = await market.listing(SELLER, SKU);
  assert.equal(shown.stock, 18);
});

test('products: read back by seller SKU', async () => {
  const { data } = await api.getProducts({
    filter: 'live',
    limit: 50,
    sku_seller_list: JSON.stringify([SKU]),
  });
  assert.equal(data.total_products, 1);
  assert.equal(data.products[0].skus[0].SellerSku, SKU);
});

let order;

test('orders: one item per unit, listed, read, packed, ready', async () => {
  order = await market.buy(SELLER, SKU, 2);
  const created_after = new Date(Date.now() - 3600_000).toISOString().replace(/\.\d+Z$/, '+00:00');
  const { data: list } = await api.getOrders({ created_after, limit: 100 });
  assert.deepEqual(list.orders.map((o) => String(o.order_id)), [order]);
  assert.deepEqual(list.orders[0].statuses, ['pending']);
  const { data: units } = await api.getOrderItems({ order_id: order });
  assert.equal(units.length, 2);
  assert.ok(units.every((u) => u.sku === SKU && Number(u.item_price) === 41000));
  const { data: many } = await api.getMultipleOrderItems({ order_ids: `[${order}]` });
  assert.equal(many[0].order_items.length, 2);

  const packed = await post('/order/fulfill/pack', {
    packReq: JSON.stringify({
      pack_order_list: [{ order_id: order, order_item_list: units.map((u) => u.order_item_id) }],
      delivery_type: 'dropship',
      shipping_allocate_type: 'TFS',
    }),
  });
  const [unit] = packed.result.data.pack_order_list[0].order_item_list;
  assert.equal(unit.item_err_code, '0');
  await post('/order/package/rts', {
    readyToShipReq: JSON.stringify({ packages: [{ package_id: unit.package_id }] }),
  });
  const { data: after } = await api.getOrder({ order_id: Number(order) });
  assert.ok(after.statuses.every((s) => s.startsWith('ready_to_ship')), after.statuses);
});

test("webhook: the push's signature is what the SDK's HMAC makes of app key and body", async () => {
  const push = await market.hooks.next('of the order', (p) => {
    const told = JSON.parse(p.body);
    return told.message_type === 0 && told.data.trade_order_id === order;
  });
  const signer = (body) => signRequest(secret, key + body, {}).toLowerCase();
  assert.equal(push.headers.authorization, signer(push.body));
  assert.notEqual(push.headers.authorization, signer(tampered(push.body)));
});

test('fault of the SDK: order ids above 2^53 are read, and asked for, as doubles; switch small_ids', async () => {
  await market.set({ small_ids: false });
  const large = await market.buy(SELLER, SKU, 1);
  assert.ok(BigInt(large) > 2n ** 53n);
  const { data: list } = await api.getOrders({
    created_after: '2020-01-01T00:00:00+07:00',
    limit: 100,
  });
  assert.ok(!list.orders.some((o) => BigInt(o.order_id) === BigInt(large)), 'lost on the way');
  await assert.rejects(api.getOrder({ order_id: Number(large) }), code('16'));
  await market.control('POST', `orders/${large}/cancel`);
});

test('fault of the SDK: business parameters come twice, in query and JSON body; switch json_bodies', async () => {
  const payload = level('<SellableQuantity>17</SellableQuantity>');
  await market.set({ json_bodies: false });
  await assert.rejects(post('/product/stock/sellable/update', { payload }), code('5'));
  assert.equal((await market.listing(SELLER, SKU)).stock, 16, '18 less the order');
  await market.set({ json_bodies: true });
  await post('/product/stock/sellable/update', { payload });
  assert.equal((await market.listing(SELLER, SKU)).stock, 17);
});

test('fault of the SDK: brands, pack and ready are of the API before 2022; refused as unknown', async () => {
  const gone = code('InvalidApiPath');
  await assert.rejects(api.getBrands({ offset: '0', limit: '10' }), gone);
  const order_item_ids = '[1]';
  await assert.rejects(
    api.setStatusToPackedByMarketplace({
      shipping_provider: 'x',
      delivery_type: 'dropship',
      order_item_ids,
    }),
    gone,
  );
  await assert.rejects(
    api.setStatusToReadyToShip({
      delivery_type: 'dropship',
      order_item_ids,
      shipment_provider: 'x',
      tracking_number: 'y',
    }),
    gone,
  );
});

test('fault of the SDK: products are removed by seller_sku_list, which is no longer read; refused', async () => {
  await assert.rejects(api.removeProduct({ seller_sku_list: `["${SKU}"]` }), code('6'));
  await post('/product/remove', { sku_id_list: JSON.stringify([`SkuId_${item}_${skuId}`]) });
  assert.equal(await market.listing(SELLER, SKU), undefined);
});
