#include "connectors/blibli/hooks.hpp"

#include <array>

#include "connectors/blibli/limits.hpp"
#include "connectors/blibli/sign.hpp"
#include "core/base/crypto.hpp"

namespace gerbang::blibli {

namespace {

// Order events that say something of an order which the API knows. One that waits for payment, or
// expired waiting, cannot be used in any call (facts 10).
constexpr std::array<std::string_view, 8> kOrderEvents = {
    "new_order",       "new_order_item", "package_created_order", "in_delivery_order",
    "delivered_order", "canceled_order", "reported_order",        "returned_order"};
constexpr std::array<std::string_view, 2> kUnpaidEvents = {"waiting_for_payment_order",
                                                           "cancelled_payment_expired_order"};

template <std::size_t N>
bool is_one_of(std::string_view event, const std::array<std::string_view, N>& list) {
  for (const std::string_view e : list) {
    if (e == event) return true;
  }
  return false;
}

Error forged(std::string_view why) {
  return Error(ErrorKind::unauthenticated, "webhook_signature", std::string(why));
}

std::string_view last_segment(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  return path.substr(path.rfind('/') + 1);
}

// "/DES-70001/new_order" → "DES-70001"; empty where the path has one segment.
std::string_view store_in(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  if (path.starts_with('/')) path.remove_prefix(1);
  const auto slash = path.rfind('/');
  if (slash == std::string_view::npos) return {};
  const std::string_view before = path.substr(0, slash);
  return before.substr(before.rfind('/') + 1);
}

}  // namespace

Result<std::vector<HookEvent>> events_in(std::string_view event, std::string_view text) {
  const Result<json::Value> body = json::parse(text);
  if (!body || !body->is_object())
    return Error(ErrorKind::invalid, "webhook_malformed", "not a JSON object");
  HookEvent out;
  out.remote_shop_id = (*body)["storeCode"].to_text();
  out.order = (*body)["orderId"].to_text();
  out.remote_product = (*body)["productSku"].to_text();
  const std::string status = (*body)["orderStatus"].to_text();
  out.type = event.empty() ? status : std::string(event);
  if (!out.order.empty() && !is_one_of(event, kUnpaidEvents)) {
    // An event of an order that has a name we do not know is still about that order.
    out.kind = HookKind::order_changed;
  } else if (is_one_of(event, kOrderEvents)) {
    return Error(ErrorKind::invalid, "webhook_malformed", "an order event without an order");
  } else if (!out.remote_product.empty()) {
    out.kind = HookKind::listing_changed;
  }
  // The same event comes again with the same time; an order that was reported expired can come
  // back as new with the same ids (facts 10), so the event's name is part of it.
  std::string key = out.type;
  for (const char* name : {"orderItemId", "orderStatus", "timestamp"})
    key += "|" + (*body)[name].to_text();
  if ((*body)["timestamp"].is_null()) key += "|" + std::string(text);
  out.key = to_hex(sha256(key)).substr(0, 40);
  return std::vector<HookEvent>{std::move(out)};
}

Result<std::vector<HookEvent>> open_hook(const InboundRequest& request, const App& app,
                                         TimePoint now) {
  if (app.push_secret.empty()) return forged("no key is configured");
  const auto given = request.headers.find("signature");
  const auto sent = request.headers.find("requestTime");
  // A header that comes twice could be read differently by two readers.
  if (!given || !sent || request.headers.count("signature") != 1 ||
      request.headers.count("requestTime") != 1)
    return forged("a header is missing");
  const auto millis = json::Value(*sent).to_integral();
  // As it was signed, to the byte: "01795…" is the same number and not the same text.
  if (!millis || *millis <= 0 || *millis > 4'000'000'000'000 || std::to_string(*millis) != *sent)
    return forged("no requestTime");
  const TimePoint at = from_unix_millis(*millis);
  const std::string callback = app.hook_url + request.path;
  const std::string_view type = request.headers.find("Content-Type").value_or("");
  // Both are always computed: the time does not tell which one matched.
  const bool present = webhook_verifies(app.push_secret, request.body, type, at, callback, *given);
  const bool before =
      webhook_verifies(app.push_secret_before, request.body, type, at, callback, *given);
  if (!present && !before) return forged("no secret fits");
  if (now - at > kHookSkew || at - now > kHookSkew)
    return Error(ErrorKind::unauthenticated, "webhook_time", "more than 300 s from our clock");
  auto events = events_in(last_segment(request.path), request.body);
  if (!events) return events;
  const std::string_view store = store_in(request.path);
  for (HookEvent& e : *events) {
    if (e.remote_shop_id.empty()) e.remote_shop_id = store;
    if (!store.empty() && e.remote_shop_id != store)
      return Error(ErrorKind::invalid, "webhook_malformed", "path and body name two stores");
  }
  return events;
}

}  // namespace gerbang::blibli
