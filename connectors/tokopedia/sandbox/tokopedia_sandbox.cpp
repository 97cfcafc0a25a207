#include "connectors/tokopedia/sandbox/tokopedia_sandbox.hpp"

#include "connectors/sandbox/kit.hpp"
#include "connectors/tokopedia/sandbox/gateway.hpp"
#include "connectors/tokopedia/sandbox/handlers.hpp"

namespace gerbang {

namespace {

using namespace sandbox;             // Kit, Options
using namespace sandbox::tokopedia;  // the double

class TokopediaSandbox final : public Kit {
 public:
  explicit TokopediaSandbox(Options given)
      : Kit(std::move(given)), world_(options(), [this](HttpRequest request, Duration after) {
          push(std::move(request), after);
        }) {
    for (const json::Value& shop : setting("shops").items()) add_shop(shop);
  }

  std::string_view channel() const override { return "tokopedia"; }

 protected:
  // The path without version and ids, with dots; a write that ends in no verb gets one.
  std::string operation_of(const Call& call) const override {
    std::string out;
    std::string_view path = call.path, last;
    while (!path.empty()) {
      const auto slash = path.find('/');
      const std::string_view segment = path.substr(0, slash);
      path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
      if (segment.empty() || digits(segment) || segment == "api" || segment == "v2") continue;
      out += (out.empty() ? "" : ".") + std::string(segment);
      last = segment;
    }
    switch (call.request->method) {
      case Method::put:
        return out + ".edit";
      case Method::del:
        return out + ".delete";
      case Method::post:
        return last == "products" || last == "brands" || last == "cancellations" ? out + ".create"
                                                                                 : out;
      default:
        return out;
    }
  }

  HttpResponse serve(const Call& call) override {
    world_.effects.clear();
    world_.settle();
    Request request;
    request.http = call.request;
    request.path = call.path;
    request.query = call.query;
    if (call.path == "/auth" || call.path == "/oauth/authorize" || call.path == "/open/authorize")
      return consent_page(world_, request);
    constexpr std::string_view kLabels = "/label/";
    if (call.path.starts_with(kLabels))
      return label_page(world_, std::string_view(call.path).substr(kLabels.size()));

    const Reply reply = answer(request);
    json::Array& effects = world_.effects;
    if (reply.code != 0) effects.clear();
    json::Value effect;
    if (effects.size() == 1) {
      effect = std::move(effects.front());
    } else if (!effects.empty()) {
      effect = std::move(effects);
    }
    note(request.shop ? std::to_string(request.shop->id) : std::string(),
         reply.code != 0 ? std::to_string(reply.code) : std::string(), std::move(effect));
    return render(world_, reply);
  }

  HttpResponse token_expired_answer(const Call&) override {
    return render(world_, Reply::refused(105002, "The access token has expired"));
  }
  HttpResponse throttle_answer(const Call&) override {
    return render(world_, Reply::refused(36009002, "Too many requests", 429));
  }
  HttpResponse refusal_answer(const Call&, const std::string& code,
                              const std::string& message) override {
    return render(world_, Reply::fail(digits(code).value_or(36009003), message));
  }

  json::Value add_shop(const json::Value& body) override {
    Id id = digits(body["shop_id"].to_text()).value_or(0);
    if (id <= 0) {
      do {
        id = world_.new_id('h');
      } while (world_.shops.contains(id));
    }
    Shop& shop = world_.shops[id];  // an existing one is renamed
    if (shop.id == 0) {
      shop.id = id;
      shop.cipher = "GCP_" + world_.random().hex(14);
      shop.code = "IDLC" + world_.random().hex(3);
      shop.open_id = "gbOpEnId-" + world_.random().hex(10);
    }
    shop.name = body["name"].to_text();
    if (shop.name.empty()) shop.name = "Toko " + std::to_string(id);
    return json::object({{"shop_id", std::to_string(id)}, {"name", shop.name}});
  }

  Result<json::Value> consent(const json::Value& body) override {
    GERBANG_TRY(shop, shop_named(body));
    return json::object({{"query", json::object({{"code", authorize(world_, *shop)}})}});
  }

