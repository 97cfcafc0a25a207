#include "connectors/blibli/sandbox/blibli_sandbox.hpp"

#include "connectors/blibli/sandbox/gateway.hpp"
#include "connectors/sandbox/kit.hpp"

namespace gerbang {

namespace {

using namespace sandbox;          // Kit, Options
using namespace sandbox::blibli;  // the double

class BlibliSandbox final : public Kit {
 public:
  explicit BlibliSandbox(Options given)
      : Kit(std::move(given)), world_(options(), [this](HttpRequest request, Duration after) {
          push(std::move(request), after);
        }) {
    for (const json::Value& shop : setting("shops").items()) add_shop(shop);
  }

  std::string_view channel() const override { return "blibli"; }

 protected:
  std::string operation_of(const Call& call) const override {
    std::string argument;
    const Route* route = find_route(call.request->method, below_proxy(call.path), argument);
    return route ? std::string(route->operation) : call.path;
  }

  HttpResponse serve(const Call& call) override {
    Request request = request_of(call);
    world_.effects.clear();
    world_.advance();
    const Reply reply = answer(request);
    json::Array& effects = world_.effects;
    if (!reply.code.empty()) effects.clear();
    json::Value effect;
    if (effects.size() == 1) {
      effect = std::move(effects.front());
    } else if (!effects.empty()) {
      effect = std::move(effects);
    }
    const std::string who = request.store ? request.store->code : request.param("storeCode");
    note(who, reply.code, std::move(effect));
    return render(world_, request, reply);
  }

  HttpResponse token_expired_answer(const Call& call) override {
    return render(world_, request_of(call),
                  Reply::fail(kUnauthorised, "Full authentication is required"));
  }
  HttpResponse throttle_answer(const Call& call) override {
    return render(world_, request_of(call),
                  Reply::fail(kTooMany, "You have reached the limit of this API"));
  }
  HttpResponse refusal_answer(const Call& call, const std::string& code,
                              const std::string& message) override {
    // The status stands in the code; another word is a malformed request's.
    const bool ours = code.size() == 12 && code.starts_with("ERR-");
    Reply reply = Reply::fail(ours ? std::string_view(code) : kMalformed, message);
    reply.code = code;
    return render(world_, request_of(call), reply);
  }

  json::Value add_shop(const json::Value& body) override {
    std::string code = body["shop_id"].to_text();
    if (code.empty()) code = "DES-" + std::to_string(70001 + world_.stores.size());
    const bool fresh = !world_.stores.contains(code);
    Store& store = world_.stores[code];
    store.code = code;
    store.name = body["name"].to_text();
    if (store.name.empty()) store.name = "Toko " + code;
    if (fresh) {
      store.seller_key = random_key();
      store.signature_key = "kunci-" + world_.random().hex(8);
      store.username = "admin@" + code + ".example";
      store.pickup_points = {"PP-30" + world_.random_digits(5)};
    }
    if (body["signature_key"].is_string()) store.signature_key = body["signature_key"].text();
    if (const std::string way = body["delivery"].to_text(); !way.empty()) store.delivery = way;
    if (!body["pickup_points"].items().empty()) {
      store.pickup_points.clear();
      for (const json::Value& p : body["pickup_points"].items())
        store.pickup_points.push_back(p.to_text());
    }
    return json::object({{"shop_id", code}, {"name", store.name}});
  }

  // The seller makes a key and connects our client: what the operator then types in.
  Result<json::Value> consent(const json::Value& body) override {
    GERBANG_TRY(store, store_named(body));
    store->connected = true;
    json::Object out;
    out.append("store_code", store->code);
    out.append("seller_key", store->seller_key);
    if (!store->signature_key.empty()) out.append("signature_key", store->signature_key);
    out.append("username", store->username);
    if (store->pickup_points.size() > 1) out.append("pickup_point", store->pickup_points.front());
    return json::object({{"credentials", json::Value(std::move(out))}});
  }

  json::Value listings(std::string_view shop_id) const override {
    const_cast<World&>(world_).advance();  // what is due has happened, asked for or not
    json::Array out;
    for (const auto& [sku, p] : world_.products) {
      if ((!shop_id.empty() && shop_id != p.store) || p.state == ProductState::rejected) continue;
      for (const Variant& v : p.variants) {
        out.push_back(json::object({{"shop_id", p.store},
                                    {"product", p.sku},
                                    {"variant", v.sku},
                                    {"sku", v.seller_sku},
                                    {"title", p.name},
                                    {"stock", v.stock},
                                    {"price", v.price},
                                    {"listed", p.state == ProductState::active && v.buyable},
                                    {"state", name_of(p)}}));
      }
    }
    return out;
  }

