#include "connectors/shopee/sandbox/shopee_sandbox.hpp"

#include "connectors/sandbox/kit.hpp"
#include "connectors/shopee/sandbox/gateway.hpp"
#include "connectors/shopee/sandbox/handlers.hpp"

namespace gerbang {

namespace {

using namespace sandbox;          // Kit, Options
using namespace sandbox::shopee;  // the double

class ShopeeSandbox final : public Kit {
 public:
  explicit ShopeeSandbox(Options given)
      : Kit(std::move(given)),
        world_(options(), PushQueue{[this](HttpRequest request, Duration after) {
                                      push(std::move(request), after);
                                    },
                                    [this](std::string url) { set_hook_url(std::move(url)); }}) {
    for (const json::Value& shop : setting("shops").items()) add_shop(shop);
  }

  std::string_view channel() const override { return "shopee"; }

 protected:
  // "/api/v2/product/add_item" → "product.add_item".
  std::string operation_of(const Call& call) const override {
    constexpr std::string_view kRoot = "/api/v2/";
    std::string name = call.path;
    name.erase(0, name.starts_with(kRoot) ? kRoot.size() : 1);
    for (char& c : name) {
      if (c == '/') c = '.';
    }
    return name;
  }

  HttpResponse serve(const Call& call) override {
    Request request;
    request.http = call.request;
    request.path = call.path;
    request.query = call.query;
    world_.effects.clear();
    if (request.path == "/auth" || request.path == "/cancel_auth")
      return consent_page(world_, request);

    const Reply reply = answer(request);
    const std::string who =
        request.shop ? std::to_string(request.shop->shop_id) : request.param("shop_id");
    json::Array& effects = world_.effects;
    if (!reply.error.empty()) effects.clear();
    json::Value effect;
    if (effects.size() == 1) {
      effect = std::move(effects.front());
    } else if (!effects.empty()) {
      effect = std::move(effects);
    }
    note(who, reply.error, std::move(effect));
    return render(world_, request.path, reply);
  }

  HttpResponse token_expired_answer(const Call& call) override {
    return render(
        world_, call.path,
        Reply::refused("invalid_acceess_token", "Invalid access_token, please have a check."));
  }
  HttpResponse throttle_answer(const Call& call) override {
    return render(world_, call.path,
                  Reply::refused("error_rate_limit", "Too many requests, please slow down."));
  }
  // Codes that only the gateway gives come with its HTTP status.
  HttpResponse refusal_answer(const Call& call, const std::string& code,
                              const std::string& message) override {
    static const std::set<std::string_view> kOfGateway = {"error_sign",
                                                          "error_auth",
                                                          "invalid_acceess_token",
                                                          "invalid_partner_id",
                                                          "partner_shop_no_link",
                                                          "shop_no_linked",
                                                          "shop_banned",
                                                          "error_kyc_auth",
                                                          "error_ashop_api_permission",
                                                          "error_api_permission",
                                                          "error_api_call_restricted",
                                                          "api_suspended",
                                                          "error_partner_key_expired",
                                                          "source_ip_undeclared",
                                                          "error_rate_limit"};
    Reply reply = Reply::fail(code, message);
    reply.from_gateway = kOfGateway.contains(code);
    return render(world_, call.path, reply);
  }

  json::Value add_shop(const json::Value& body) override {
    Id id = body["shop_id"].to_integral().value_or(0);
    if (id <= 0 || id > UINT32_MAX) {
      id = 880012345;
      while (world_.shops.contains(id)) ++id;
    }
    Shop& shop = world_.shops[id];  // an existing one is renamed
    shop.shop_id = id;
    shop.address_id = 118450000 + static_cast<Id>(world_.shops.size());
    shop.name = body["name"].to_text();
    if (shop.name.empty()) shop.name = "Toko " + std::to_string(id);
    if (const auto account = body["main_account_id"].to_integral()) shop.main_account_id = *account;
    return json::object({{"shop_id", std::to_string(id)}, {"name", shop.name}});
  }

  Result<json::Value> consent(const json::Value& body) override {
    json::Object query;
    if (const auto account = body["main_account_id"].to_integral()) {
      std::vector<Id> shops;
      for (const auto& [id, shop] : world_.shops) {
        if (shop.main_account_id == *account) shops.push_back(id);
      }
      if (shops.empty()) return Error(ErrorKind::not_found, "shop_unknown", "no such main account");
      query.append("code", authorize(world_, shops, *account));
      query.append("main_account_id", std::to_string(*account));
    } else {
      GERBANG_TRY(shop, shop_named(body));
      query.append("code", authorize(world_, {shop->shop_id}, 0));
      query.append("shop_id", std::to_string(shop->shop_id));
    }
    return json::object({{"query", json::Value(std::move(query))}});
  }

