// @woocommerce/woocommerce-rest-api: the official client; its url is an option.
import { load } from './harness.mjs';
import { webShopTests } from './web_shop.mjs';

const WooCommerceRestApi = load('@woocommerce/woocommerce-rest-api').default;

const { byOAuth } = await webShopTests({
  make: (options) => new WooCommerceRestApi({ version: 'wc/v3', ...options }),
  refusal: (error) => error.response,
  erase: (client, path) => client.delete(path, { force: true }), // in the query
  hash: (body, secret) => byOAuth._getOAuth().hash_function(body, secret),
});
