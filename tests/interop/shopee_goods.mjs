// A shop at the Shopee sandbox and one item in it, for SDKs that cannot create. Made with the one
// that can.
import { loadModule, picture } from './harness.mjs';

export const SHOP = 880012345;
export const SKU = 'SKM-KOPI-250';

/** A complete add_item body for the sandbox's category 100782. */
export function itemBody(image, changes = {}) {
  return {
    item_name: 'Kopi Robusta Desa Sukamaju 250 g',
    description: 'Kopi robusta sangrai sedang dari BUMDes Sukamaju.',
    original_price: 45000,
    weight: 0.3,
    category_id: 100782,
    item_status: 'NORMAL',
    item_sku: SKU,
    condition: 'NEW',
    image: { image_id_list: [image] },
    logistic_info: [{ logistic_id: 8003, enabled: true }],
    attribute_list: [
      { attribute_id: 100095, attribute_value_list: [{ value_id: 702 }] },
      { attribute_id: 100010, attribute_value_list: [{ value_id: 575 }] },
    ],
    brand: { brand_id: 0, original_brand_name: 'NoBrand' },
    seller_stock: [{ stock: 40 }],
    dimension: { package_length: 20, package_width: 12, package_height: 8 },
    ...changes,
  };
}

export async function stockedShop(market) {
  const { ShopeeSDK } = await loadModule('@congminh1254/shopee-sdk', 'lib/sdk.js');
  await market.shop({ shop_id: String(SHOP), name: 'BUMDes Sukamaju' });
  const { code } = await market.consent(String(SHOP));
  const sdk = new ShopeeSDK({
    partner_id: Number(market.app.app_id),
    partner_key: market.app.secret,
    base_url: `${market.url}/api/v2`,
  });
  await sdk.authenticateWithCode(code, SHOP);
  const media = await sdk.mediaSpace.uploadImage({ image: await picture() });
  const added = await sdk.product.addItem(itemBody(media.response.image_info.image_id));
  return added.response.item_id;
}