  json::Value listings(std::string_view shop_id) const override {
    json::Array out;
    for (const auto& [id, shop] : world_.shops) {
      if (!shop_id.empty() && shop_id != std::to_string(id)) continue;
      for (const Id item_id : shop.items) {
        const Item& item = world_.items.at(item_id);
        if (item.status == ItemStatus::seller_delete) continue;
        for (const Model& m : item.models) {
          out.push_back(json::object(
              {{"shop_id", std::to_string(id)},
               {"product", std::to_string(item_id)},
               {"variant", item.has_model() ? std::to_string(m.model_id) : std::string()},
               {"sku", item.has_model() ? m.sku : item.sku},
               {"title", item.name},
               {"stock", m.stock},
               {"price", m.price},
               {"listed", item.status == ItemStatus::normal},
               {"state", name_of(world_.status_of(item))}}));
        }
      }
    }
    return out;
  }

  Result<json::Value> place_order(const json::Value& body) override {
    json::Value named = body;
    GERBANG_TRY(shop, shop_named(body));
    named.as_object()->set("shop_id", shop->shop_id);
    GERBANG_TRY(placed, shopee::place_order(world_, named));
    return order(placed->sn);
  }

  Result<json::Value> order(std::string_view id) const override {
    const auto found = world_.orders_by_sn.find(std::string(id));
    if (found == world_.orders_by_sn.end())
      return Error(ErrorKind::not_found, "order_unknown", "no such order");
    const Order& o = world_.orders[static_cast<std::size_t>(found->second)];
    json::Array lines;
    for (const OrderLine& l : o.lines) {
      lines.push_back(json::object({{"sku", l.model_sku.empty() ? l.item_sku : l.model_sku},
                                    {"item_id", l.item_id},
                                    {"model_id", l.model_id},
                                    {"quantity", l.quantity},
                                    {"price", l.paid_price}}));
    }
    return json::object({{"order_id", o.sn},
                         {"state", o.status},
                         {"shop_id", std::to_string(o.shop_id)},
                         {"package_state", o.package_status},
                         {"tracking_number", o.tracking_number},
                         {"cancel_by", o.cancel_by},
                         {"total", o.total()},
                         {"lines", std::move(lines)}});
  }

  Result<json::Value> order_verb(std::string_view id, std::string_view verb,
                                 const json::Value& body) override {
    Order* found = world_.order(id);
    if (!found) return Error(ErrorKind::not_found, "order_unknown", "no such order");
    GERBANG_CHECK(shopee::order_verb(world_, *found, verb, body));
    return order(id);
  }

  Result<void> settings_changing(const json::Value& patch) override {
    return apply_settings(world_, patch);
  }

  // Facts 5.1: after 300, 1800 and 10800 s; `push_retry_scale` shrinks them.
  std::vector<Duration> push_retries() const override {
    const double scale = setting("push_retry_scale").as_double().value_or(1.0);
    std::vector<Duration> out;
    for (const double seconds : {300.0, 1800.0, 10800.0})
      out.emplace_back(static_cast<std::int64_t>(seconds * scale * 1000));
    return out;
  }
  bool push_accepted(const HttpResponse& response) const override {
    return response.status >= 200 && response.status < 300 && response.body.empty();
  }
  Duration push_deadline() const override { return std::chrono::seconds(3); }
  void push_attempted(const HttpRequest& request, bool accepted) override {
    world_.push_attempted(request, accepted);
    if (world_.push_suspended()) clear_pushes();
  }
  void push_lost(const HttpRequest& request) override { world_.push_lost(request); }

 private:
  Reply answer(Request& request) {
    const Route* route = find_route(request.path);
    if (!route) return Reply::refused("error_param", "There is no such path.");
    if (auto no = pass_gateway(world_, *route, request)) return std::move(*no);
    return route->handler(world_, request);
  }

  // The shop a control names, or the only one.
  Result<const Shop*> shop_named(const json::Value& body) {
    if (!body.is_object()) return Error(ErrorKind::invalid, "body_invalid", "an object is needed");
    if (body["shop_id"].is_null() && world_.shops.size() == 1) return &world_.shops.begin()->second;
    const auto id = body["shop_id"].to_integral();
    const Shop* found = id ? world_.shop(*id) : nullptr;
    if (!found) return Error(ErrorKind::not_found, "shop_unknown", "no such shop");
    return found;
  }

  World world_;
};

}  // namespace

std::unique_ptr<sandbox::Sandbox> make_shopee_sandbox(sandbox::Options options) {
  return std::make_unique<ShopeeSandbox>(std::move(options));
}

}  // namespace gerbang
