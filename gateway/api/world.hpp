#pragma once

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/json.hpp"
#include "gateway/api/api.hpp"
#include "gateway/api/test_connector.hpp"

// The whole API over a real store in memory, without sockets. Every answer that a test gets was
// checked against the OpenAPI document: its status is declared for its route, its body fits.
namespace gerbang::api {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

struct Seen {
  int status = 0;
  Headers headers;
  std::string body;
  std::string route;
  json::Value json;  // null when the body is none
  std::string_view code() const { return json["code"].text(); }
  std::string header(std::string_view name) const {
    return std::string(headers.find(name).value_or(std::string_view()));
  }
};

// Why `value` does not fit `schema`; empty: it does. The subset of JSON Schema that we use.
std::vector<std::string> misfits(const json::Value& value, const json::Value& schema,
                                 const json::Value& document, const std::string& at = "");

class TestAuthoriser final : public Authoriser {
 public:
  boost::asio::awaitable<Result<std::string>> authorise_url(Shop shop) override {
    co_return "https://pasar.example/consent?state=" + shop.id;
  }
  boost::asio::awaitable<Result<Shop>> complete(std::string, QueryItems query) override {
    if (query_value(query, "state").value_or("") != "good")
      co_return Error(ErrorKind::forbidden, "state_invalid", "not a state of ours");
    Shop shop;
    shop.name = "Toko <b>BUM Desa</b>";
    co_return shop;
  }
  // Takes the key "benar", as a channel would.
  boost::asio::awaitable<Result<Shop>> connect(Shop shop, QueryItems credentials) override {
    if (query_value(credentials, "seller_key").value_or("") != "benar")
      co_return Error(ErrorKind::rejected, "credentials_refused", "the channel says no");
    store::SaveTokens script;
    script.shop = shop.id;
    script.expected_version = shop.token_version;
    script.tokens.access = Secret("benar");
    co_return store->apply_now(std::move(script));
  }
  store::Store* store = nullptr;
};

// What the engine would answer, and what it was asked.
class TestLabels final : public Labels {
 public:
  boost::asio::awaitable<Result<ShippingLabel>> fetch(std::string organisation, std::string order,
                                                      std::string parcel) override {
    asked.push_back({std::move(organisation), std::move(order), std::move(parcel)});
    co_return answer;
  }
  struct Asked {
    std::string organisation, order, parcel;
  };
  std::vector<Asked> asked;
  Result<ShippingLabel> answer = Error(ErrorKind::bug, "no_answer_set");
};

class World {
 public:
  static constexpr std::string_view kAdminKey = "kunci-tuan-rumah-untuk-uji";
  static constexpr std::string_view kPushSecret = "rahasia-webhook-untuk-uji";

  World();
  ~World();

  // One request to its end, streams drained. The body of `streamed` routes is fed in pieces of 100
  // bytes.
  Seen call(Method method, std::string_view target, std::string_view body = {},
            HeaderList headers = {});

  // As an organisation, with the key of `who` ("desa", "lain"; made on first use).
  Seen get(std::string_view target) { return as("desa", Method::get, target); }
  Seen put(std::string_view target, std::string_view body, HeaderList headers = {}) {
    return as("desa", Method::put, target, body, std::move(headers));
  }
  Seen post(std::string_view target, std::string_view body = {}, HeaderList headers = {}) {
    return as("desa", Method::post, target, body, std::move(headers));
  }
  Seen patch(std::string_view target, std::string_view body, HeaderList headers = {}) {
    return as("desa", Method::patch, target, body, std::move(headers));
  }
  Seen as(const std::string& who, Method method, std::string_view target,
          std::string_view body = {}, HeaderList headers = {});
  Seen admin(Method method, std::string_view target, std::string_view body = {},
             HeaderList headers = {});

  const std::string& organisation(const std::string& who);
  const std::string& key(const std::string& who);

  // Ready-made things of "desa".
  void coffee();       // KOPI-ROBUSTA: KOPI-250 and KOPI-500 out of one sack KOPI-SANGRAI
  std::string shop();  // an active shop of channel pasar, remote id "77"
  std::string order(const std::string& shop_id, std::string external = "PO-1",
                    Quantity quantity = 1);

  // A request that is under way until finish().
  struct Pending;
  std::shared_ptr<Pending> begin(Method method, std::string_view target, HeaderList headers = {});
  Seen finish(const std::shared_ptr<Pending>& pending);

  http::ServerRequest request(Method method, std::string_view target, std::string_view body,
                              HeaderList headers) const;
  void check(Method method, const Seen& seen);

  ManualClock clock{from_rfc3339("2026-11-24T01:00:00Z").value()};
  SeededRandom random{7};
  SystemRandom api_random;
  Metrics metrics;
  std::unique_ptr<store::Store> store;
  Registry registry;
  Signals signals{Signals::Limits{4, 2}};
  std::unique_ptr<hooks::Hooks> hooks;
  TestAuthoriser authoriser;
  TestLabels labels;
  std::unique_ptr<Api> api;
  json::Value document;
  boost::asio::io_context io{1};

 private:
  struct Member {
    std::string organisation;
    std::string key;
  };
  Member& member(const std::string& who);
  std::map<std::string, Member> members_;
};

inline const std::string kCoffee = R"({
  "title": {"id": "Kopi Robusta Sangrai", "en": "Roasted Robusta Coffee"},
  "category": "makanan-minuman/kopi",
  "options": [{"name": "Kemasan", "values": ["250 g", "500 g"]}],
  "variants": [
    {"sku": "KOPI-250", "options": ["250 g"], "weight_grams": 280, "package_mm": [80, 50, 200],
     "price": {"amount": 35000, "currency": "IDR"},
     "components": [{"item": "KOPI-SANGRAI", "quantity": 250}]},
    {"sku": "KOPI-500", "options": ["500 g"], "price": {"amount": 65000, "currency": "IDR"},
     "components": [{"item": "KOPI-SANGRAI", "quantity": 500}]}]})";

}  // namespace gerbang::api
