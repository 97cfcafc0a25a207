// tiktok-shop-client: parameters of the old style; its hosts are led to the sandbox over TLS.
import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import test from 'node:test';
import { front, load, open, pictureFile } from './harness.mjs';
import { HOSTS, SKU, WAREHOUSE, productBody, signedCall } from './tokopedia_goods.mjs';

const { TikTokClient, authCodeToken, generateToken, signByUrl } = load('tiktok-shop-client');
const market = await open('tokopedia');
await front(HOSTS, market.port);
const { shop_id: shop } = await market.shop({ name: 'BUMDes Sukamaju' });
const { app_id: appKey, secret: appSecret } = market.app;

let client;
let picture;
let accessToken;
let product;
let sku;

const answered = (answer) => {
  assert.equal(answer.code, 0, JSON.stringify(answer));
  return answer.data;
};

test('authorise: the code, a refresh, the shop and its cipher', async () => {
  const { code } = await market.consent(shop);
  const first = answered(await authCodeToken({ appKey, appSecret }, code));
  const second = await generateToken({ appKey, appSecret }, first.refresh_token);
  accessToken = second.data?.access_token ?? second.access_token;
  assert.notEqual(accessToken, first.access_token);
  client = TikTokClient({ appKey, appSecret, accessToken });
  const { shops } = answered(await client.getShops());
  assert.deepEqual(shops.map((s) => s.id), [shop]);
  client.setShop({ shopId: shop, shopCipher: shops[0].cipher });
});

test('sign: a wrong secret is refused as 106001; its signer agrees with tiktok-shop', async () => {
  const stranger = TikTokClient({ appKey, appSecret: 'another-secret', accessToken });
  await assert.rejects(stranger.getShops(), (error) => {
    assert.equal(error.response.status, 401);
    return error.response.data.code === 106001;
  });
  const TikTokShop = load('tiktok-shop');
  const url = `https://${HOSTS[0]}/order/202309/orders?app_key=${appKey}&ids=1%2C2&timestamp=1795600000`;
  assert.equal(
    signByUrl(url, appSecret).signature,
    new TikTokShop({ appKey, appSecret }).signByUrl(url).signature,
  );
});

test('fault of the SDK: the cipher goes with getShops, which takes none; switch tolerate_cipher', async () => {
  assert.equal((await client.getShops()).code, 36009004);
  await market.set({ tolerate_cipher: true });
  answered(await client.getShops());
  await market.set({ tolerate_cipher: null });
});

test('create: a picture from a file', async () => {
  const { uri } = answered(await client.addImage(createReadStream(await pictureFile())));
  picture = uri;
});

test('fault of the SDK: a price can only be in "DOLLARS"; switch any_currency', async () => {
  const { main_images, listing_platforms, save_mode, skus, ...rest } = productBody(picture);
  const body = {
    ...rest,
    main_images: main_images.map((image) => ({ ...image, width: 800, height: 800 })),
    skus: [
      {
        external_sku_id: SKU,
        sales_attributes: [],
        price: { amount: '38000', currency: 'DOLLARS' },
        inventory: [{ warehouse_id: WAREHOUSE, quantity: 40 }],
      },
    ],
  };
  assert.equal((await client.addProduct(body)).code, 12052084);
  await market.set({ any_currency: true });
  product = answered(await client.addProduct(body)).product_id;
  const read = answered(await client.getProduct(product));
  sku = read.skus[0].id;
  assert.equal(read.skus[0].price.currency, 'IDR');

  answered(
    await client.updateProductPrices(product, {
      skus: [{ id: sku, price: { amount: '41500', currency: 'DOLLARS' } }],
    }),
  );
  const again = answered(await client.getProduct(product));
  assert.equal(again.skus[0].price.tax_exclusive_price, '41500');
  await market.set({ any_currency: null });
});

test('categories and warehouses: read with the old parameters, signed along', async () => {
  assert.ok(answered(await client.getCategories()).categories.length > 0);
  assert.ok(answered(await client.getCategoryAttributes('914824')).attributes.length > 0);
  assert.ok(answered(await client.getWarehouses()).warehouses.some((w) => w.id === WAREHOUSE));
});

test('stock: an absolute number, without a warehouse where there is one', async () => {
  answered(await client.updateProductInventory(product, [{ id: sku, inventory: [{ quantity: 21 }] }]));
  const { inventory } = answered(await client.searchInventory({ product_ids: [product] }));
  assert.equal(inventory[0].skus[0].total_available_quantity, 21);
});

test('orders: searched by status', async () => {
  // A product with a seller's SKU, which this SDK has no field for.
  const cipher = { shop_cipher: client.shopCipher };
  answered(
    await signedCall(
      market.app,
      accessToken,
      'POST',
      '/product/202309/products',
      cipher,
      JSON.stringify(productBody(picture)),
    ),
  );
  const order = await market.buy(shop, SKU, 2);
  const { orders } = answered(await client.getOrders({ order_status: 'AWAITING_SHIPMENT' }));
  assert.deepEqual(orders.map((o) => [o.id, o.line_items.length]), [[order, 2]]);
});

test('products: taken off, put back, deleted with a signed body', async () => {
  answered(await client.deactivateProducts([product]));
  answered(await client.activateProducts([product]));
  answered(await client.deleteProducts([product]));
  const read = await client.getProduct(product);
  assert.ok(read.code !== 0 || read.data.status === 'DELETED', JSON.stringify(read));
});
