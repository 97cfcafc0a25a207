// What the tests of the three SDKs for Tokopedia & Shop share.
import assert from 'node:assert/strict';
import { load, picture } from './harness.mjs';

/** Built into these SDKs. */
export const HOSTS = ['open-api.tiktokglobalshop.com', 'auth.tiktok-shops.com'];
export const WAREHOUSE = '7068517275539719942';
export const SKU = 'KOPI-ROB-250';
const API = `https://${HOSTS[0]}`;

/** A complete product for the sandbox's category 914824, offered in both places. */
export function productBody(uri) {
  return {
    save_mode: 'LISTING',
    title: 'Kopi Robusta Bubuk Asli Desa Tulungrejo 250 gram',
    description: '<p>Kopi petik merah/kuning, sangrai sedang: “enak”.</p>',
    category_id: '914824',
    main_images: [{ uri }],
    skus: [
      {
        seller_sku: SKU,
        price: { amount: '38000', currency: 'IDR' },
        inventory: [{ warehouse_id: WAREHOUSE, quantity: 40 }],
        sales_attributes: [],
      },
    ],
    package_weight: { value: '0.3', unit: 'KILOGRAM' },
    product_attributes: [
      { id: '100107', values: [{ id: '1000789' }] },
      { id: '100201', values: [{ id: '1002015' }] },
    ],
    listing_platforms: ['TIKTOK_SHOP', 'TOKOPEDIA'],
  };
}

/**
 * A call signed by tiktok-shop's signByUrl, for what no SDK can send. `body` is text, form data or
 * nothing; form data is not signed (facts 3.2).
 */
export async function signedCall(app, token, method, path, query = {}, body = undefined) {
  const TikTokShop = load('tiktok-shop');
  const url = new URL(path, API);
  url.searchParams.set('app_key', app.app_id);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const signer = new TikTokShop({ appKey: app.app_id, appSecret: app.secret });
  const text = typeof body === 'string';
  const { signature, timestamp } = signer.signByUrl(url.href, text ? body : {});
  url.searchParams.set('timestamp', timestamp);
  url.searchParams.set('sign', signature);
  const headers = { 'x-tts-access-token': token };
  if (text) headers['content-type'] = 'application/json';
  const answer = await fetch(url, { method, headers, body });
  return answer.json();
}

/** A picture at the marketplace, for products. */
export async function uploaded(app, token) {
  const form = new FormData();
  form.append('data', new Blob([await picture()], { type: 'image/png' }), 'kopi.png');
  form.append('use_case', 'MAIN_IMAGE');
  const answer = await signedCall(app, token, 'POST', '/product/202309/images/upload', {}, form);
  assert.equal(answer.code, 0, JSON.stringify(answer));
  return answer.data.uri;
}
