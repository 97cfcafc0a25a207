#include "connectors/tokopedia/push.hpp"

#include <array>

#include "connectors/tokopedia/sign.hpp"
#include "core/base/crypto.hpp"

namespace gerbang::tokopedia {

namespace {

struct TypeKind {
  std::int64_t type;
  HookKind kind;
};
// Facts 7.4; types that are not here are HookKind::other: answered, and nothing more.
constexpr std::array<TypeKind, 13> kKinds = {{
    {1, HookKind::order_changed},
    {3, HookKind::order_changed},
    {4, HookKind::order_changed},  // a parcel names its orders
    {5, HookKind::listing_changed},
    {6, HookKind::shop_deauthorised},
    {7, HookKind::authorisation_expiring},
    {11, HookKind::order_changed},
    {12, HookKind::order_changed},
    {15, HookKind::listing_changed},
    {16, HookKind::listing_changed},
    {18, HookKind::listing_changed},
    {27, HookKind::listing_changed},
    {37, HookKind::listing_changed},
}};

HookKind kind_of(std::int64_t type) {
  for (const TypeKind& k : kKinds) {
    if (k.type == type) return k.kind;
  }
  return HookKind::other;
}

std::vector<std::string> orders_of(const json::Value& data) {
  std::vector<std::string> out;
  if (std::string id = data["order_id"].to_text(); !id.empty()) out.push_back(std::move(id));
  for (const json::Value& package : data["package_list"].items()) {
    for (const json::Value& id : package["order_id_list"].items()) {
      if (std::string text = id.to_text(); !text.empty()) out.push_back(std::move(text));
    }
  }
  return out;
}

bool verifies(const InboundRequest& request, const App& app) {
  const auto sent = request.headers.find("Authorization");
  if (!sent || request.headers.count("Authorization") != 1) return false;
  // Both are always computed: the time does not tell which one matched.
  const bool now = webhook_verifies(app.app_id, request.body, app.secret, *sent);
  const bool before = webhook_verifies(app.app_id, request.body, app.push_secret_before, *sent);
  return now || before;
}

}  // namespace

Result<std::vector<HookEvent>> events_in(std::string_view text) {
  Result<json::Value> parsed = json::parse(text);
  if (!parsed || !parsed->is_object())
    return Error(ErrorKind::invalid, "webhook_malformed", "not a JSON object");
  const json::Value& body = *parsed;
  const auto type = body["type"].to_integral();
  if (!type) return Error(ErrorKind::invalid, "webhook_malformed", "no type");
  const json::Value& data = body["data"];

  HookEvent event;
  event.kind = kind_of(*type);
  event.type = std::to_string(*type);
  // Some types carry the shop's id in the data, or the seller's open id and no shop (facts 7.3).
  event.remote_shop_id = body["shop_id"].to_text();
  if (event.remote_shop_id.empty()) event.remote_shop_id = data["tts_shop_id"].to_text();
  // A repeat is byte for byte the same; type 3 was seen without an id.
  event.key = body["tts_notification_id"].to_text();
  if (event.key.empty()) event.key = to_hex(sha256(text));

  std::vector<HookEvent> out;
  if (event.kind == HookKind::order_changed) {
    for (std::string& order : orders_of(data)) {
      HookEvent one = event;
      one.order = std::move(order);
      out.push_back(std::move(one));
    }
    // One delivery, several orders: one id must not hide the others.
    if (out.size() > 1) {
      for (HookEvent& one : out) one.key += "/" + one.order;
    }
  }
  if (event.kind == HookKind::listing_changed) {
    event.remote_product = data["product_id"].to_text();  // an integer in types 5, 16 and 37
    if (!event.remote_product.empty()) out.push_back(event);
  }
  if (out.empty()) {
    if (event.kind == HookKind::order_changed || event.kind == HookKind::listing_changed)
      event.kind = HookKind::other;
    out.push_back(std::move(event));
  }
  return out;
}

Result<std::vector<HookEvent>> open_push(const InboundRequest& request, const App& app) {
  if (request.method != Method::post || !verifies(request, app))
    return Error(ErrorKind::unauthenticated, "webhook_unverified", "no signature of ours matches");
  Result<std::vector<HookEvent>> events = events_in(request.body);
  if (events) return events;
  HookEvent event;
  event.key = to_hex(sha256(request.body));
  return std::vector<HookEvent>{std::move(event)};
}

}  // namespace gerbang::tokopedia
