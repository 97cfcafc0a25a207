#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "connectors/bukalapak/sandbox/market.hpp"
#include "connectors/sandbox/kit.hpp"

namespace gerbang::bukalapak_sandbox {

// The two generations of the API over one market: v4 in v4_*.cpp, v2 in v2_*.cpp, OAuth in
// oauth.cpp, the shopper in bukalapak_double.cpp.
class BukalapakDouble final : public sandbox::Kit {
 public:
  using Kit::Kit;
  std::string_view channel() const override { return "bukalapak"; }

 protected:
  std::string operation_of(const Call& call) const override;
  HttpResponse serve(const Call& call) override;
  HttpResponse token_expired_answer(const Call& call) override;
  HttpResponse throttle_answer(const Call& call) override;
  HttpResponse refusal_answer(const Call& call, const std::string& code,
                              const std::string& message) override;

  json::Value add_shop(const json::Value& body) override;
  Result<json::Value> consent(const json::Value& body) override;
  json::Value listings(std::string_view shop_id) const override;
  Result<json::Value> place_order(const json::Value& body) override;
  Result<json::Value> order(std::string_view id) const override;
  Result<json::Value> order_verb(std::string_view id, std::string_view verb,
                                 const json::Value& body) override;

 private:
  using Parts = std::vector<std::string>;  // of a path: {"products","2k9x1a","skus","310045512"}
  struct Grant {
    std::string seller;  // empty: client_credentials
    std::string scope;
    TimePoint expires_at;
    std::string redirect_uri;  // of a code; empty: any
    std::string refresh;       // of an access token: the one given with it
  };

  // Lets happen what was due until now. Whoever looks, looks at the present: also readers.
  void catch_up() const;
  bool on(std::string_view name, bool otherwise) const;
  Product* own_product(const std::string& seller, const std::string& id);
  Order* own_order(const std::string& seller, const std::string& id);
  std::vector<const Product*> newest_first() const;

  // OAuth
  HttpResponse authorise_page(const Call& call);
  HttpResponse token(const Call& call);
  HttpResponse give_tokens(const std::string& seller, const std::string& scope, bool refreshable);
  std::string new_code(const std::string& seller, const std::string& redirect_uri);
  // The seller behind a v4 call that needs `scope`; nothing when it is not authorised.
  const Grant* bearer(const Call& call, std::string_view scope) const;
  bool client_known(std::string_view id, std::string_view secret) const;

  // v4
  HttpResponse serve_v4(const Call& call, const Parts& parts);
  HttpResponse own_products(const Call& call, const std::string& seller);
  HttpResponse public_products(const Call& call, const std::string& seller);
  HttpResponse create_product(const Call& call, const std::string& seller);
  HttpResponse update_product(const Call& call, Product& product);
  HttpResponse patch_sku(const Call& call, Product& product);
  HttpResponse delete_product(const Product& product);
  HttpResponse upload_image(const Call& call, const std::string& seller);
  HttpResponse list_orders(const Call& call, const std::string& seller);
  HttpResponse change_order(const Call& call, Order& order);
  HttpResponse book_courier(const Call& call, const std::string& seller);
  json::Value product_json(const Product& product) const;
  json::Value order_json(const Order& order) const;
  // Reads the fields of a create (all) or an update (those present) into `product`; nothing when
  // they are all right.
  std::optional<std::string> read_fields(const json::Value& body, bool all, Product& product);
  // Seconds to wait when the seller's calls of this minute are used up.
  std::optional<std::int64_t> over_limit(const std::string& key);

  // v2
  HttpResponse serve_v2(const Call& call, Parts parts);
  HttpResponse v2_login(const Call& call);
  HttpResponse v2_products(const Call& call, const std::string& seller, const Parts& parts);
  HttpResponse v2_write_product(const Call& call, const std::string& seller, Product* known);
  HttpResponse v2_images(const Call& call, const std::string& seller, const Parts& parts);
  HttpResponse v2_orders(const Call& call, const std::string& seller, const Parts& parts);
  HttpResponse v2_ship(const Call& call, const std::string& seller);
  HttpResponse v2_reject(const Call& call, const std::string& seller);
  json::Value v2_product_json(const Product& product) const;
  json::Value v2_order_json(const Order& order) const;

  mutable Market market_;
  std::map<std::string, Grant> codes_, access_, refresh_;
  std::map<std::string, std::deque<TimePoint>> calls_;  // of the last minute, by seller
  std::int64_t next_seller_ = 51001;
};

// ---- answers of v4

HttpResponse success(json::Value data, std::optional<std::size_t> total = std::nullopt,
                     int status = 200);
HttpResponse failure(int status, int code, std::string_view message);
inline HttpResponse not_authorised() {
  return failure(401, 10001, "You are not authorized");
}
inline HttpResponse nothing_there() {
  return failure(404, 10002, "Not found");
}
inline HttpResponse wrong(std::string_view why) {
  return failure(422, 10003, why);
}

// An id as the channel writes it: a number where it has only digits.
json::Value number_of(const std::string& id);

// {"product","sku_id","sku"}: the beginning of every effect on a product.
json::Object effect_on(const Product& product);

// `offset` and `limit` of a list, as the channel reads them.
struct PageOf {
  std::size_t offset = 0, limit = 10;
};
PageOf page_of(const std::optional<std::string>& offset, const std::optional<std::string>& limit,
               std::size_t usual, std::size_t most);

// Whether `text` contains `word`, regardless of case.
bool contains(std::string_view text, std::string_view word);

}  // namespace gerbang::bukalapak_sandbox
