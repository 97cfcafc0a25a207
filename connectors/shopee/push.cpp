#include "connectors/shopee/push.hpp"

#include <algorithm>
#include <array>

#include "connectors/shopee/sign.hpp"
#include "core/base/crypto.hpp"

namespace gerbang::shopee {

namespace {

struct CodeKind {
  std::int64_t code;
  HookKind kind;
};
// Facts 5.2; codes that are not here are HookKind::other.
constexpr std::array<CodeKind, 14> kKinds = {{
    {0, HookKind::verification},
    {1, HookKind::shop_authorised},
    {2, HookKind::shop_deauthorised},
    {3, HookKind::order_changed},
    {4, HookKind::order_changed},
    {6, HookKind::listing_changed},
    {8, HookKind::order_changed},  // reserved stock: only when it names an order
    {12, HookKind::authorisation_expiring},
    {15, HookKind::order_changed},
    {16, HookKind::listing_changed},
    {22, HookKind::listing_changed},
    {29, HookKind::order_changed},  // a return names its order
    {30, HookKind::order_changed},
    {47, HookKind::order_changed},
}};

HookKind kind_of(std::int64_t code) {
  for (const CodeKind& k : kKinds) {
    if (k.code == code) return k.kind;
  }
  return HookKind::other;
}

// Key names differ by code (facts 5.3): the first that is there.
std::string first_of(const json::Value& data, std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) {
    std::string text = data[key].to_text();
    if (!text.empty() && text != "0") return text;
  }
  return {};
}

// The shop of a push; the authorisation pushes may speak of several, or of none.
std::vector<std::string> shops_of(const json::Value& body, HookKind kind) {
  const json::Value& data = body["data"];
  std::string first = first_of(body, {"shop_id", "shopid"});
  if (first.empty()) first = first_of(data, {"shop_id", "shopid"});
  if (kind != HookKind::shop_authorised && kind != HookKind::shop_deauthorised &&
      kind != HookKind::authorisation_expiring)
    return {std::move(first)};
  std::vector<std::string> out;
  const auto add = [&](std::string id) {
    if (!id.empty() && std::find(out.begin(), out.end(), id) == out.end())
      out.push_back(std::move(id));
  };
  add(std::move(first));
  for (const char* list : {"shop_id_list", "shop_expire_soon"}) {
    for (const json::Value& id : data[list].items()) add(id.to_text());
  }
  if (out.empty()) out.emplace_back();
  return out;
}

std::string key_of(const json::Value& body, std::string_view shop) {
  if (const std::string_view id = body["msg_id"].text(); !id.empty()) return std::string(id);
  std::string text = body["code"].to_text();
  text += '|';
  text += shop;
  text += '|';
  text += json::dump(body["data"]);
  return to_hex(sha256(text));
}

bool verifies(const InboundRequest& request, const App& app) {
  const auto sent = request.headers.find("Authorization");
  if (!sent || request.headers.count("Authorization") != 1) return false;
  // Without a push key of its own the partner key signs (facts 5.1).
  const Secret& current = app.push_secret.empty() ? app.secret : app.push_secret;
  // Both are always computed: the time does not tell which one matched.
  const bool now = push_verifies(app.hook_url, request.body, current, *sent);
  const bool before = push_verifies(app.hook_url, request.body, app.push_secret_before, *sent);
  return now || before;
}

HookEvent verification(std::string_view body) {
  HookEvent event;
  event.key = to_hex(sha256(body));
  event.kind = HookKind::verification;
  event.type = "0";
  return event;
}

}  // namespace

Result<std::vector<HookEvent>> events_in(std::string_view text) {
  Result<json::Value> parsed = json::parse(text);
  if (!parsed || !parsed->is_object())
    return Error(ErrorKind::invalid, "webhook_malformed", "not a JSON object");
  const json::Value& body = *parsed;
  const auto code = body["code"].to_integral();
  if (!code) return Error(ErrorKind::invalid, "webhook_malformed", "no code");
  if (*code == 0) return std::vector<HookEvent>{verification(text)};

  const json::Value& data = body["data"];
  std::vector<HookEvent> out;
  for (const std::string& shop : shops_of(body, kind_of(*code))) {
    HookEvent event;
    event.kind = kind_of(*code);
    event.type = std::to_string(*code);
    event.remote_shop_id = shop;
    event.key = key_of(body, shop);
    if (event.kind == HookKind::order_changed) {
      event.order = first_of(data, {"ordersn", "order_sn"});
      if (event.order.empty()) event.kind = HookKind::other;
    }
    if (event.kind == HookKind::listing_changed) {
      event.remote_product = first_of(data, {"item_id"});
      if (event.remote_product.empty()) event.kind = HookKind::other;
    }
    out.push_back(std::move(event));
  }
  // One delivery, several shops: one msg_id must not hide the others.
  if (out.size() > 1) {
    for (HookEvent& event : out) event.key += "/" + event.remote_shop_id;
  }
  return out;
}

Result<std::vector<HookEvent>> open_push(const InboundRequest& request, const App& app) {
  const Error refused(ErrorKind::unauthenticated, "webhook_unverified",
                      "no signature of ours matches");
  if (request.method != Method::post) return refused;
  const bool signed_by_us = verifies(request, app);
  Result<std::vector<HookEvent>> events = events_in(request.body);
  if (!signed_by_us) {
    // Seen with and without a signature, body seen empty (facts 5.1). It can do nothing.
    const bool empty = request.body.empty();
    const bool code_0 =
        events.ok() && events->size() == 1 && events->front().kind == HookKind::verification;
    if (empty || code_0) return std::vector<HookEvent>{verification(request.body)};
    return refused;
  }
  if (!events) {
    HookEvent event;
    event.key = to_hex(sha256(request.body));
    if (request.body.empty()) event = verification(request.body);
    return std::vector<HookEvent>{std::move(event)};
  }
  return events;
}

LostEvents lost_from(const json::Value& reply) {
  const json::Value& response = reply["response"];
  LostEvents out;
  for (const json::Value& message : response["push_message_list"].items()) {
    json::Value data = message["data"];
    if (data.is_string()) {
      Result<json::Value> inner = json::parse(data.text());
      if (inner && (*inner)["code"].to_integral()) {
        out.bodies.emplace_back(data.text());  // the whole envelope, byte for byte
        continue;
      }
      if (inner) data = std::move(*inner);
    }
    if (data["code"].to_integral() && data["data"].is_object()) {
      out.bodies.push_back(json::dump(data));
      continue;
    }
    json::Object envelope;
    if (!message["shop_id"].is_null()) envelope.append("shop_id", message["shop_id"]);
    envelope.append("code", message["code"]);
    envelope.append("timestamp", message["timestamp"]);
    envelope.append("data", std::move(data));
    out.bodies.push_back(json::dump(json::Value(std::move(envelope))));
  }
  if (!out.bodies.empty()) out.confirm = response["last_message_id"].to_text();
  out.more = response["has_next_page"].as_bool().value_or(false) && !out.bodies.empty();
  return out;
}

}  // namespace gerbang::shopee
