// The same tests for two clients of the WooCommerce REST API: a web shop with http and OAuth, then
// with https and Basic, or the keys in the query.
import assert from 'node:assert/strict';
import test from 'node:test';
import { front, open, tampered } from './harness.mjs';

const SECURE = 'toko.desa.example';

/**
 * `make(options)` gives a client of the shop: url, consumerKey, consumerSecret, queryStringAuth.
 * `refusal(error)` gives {status, data} of a refused call.
 * `erase(client, path)` deletes for good.
 * `hash(body, secret)` is the SDK's HMAC-SHA256 in base64.
 */
export async function webShopTests({ make, refusal, erase, hash }) {
  const market = await open('woocommerce');
  await front([SECURE], market.port);
  const shop = await market.shop({ name: 'Toko Desa' });
  const keys = { consumerKey: shop.consumer_key, consumerSecret: shop.consumer_secret };
  const secureUrl = shop.address.replace(market.url, `https://${SECURE}`);
  const byOAuth = make({ url: shop.address, ...keys });
  const byBasic = make({ url: secureUrl, ...keys });
  const byQuery = make({ url: secureUrl, ...keys, queryStringAuth: true });
  const shown = (sku) => market.listing(shop.shop_id, sku);
  const refused = (status, code) => (error) => {
    const { status: got, data } = refusal(error);
    assert.deepEqual([got, data.code], [status, code]);
    return true;
  };
  const asHttps = async (work) => {
    await market.set({ https: true });
    try {
      await work();
    } finally {
      await market.set({ https: null });
    }
  };
  let product;

  test('sign by OAuth over http: queries with blanks, brackets and more are signed right', async () => {
    const { data } = await byOAuth.get('products', {
      per_page: 20,
      status: 'any',
      search: "Kopi & Gula (1/2) 'asli' ~ 100%!*",
    });
    assert.deepEqual(data, []);
  });

  test('sign: a wrong secret, an unknown key', async () => {
    const wrong = 'woocommerce_rest_authentication_error';
    await assert.rejects(
      make({ url: shop.address, ...keys, consumerSecret: `cs_${'0'.repeat(40)}` }).get('products'),
      refused(401, wrong),
    );
    await assert.rejects(
      make({ url: shop.address, ...keys, consumerKey: `ck_${'0'.repeat(40)}` }).get('products'),
      refused(401, wrong),
    );
  });

  test('sign by Basic over https; where the shop believes in http it is not looked at', async () => {
    await asHttps(async () => {
      const { data } = await byBasic.get('products', { per_page: 5 });
      assert.deepEqual(data, []);
    });
    await assert.rejects(byBasic.get('products'), refused(401, 'woocommerce_rest_cannot_view'));
  });

  test('sign by keys in the query over https, for hosts that drop the header', async () => {
    await asHttps(async () => {
      await market.set({ strip_authorization: true });
      await assert.rejects(byBasic.get('products'), refused(401, 'woocommerce_rest_cannot_view'));
      assert.equal((await byQuery.get('products')).status, 200);
      await market.set({ strip_authorization: null });
    });
  });

  test('authorise: a key that may only read is refused writes', async () => {
    const other = await market.shop({ name: 'Toko Baca', permission: 'read' });
    const reader = make({
      url: other.address,
      consumerKey: other.consumer_key,
      consumerSecret: other.consumer_secret,
    });
    assert.equal((await reader.get('products')).status, 200);
    await assert.rejects(
      reader.post('products', { name: 'x' }),
      refused(401, 'woocommerce_rest_authentication_error'),
    );
  });

  test('create: a product; the same SKU again names the one that has it', async () => {
    const body = {
      name: 'Kopi Robusta 250 g',
      type: 'simple',
      sku: 'KOPI-250',
      regular_price: '45000',
      manage_stock: true,
      stock_quantity: 40,
    };
    const made = await byOAuth.post('products', body);
    assert.equal(made.status, 201);
    product = made.data.id;
    await assert.rejects(byOAuth.post('products', body), (error) => {
      const { data } = refusal(error);
      assert.equal(data.code, 'product_invalid_sku');
      assert.equal(data.data.resource_id, product);
      return true;
    });
    assert.equal((await byOAuth.get('products', { sku: 'KOPI-250' })).data[0].id, product);
  });

  test('stock: an absolute number', async () => {
    const { data } = await byOAuth.put(`products/${product}`, { stock_quantity: 25 });
    assert.equal(data.stock_quantity, 25);
    assert.equal((await shown('KOPI-250')).stock, 25);
  });

  test('price: text; a number is refused outside of a batch', async () => {
    await assert.rejects(
      byOAuth.put(`products/${product}`, { regular_price: 47500 }),
      refused(400, 'rest_invalid_param'),
    );
    const { data } = await byOAuth.put(`products/${product}`, { regular_price: '47500' });
    assert.equal(data.price, '47500');
    const batch = await byOAuth.post('products/batch', {
      update: [
        { id: product, regular_price: '48000', stock_quantity: 24 },
        { id: 999999, regular_price: '1' },
      ],
    });
    assert.equal(batch.data.update[0].price, '48000');
    assert.equal(batch.data.update[1].error.code, 'woocommerce_rest_product_invalid_id');
  });

  test('webhook: signed as the SDK would; a changed byte is not believed', async () => {
    const secret = 'rahasia-toko';
    const { data: hook } = await byOAuth.post('webhooks', {
      name: 'gerbang',
      topic: 'order.created',
      delivery_url: `${market.hooks.base}/hooks/woocommerce/1`,
      secret,
    });
    assert.equal(hook.status, 'active');
    const order = await market.buy(shop.shop_id, 'KOPI-250', 3);
    const push = await market.hooks.next('of the order', (p) => {
      return p.headers['x-wc-webhook-topic'] === 'order.created' && p.body.includes(`"id":${order}`);
    });
    const signature = push.headers['x-wc-webhook-signature'];
    assert.equal(signature, hash(push.body, secret));
    assert.notEqual(signature, hash(tampered(push.body), secret));
  });

  test('orders: listed by time, read, moved on', async () => {
    const { data: orders, headers } = await byOAuth.get('orders', {
      after: '2020-01-01T00:00:00',
      per_page: 10,
    });
    assert.equal(Number(headers['x-wp-total']), 1);
    const [order] = orders;
    assert.deepEqual(
      order.line_items.map((line) => [line.sku, line.quantity]),
      [['KOPI-250', 3]],
    );
    assert.equal((await shown('KOPI-250')).stock, 21);
    const { data } = await byOAuth.put(`orders/${order.id}`, { status: 'completed' });
    assert.equal(data.status, 'completed');
  });

  test('delete: to the trash, then for good', async () => {
    await byOAuth.delete(`products/${product}`);
    assert.equal(await shown('KOPI-250'), undefined);
    await erase(byOAuth, `products/${product}`);
    await assert.rejects(
      byOAuth.get(`products/${product}`),
      refused(404, 'woocommerce_rest_product_invalid_id'),
    );
  });
  return { market, byOAuth };
}
