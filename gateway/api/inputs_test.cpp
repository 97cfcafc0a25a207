// What clients get wrong, as tables: every row is refused with the right code and changes nothing.
#include "gateway/api/problem.hpp"
#include "gateway/api/world.hpp"

namespace gerbang::api {
namespace {

struct Bad {
  const char* name;
  Method method;
  std::string target;
  std::string body;
  int status;
  const char* code;
  const char* field = "";
  HeaderList headers = {};
};

std::string deep(int levels) {
  return std::string(static_cast<std::size_t>(levels), '[') +
         std::string(static_cast<std::size_t>(levels), ']');
}

// A product with one thing wrong.
std::string coffee_with(const std::string& from, const std::string& to) {
  std::string body = kCoffee;
  body.replace(body.find(from), from.size(), to);
  return body;
}

const HeaderList kKey = {{"Idempotency-Key", "k"}};

std::vector<Bad> bad_requests() {
  const std::string product = "/v1/products/KOPI-ROBUSTA";
  const std::string stock = "/v1/stock/KOPI-SANGRAI";
  const std::string moves = stock + "/movements";
  const Method put = Method::put, post = Method::post, get = Method::get, patch = Method::patch;
  return {
      // JSON
      {"no body", put, product, "", 400, "body_missing"},
      {"not JSON", put, product, "{", 400, "json_invalid"},
      {"two values", put, product, "{} {}", 400, "json_invalid"},
      {"duplicate key", put, stock, R"({"on_hand":1,"on_hand":2})", 400, "json_invalid"},
      {"invalid UTF-8", put, product, "{\"brand\":\"\xff\"}", 400, "json_invalid"},
      {"NUL", put, product, R"({"brand":"\u0000"})", 400, "json_invalid"},
      {"too deep", put, product, deep(100), 413, "json_too_large"},
      {"a million levels", put, product, deep(400'000), 413, "json_too_large"},
      {"over 1 MiB", put, product, std::string(1024 * 1024 + 1, ' '), 413, "json_too_large"},
      {"a form",
       put,
       product,
       "a=1",
       415,
       "media_type_unsupported",
       "",
       {{"Content-Type", "application/x-www-form-urlencoded"}}},
      {"a list", put, stock, "[]", 422, "wrong_type"},
      // products
      {"unknown field", put, product, coffee_with("\"category\"", "\"kategori\""), 422,
       "product_invalid", "/kategori"},
      {"price in another currency", put, product, coffee_with("IDR", "USD"), 422, "product_invalid",
       "/variants/0/price/currency"},
      {"fractional price", put, product, coffee_with("35000", "35000.5"), 422, "product_invalid",
       "/variants/0/price/amount"},
      {"price as text", put, product, coffee_with("35000", "\"35000\""), 422, "product_invalid",
       "/variants/0/price/amount"},
      {"negative component", put, product, coffee_with("\"quantity\": 250", "\"quantity\": -250"),
       422, "product_invalid", "/variants/0/components/0/quantity"},
      {"small letters in a SKU", put, product, coffee_with("KOPI-500", "kopi-500"), 422,
       "product_invalid", "/variants/1/sku"},
      {"a code with small letters", put, "/v1/products/kopi", kCoffee, 422, "product_invalid",
       "/code"},
      {"another code in the body", put, "/v1/products/KOPI", coffee_with("{", "{\"code\":\"TEH\","),
       422, "product_invalid", "/code"},
      {"If-Match without quotes",
       put,
       product,
       kCoffee,
       400,
       "if_match_invalid",
       "",
       {{"If-Match", "12"}}},
      {"If-Match of nothing",
       put,
       product,
       kCoffee,
       412,
       "revision_moved",
       "",
       {{"If-Match", "\"12\""}}},
      // stock
      {"fractional count", put, stock, R"({"on_hand":1.5})", 422, "wrong_type", "/on_hand"},
      {"count as text", put, stock, R"({"on_hand":"10"})", 422, "wrong_type", "/on_hand"},
      {"exponent", put, stock, R"({"on_hand":1e3})", 422, "wrong_type", "/on_hand"},
      {"negative count", put, stock, R"({"on_hand":-1})", 422, "out_of_range", "/on_hand"},
      {"count beyond reason", put, stock, R"({"on_hand":9223372036854775807})", 422, "out_of_range",
       "/on_hand"},
      {"a typing error", put, stock, R"({"on_hand":1,"onhand":2})", 422, "unknown_field",
       "/onhand"},
      {"two errors", put, stock, R"({"on_hand":-1,"lokasi":"gudang"})", 422, "request_invalid",
       "/on_hand"},
      {"time without offset", put, stock, R"({"on_hand":1,"counted_at":"2026-11-24T01:00:00"})",
       422, "time_invalid", "/counted_at"},
      {"small letters in an item", put, "/v1/stock/kopi", R"({"on_hand":1})", 422, "code_invalid",
       "/item"},
      {"movement without a key", post, moves, R"({"quantity":1,"reason":"received"})", 400,
       "idempotency_key_missing"},
      {"movement of nothing", post, moves, R"({"quantity":0,"reason":"received"})", 422,
       "out_of_range", "/quantity", kKey},
      {"a reason of ours", post, moves, R"({"quantity":1,"reason":"reserved"})", 422,
       "reason_unknown", "/reason", kKey},
      {"no reason", post, moves, R"({"quantity":1})", 422, "field_missing", "/reason", kKey},
      {"a NIK", post, moves, R"({"quantity":1,"reason":"received","reference":"9999994101900001"})",
       422, "nik_not_stored", "/reference", kKey},
      {"key with a blank",
       put,
       stock,
       R"({"on_hand":1})",
       400,
       "idempotency_key_invalid",
       "",
       {{"Idempotency-Key", "a b"}}},
      {"key too long",
       put,
       stock,
       R"({"on_hand":1})",
       400,
       "idempotency_key_invalid",
       "",
       {{"Idempotency-Key", std::string(256, 'k')}}},
      {"two keys",
       put,
       stock,
       R"({"on_hand":1})",
       400,
       "idempotency_key_invalid",
       "",
       {{"Idempotency-Key", "a"}, {"Idempotency-Key", "b"}}},
      // prices
      {"unknown SKU", put, "/v1/prices/TIDAK-ADA", R"({"amount":1})", 404, "sku_unknown"},
      {"nothing to set", put, "/v1/prices/KOPI-250", "{}", 422, "field_missing", "/amount"},
      {"currency alone", put, "/v1/prices/KOPI-250", R"({"currency":"IDR"})", 422, "field_missing",
       "/amount"},
      {"another currency", put, "/v1/prices/KOPI-250", R"({"amount":1,"currency":"USD"})", 422,
       "currency_unknown", "/currency"},
      {"free of charge", put, "/v1/prices/KOPI-250", R"({"amount":0})", 422, "out_of_range",
       "/amount"},
      {"a channel's price as a number", put, "/v1/prices/KOPI-250", R"({"channels":{"shopee":1}})",
       422, "wrong_type", "/channels/shopee"},
      {"a channel's name", put, "/v1/prices/KOPI-250", R"({"channels":{"Shopee!":{"amount":1}}})",
       422, "channel_invalid", "/channels/Shopee!"},
      // shops
      {"unknown channel", post, "/v1/shops", R"({"channel":"tokoku","name":"Toko"})", 422,
       "channel_unknown", "/channel"},
      {"no name", post, "/v1/shops", R"({"channel":"pasar"})", 422, "field_missing", "/name"},
      {"blank name", post, "/v1/shops", R"({"channel":"pasar","name":"  "})", 422, "text_empty",
       "/name"},
      {"control character", post, "/v1/shops", "{\"channel\":\"pasar\",\"name\":\"a\\u0007\"}", 422,
       "control_character", "/name"},
      {"unknown shop", post, "/v1/shops/shp_TIDAK/pause", "", 404, "shop_unknown"},
      {"retry for an unknown shop", post, "/v1/listings:retry", R"({"shop":"shp_TIDAK"})", 404,
       "shop_unknown"},
      {"fields for a route without a body", post, "/v1/shops/shp_TIDAK/pause", R"({"until":1})",
       422, "unknown_field", "/until"},
      {"share over all", patch, "/v1/shops/shp_TIDAK", R"({"share_percent":101})", 422,
       "out_of_range", "/share_percent"},
      // orders
      {"unknown order", post, "/v1/orders/ord_TIDAK/accept", "", 404, "order_unknown"},
      {"restock of a fraction", post, "/v1/orders/ord_TIDAK/restock",
       R"({"lines":[{"line":"1","quantity":0.5}]})", 422, "wrong_type", "/lines/0/quantity"},
      // queries
      {"unknown parameter", get, "/v1/products?update_since=2026-01-01T00:00:00Z", "", 400,
       "query_unknown", "update_since"},
      {"parameter twice", get, "/v1/products?limit=1&limit=2", "", 400, "query_invalid", "limit"},
      {"limit over the most", get, "/v1/products?limit=201", "", 400, "query_invalid", "limit"},
      {"broken escape", get, "/v1/products?cursor=%zz", "", 400, "query_invalid"},
      {"no cursor of ours", get, "/v1/products?cursor=abc", "", 400, "cursor_invalid", "/cursor"},
      {"a date for a time", get, "/v1/orders?updated_since=2026-01-01", "", 400, "query_invalid",
       "updated_since"},
      {"negative wait", get, "/v1/events?wait=-1", "", 400, "query_invalid", "wait"},
      // paths
      {"no such path", get, "/v1/produk", "", 404, "route_unknown"},
      {"empty code", get, "/v1/products/", "", 404, "route_unknown"},
      {"a slash inside a code", get, "/v1/products/KOPI%2FX", "", 404, "product_unknown"},
      {"wrong method", post, product, kCoffee, 405, "method_not_offered"},
  };
}

TEST(BadInput, is_refused_by_name_and_changes_nothing) {
  World w;
  w.coffee();
  const std::string before =
      w.get("/v1/products").body + w.get("/v1/stock").body + w.get("/v1/shops").body;
  for (const Bad& bad : bad_requests()) {
    SCOPED_TRACE(bad.name);
    const Seen seen = w.as("desa", bad.method, bad.target, bad.body, bad.headers);
    EXPECT_EQ(seen.status, bad.status) << seen.body.substr(0, 300);
    EXPECT_EQ(seen.code(), bad.code) << seen.body.substr(0, 300);
    EXPECT_EQ(seen.json["field"].text(), bad.field);
    EXPECT_EQ(seen.json["status"].as_int64(), seen.status);
    EXPECT_EQ(seen.json["request_id"].text(), "req_test");
    EXPECT_TRUE(messages::has_message(seen.code())) << seen.code() << " is not in the catalogue";
    for (const json::Value& e : seen.json["errors"].items())
      EXPECT_TRUE(messages::has_message(e["code"].text())) << e["code"].text();
  }
  EXPECT_EQ(w.get("/v1/products").body + w.get("/v1/stock").body + w.get("/v1/shops").body, before);
}

TEST(BadInput, without_a_good_credential_nothing_is_answered) {
  World w;
  for (const char* header : {"", "Basic abc", "Bearer", "Bearer ", "Bearer tebakan"}) {
    HeaderList headers;
    if (*header) headers.emplace_back("Authorization", header);
    const Seen seen = w.call(Method::get, "/v1/products", {}, headers);
    EXPECT_EQ(seen.status, 401) << header;
    EXPECT_EQ(seen.header("WWW-Authenticate"), "Bearer");
  }
  EXPECT_EQ(w.call(Method::get, "/v1/products", {}, {{"Authorization", "bearer " + w.key("desa")}})
                .status,
            200);
}

TEST(Walls, what_belongs_to_others_is_not_there) {
  World w;
  w.coffee();
  const std::string shop = w.shop();
  const std::string order = w.order(shop);
  const std::string movement = R"({"quantity":-1,"reason":"damaged"})";
  const auto status = [&](Method method, const std::string& target, std::string_view body = {}) {
    return w.as("lain", method, target, body).status;
  };
  EXPECT_EQ(status(Method::get, "/v1/products/KOPI-ROBUSTA"), 404);
  EXPECT_EQ(status(Method::patch, "/v1/products/KOPI-ROBUSTA", R"({"brand":"x"})"), 404);
  EXPECT_EQ(status(Method::del, "/v1/products/KOPI-ROBUSTA"), 404);
  EXPECT_EQ(status(Method::get, "/v1/stock/KOPI-SANGRAI"), 404);
  EXPECT_EQ(status(Method::get, "/v1/prices/KOPI-250"), 404);
  EXPECT_EQ(status(Method::put, "/v1/prices/KOPI-250", R"({"amount":1})"), 404);
  for (const char* verb : {"", "/pause", "/resume", "/retire", "/sync", "/authorise"}) {
    EXPECT_EQ(status(*verb ? Method::post : Method::get, "/v1/shops/" + shop + verb), 404) << verb;
  }
  EXPECT_EQ(status(Method::patch, "/v1/shops/" + shop, R"({"name":"x"})"), 404);
  EXPECT_EQ(status(Method::post, "/v1/listings:retry", R"({"shop":")" + shop + R"("})"), 404);
  EXPECT_EQ(status(Method::get, "/v1/orders/" + order), 404);
  EXPECT_EQ(status(Method::post, "/v1/orders/" + order + "/accept"), 404);
  EXPECT_EQ(status(Method::post, "/v1/orders/" + order + "/restock",
                   R"({"lines":[{"line":"1","quantity":1}]})"),
            404);
  for (const char* list : {"/v1/products", "/v1/stock", "/v1/shops", "/v1/listings", "/v1/orders"})
    EXPECT_EQ(w.as("lain", Method::get, list).json["data"].items().size(), 0u) << list;
  EXPECT_EQ(w.as("lain", Method::get, "/v1/events").json["events"].items().size(), 0u);
  EXPECT_EQ(w.as("lain", Method::get, "/v1/products:export").body, "");
  EXPECT_EQ(w.get("/v1/shops/" + shop).json["state"].text(), "active");
}

TEST(Language, of_a_problem_is_the_clients) {
  World w;
  const auto title = [&](const char* accept) {
    const Seen seen = w.call(Method::get, "/v1/produk", {}, {{"Accept-Language", accept}});
    return std::string(seen.json["title"].text()) + "|" + seen.header("Content-Language");
  };
  const auto& id = messages::message("route_unknown", messages::Language::id);
  const auto& en = messages::message("route_unknown", messages::Language::en);
  EXPECT_EQ(title("en-GB, id;q=0.5"), std::string(en.title) + "|en");
  EXPECT_EQ(title("jv, *;q=0.1"), std::string(id.title) + "|id");
  EXPECT_EQ(w.call(Method::get, "/v1/produk").json["title"].text(), id.title);
  EXPECT_EQ(w.call(Method::get, "/v1/produk").json["type"].text(),
            "https://gerbang.example/problems/route-unknown");
}

TEST(Problems, say_nothing_about_our_inside) {
  const Error bug(ErrorKind::bug, "store_constraint", "UNIQUE failed: api_keys.hash of desa lain");
  const json::Value body = problem_body(bug, messages::Language::id, "req_1");
  EXPECT_EQ(body["code"].text(), "internal_error");
  EXPECT_EQ(body["status"].as_int64(), 500);
  EXPECT_EQ(json::dump(body).find("desa lain"), std::string::npos);
  const Error down(ErrorKind::transient, "store_unavailable", "/srv/gerbang.db: disk I/O error");
  EXPECT_EQ(json::dump(problem_body(down, messages::Language::id, "req_1")).find("/srv"),
            std::string::npos);
  const Error wait = Error(ErrorKind::throttled, "too_many_waiters").after(Duration(1500));
  EXPECT_EQ(problem_response(wait, messages::Language::id, "r").headers.find("Retry-After"), "2");
}

TEST(Writes, are_refused_with_503_while_the_store_is_closed) {
  World w;
  w.key("desa");
  w.store->close();
  const Seen seen = w.put("/v1/stock/TEH", R"({"on_hand":1})");
  EXPECT_EQ(seen.status, 503);
  EXPECT_NE(seen.header("Retry-After"), "");
}

TEST(Refusals, of_the_edge_speak_the_clients_language) {
  World w;
  http::Refusal refusal;
  refusal.status = 400;
  refusal.code = "json_invalid";
  refusal.detail = "twice";
  refusal.request_id = "req_9";
  refusal.accept_language = "en";
  const HttpResponse response = w.api->refuse(refusal);
  EXPECT_EQ(response.status, 400);
  const json::Value body = json::parse(response.body).value();
  EXPECT_EQ(body["title"].text(), messages::message("json_invalid", messages::Language::en).title);
  EXPECT_EQ(body["request_id"].text(), "req_9");
}

}  // namespace
}  // namespace gerbang::api