  json::Value listings(std::string_view shop_id) const override {
    const_cast<World&>(world_).settle();  // time has gone on since the last call
    json::Array out;
    for (const auto& [id, shop] : world_.shops) {
      if (!shop_id.empty() && shop_id != std::to_string(id)) continue;
      for (const Id product_id : shop.products) {
        const Product& p = world_.products.at(product_id);
        if (p.deleted) continue;
        json::Object states;
        std::string state;
        for (const auto& [platform, is] : p.status) {
          states.append(platform, is);
          state += (state.empty() ? "" : ",") + is;
        }
        for (const Sku& s : p.skus) {
          out.push_back(json::object({{"shop_id", std::to_string(id)},
                                      {"product", std::to_string(p.id)},
                                      {"variant", std::to_string(s.id)},
                                      {"sku", s.seller_sku},
                                      {"title", p.live.title},
                                      {"stock", s.quantity},
                                      {"price", s.price},
                                      {"listed", p.in_state("ACTIVATE")},
                                      {"state", state},
                                      {"platforms", states}}));
        }
      }
    }
    return out;
  }

  Result<json::Value> place_order(const json::Value& body) override {
    world_.settle();
    GERBANG_TRY(shop, shop_named(body));
    GERBANG_TRY(placed, tokopedia::place_order(world_, *shop, body));
    return order(std::to_string(placed->id));
  }

  Result<json::Value> order(std::string_view id) const override {
    const auto found = world_.orders_by_id.find(digits(id).value_or(0));
    if (found == world_.orders_by_id.end())
      return Error(ErrorKind::not_found, "order_unknown", "no such order");
    const Order& o = world_.orders[static_cast<std::size_t>(found->second)];
    json::Array lines;
    for (const Unit& u : o.units) {
      lines.push_back(json::object({{"sku", u.seller_sku},
                                    {"line_item_id", std::to_string(u.id)},
                                    {"quantity", 1},
                                    {"price", u.paid_price}}));
    }
    return json::object({{"order_id", std::to_string(o.id)},
                         {"state", o.status},
                         {"shop_id", std::to_string(o.shop_id)},
                         {"platform", o.platform},
                         {"package_id", std::to_string(o.package_id)},
                         {"package_state", o.package_status},
                         {"tracking_number", o.tracking_number},
                         {"cancel_by", o.cancel_by},
                         {"cancel_reason", o.cancel_reason},
                         {"cancel_requested", o.request_cancel},
                         {"lines", std::move(lines)}});
  }

  Result<json::Value> order_verb(std::string_view id, std::string_view verb,
                                 const json::Value&) override {
    world_.settle();
    const auto found = world_.orders_by_id.find(digits(id).value_or(0));
    if (found == world_.orders_by_id.end())
      return Error(ErrorKind::not_found, "order_unknown", "no such order");
    GERBANG_CHECK(tokopedia::order_verb(
        world_, world_.orders[static_cast<std::size_t>(found->second)], verb));
    return order(id);
  }

  Result<void> settings_changing(const json::Value& patch) override {
    world_.settle();
    return apply_settings(world_, patch);
  }

  // Facts 7.2: 2 min, 30 min, 3 h, 12 h after the failure before; `push_retry_scale` shrinks them.
  std::vector<Duration> push_retries() const override {
    const double scale = setting("push_retry_scale").as_double().value_or(1.0);
    std::vector<Duration> out;
    for (const double seconds : {120.0, 1800.0, 10800.0, 43200.0})
      out.emplace_back(static_cast<std::int64_t>(seconds * scale * 1000));
    return out;
  }
  // 401 is a proper answer to a bad signature; both need an empty body (facts 7.2).
  bool push_accepted(const HttpResponse& response) const override {
    return (response.status == 200 || response.status == 401) && response.body.empty();
  }
  Duration push_deadline() const override { return std::chrono::seconds(3); }

 private:
  Reply answer(Request& request) {
    bool path_known = false;
    const Route* route = find_route(request.http->method, request.path, request.ids, path_known);
    if (!route)
      return path_known ? Reply::refused(36009010, "The method is not supported")
                        : Reply::refused(36009009, "The path does not exist");
    if (auto no = pass_gateway(world_, *route, request)) return *std::move(no);
    return route->handler(world_, request);
  }

  // The shop a control names, or the only one.
  Result<Shop*> shop_named(const json::Value& body) {
    if (!body.is_object()) return Error(ErrorKind::invalid, "body_invalid", "an object is needed");
    if (body["shop_id"].is_null() && world_.shops.size() == 1) return &world_.shops.begin()->second;
    Shop* found = world_.shop(digits(body["shop_id"].to_text()).value_or(0));
    if (!found) return Error(ErrorKind::not_found, "shop_unknown", "no such shop");
    return found;
  }

  World world_;
};

}  // namespace

std::unique_ptr<sandbox::Sandbox> make_tokopedia_sandbox(sandbox::Options options) {
  return std::make_unique<TokopediaSandbox>(std::move(options));
}

}  // namespace gerbang