  Result<json::Value> place_order(const json::Value& body) override {
    world_.advance();
    GERBANG_TRY(store, store_named(body));
    GERBANG_TRY(placed, sandbox::blibli::place_order(world_, *store, body["lines"],
                                                     body["pay"].as_bool().value_or(true)));
    return order(placed);
  }

  Result<json::Value> order(std::string_view id) const override {
    json::Array lines;
    std::string state, shop;
    for (const OrderItem& i : world_.items) {
      if (i.order != id) continue;
      shop = i.store;
      const std::string is = i.expired ? "EXPIRED" : i.status.empty() ? "UNPAID" : i.status;
      if (state.find(is) == std::string::npos) state += (state.empty() ? "" : "+") + is;
      lines.push_back(json::object({{"item", i.item},
                                    {"sku", i.seller_sku},
                                    {"status", is},
                                    {"quantity", i.quantity},
                                    {"price", i.price},
                                    {"package", i.package},
                                    {"tracking_number", i.tracking_number}}));
    }
    if (lines.empty()) return Error(ErrorKind::not_found, "order_unknown", "no such order");
    return json::object(
        {{"order_id", id}, {"state", state}, {"shop_id", shop}, {"lines", std::move(lines)}});
  }

  Result<json::Value> order_verb(std::string_view id, std::string_view verb,
                                 const json::Value& body) override {
    GERBANG_CHECK(sandbox::blibli::order_verb(world_, id, verb, body));
    return order(id);
  }

  // Switches that act at once.
  Result<void> settings_changing(const json::Value& patch) override {
    for (const char* name : {"disconnect", "suspend"}) {
      const json::Value& what = patch[name];
      if (what.is_null()) continue;
      if (std::string_view(name) == "disconnect") {
        Store* store = world_.store(what["shop_id"].to_text());
        if (!store) return Error(ErrorKind::not_found, "shop_unknown", "no such store");
        store->connected = !what["disconnected"].as_bool().value_or(true);
      } else {
        Product* product = world_.product(what["product"].to_text());
        if (!product) return Error(ErrorKind::not_found, "product_unknown", "no such product");
        product->state = what["suspended"].as_bool().value_or(true) ? ProductState::suspended
                                                                    : ProductState::active;
      }
    }
    return {};
  }

  // Once an hour, seven times (facts 10); `push_retry_scale` shrinks the hour.
  std::vector<Duration> push_retries() const override {
    const double scale = setting("push_retry_scale").as_double().value_or(1.0);
    return std::vector<Duration>(7, Duration(static_cast<std::int64_t>(3'600'000 * scale)));
  }
  bool push_accepted(const HttpResponse& response) const override { return response.status == 200; }

 private:
  // The path below /v2/proxy, one slash where a client sent two (facts 3.2); empty: not the API's.
  static std::string below_proxy(std::string_view path) {
    std::string out;
    for (const char c : path) {
      if (c != '/' || out.empty() || out.back() != '/') out += c;
    }
    constexpr std::string_view kRoot = "/v2/proxy";
    return out.starts_with(kRoot) ? out.substr(kRoot.size()) : std::string();
  }

  static Request request_of(const Call& call) {
    Request request;
    request.http = call.request;
    request.path = below_proxy(call.path);
    request.query = call.query;
    request.family = request.path.starts_with("/mta")   ? Family::mta
                     : request.path.starts_with("/sas") ? Family::staging
                                                        : Family::seller;
    return request;
  }

  Reply answer(Request& request) {
    const Route* route = find_route(request.http->method, request.path, request.argument);
    if (!route) return Reply::fail(kNotFound, "No such operation");
    if (auto no = pass_gateway(world_, *route, request)) return *std::move(no);
    return route->handler(world_, request);
  }

  std::string random_key() {
    std::string key = world_.random().hex(32);
    for (char& c : key) {
      if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 32);
    }
    return key;
  }

  // The store a control names, or the only one.
  Result<Store*> store_named(const json::Value& body) {
    if (!body.is_object()) return Error(ErrorKind::invalid, "body_invalid", "an object is needed");
    if (body["shop_id"].is_null() && world_.stores.size() == 1)
      return &world_.stores.begin()->second;
    Store* found = world_.store(body["shop_id"].to_text());
    if (!found) return Error(ErrorKind::not_found, "shop_unknown", "no such store");
    return found;
  }

  World world_;
};

}  // namespace

std::unique_ptr<sandbox::Sandbox> make_blibli_sandbox(sandbox::Options options) {
  return std::make_unique<BlibliSandbox>(std::move(options));
}

}  // namespace gerbang
