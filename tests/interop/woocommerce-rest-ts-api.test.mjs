// woocommerce-rest-ts-api: a second client with code of its own; its url is an option.
import { load } from './harness.mjs';
import { webShopTests } from './web_shop.mjs';

const WooCommerceRestApi = load('woocommerce-rest-ts-api').default;

const { byOAuth } = await webShopTests({
  make: (options) => new WooCommerceRestApi({ version: 'wc/v3', ...options }),
  refusal: (error) => ({ status: error.statusCode, data: error.response }),
  erase: (client, path) => client.delete(path, { force: true }), // in the body
  hash: (body, secret) => byOAuth._getOAuth().hash_function(body, secret),
});
