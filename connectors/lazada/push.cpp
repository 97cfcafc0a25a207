#include "connectors/lazada/push.hpp"

#include <array>

#include "connectors/lazada/sign.hpp"
#include "core/base/crypto.hpp"

namespace gerbang::lazada {

namespace {

// Facts 14; types that are not here are HookKind::other.
constexpr std::array<std::pair<std::int64_t, HookKind>, 8> kKinds = {{
    {0, HookKind::order_changed},
    {1, HookKind::listing_changed},
    {3, HookKind::listing_changed},
    {4, HookKind::listing_changed},
    {5, HookKind::listing_changed},
    {8, HookKind::authorisation_expiring},
    {10, HookKind::order_changed},
    {14, HookKind::order_changed},
}};

HookKind kind_of(std::int64_t type) {
  for (const auto& [number, kind] : kKinds) {
    if (number == type) return kind;
  }
  return HookKind::other;
}

// An id that is one: "null" stands where there is none (type 8).
std::string id_of(const json::Value& v) {
  std::string text = v.to_text();
  return text == "null" || text == "0" ? std::string() : text;
}

std::string first_of(const json::Value& data, std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) {
    if (std::string text = id_of(data[key]); !text.empty()) return text;
  }
  return {};
}

bool verifies(const InboundRequest& request, const App& app) {
  const auto sent = request.headers.find("Authorization");
  if (!sent || request.headers.count("Authorization") != 1) return false;
  // Both are always computed: the time does not tell which one matched.
  const bool now = push_verifies(app.app_id, request.body, app.secret, *sent);
  const bool before = push_verifies(app.app_id, request.body, app.push_secret_before, *sent);
  return now || before;
}

}  // namespace

Result<std::vector<HookEvent>> events_in(std::string_view text) {
  Result<json::Value> parsed = json::parse(text);
  if (!parsed || !parsed->is_object())
    return Error(ErrorKind::invalid, "webhook_unreadable", "not a JSON object");
  const json::Value& body = *parsed;
  const json::Value& data = body["data"];
  HookEvent event;
  event.type = body["message_type"].to_text();
  // Type 11 has a flat body without a number.
  const auto type = body["message_type"].to_integral();
  event.kind = type ? kind_of(*type) : HookKind::other;
  event.remote_shop_id = first_of(body, {"seller_id", "sellerId"});
  if (event.remote_shop_id.empty()) event.remote_shop_id = first_of(data, {"seller_id"});
  if (event.kind == HookKind::order_changed) {
    event.order = first_of(data, {"trade_order_id", "tradeOrderId"});
    if (event.order.empty()) event.kind = HookKind::other;
  }
  if (event.kind == HookKind::listing_changed) {
    event.remote_product = first_of(data, {"item_id", "itemId"});
    if (event.remote_product.empty()) event.kind = HookKind::other;
  }
  // The console's test: a seller that does not exist (facts 14).
  if (event.remote_shop_id == "9999" && (event.order.empty() || event.order == "123456"))
    event.kind = HookKind::verification;
  // A retry carries the then-current status (facts 14): what is said makes the key, not when it
  // was sent.
  std::string said = event.type;
  said += '|';
  said += event.remote_shop_id;
  said += '|';
  said += data.is_null() ? std::string(text) : json::dump(data);
  event.key = to_hex(sha256(said));
  std::vector<HookEvent> out;
  out.push_back(std::move(event));
  return out;
}

Result<std::vector<HookEvent>> open_push(const InboundRequest& request, const App& app) {
  if (request.method != Method::post || !verifies(request, app))
    return Error(ErrorKind::unauthenticated, "webhook_signature", "no secret of ours fits");
  Result<std::vector<HookEvent>> events = events_in(request.body);
  if (events) return events;
  HookEvent odd;
  odd.key = to_hex(sha256(request.body));
  std::vector<HookEvent> out;
  out.push_back(std::move(odd));
  return out;
}

}  // namespace gerbang::lazada
