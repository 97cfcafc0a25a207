#include "connectors/woocommerce/hooks.hpp"

#include <algorithm>

#include "connectors/woocommerce/address.hpp"
#include "connectors/woocommerce/answer.hpp"
#include "connectors/woocommerce/limits.hpp"
#include "connectors/woocommerce/sign.hpp"
#include "connectors/woocommerce/units.hpp"
#include "core/base/crypto.hpp"

namespace gerbang::woocommerce {

namespace {

bool is_ping(const InboundRequest& request) {
  const std::string_view body = request.body;
  constexpr std::string_view kStart = "webhook_id=";
  return request.method == Method::post && !request.headers.find("X-WC-Webhook-Signature") &&
         body.starts_with(kStart) && body.size() > kStart.size() && body.size() < 40 &&
         std::all_of(body.begin() + kStart.size(), body.end(),
                     [](char c) { return c >= '0' && c <= '9'; });
}

// Not signed, so nothing but a word of theirs is taken for one.
std::string topic_of(const InboundRequest& request) {
  const std::string_view topic = request.headers.find("X-WC-Webhook-Topic").value_or("");
  const bool word = topic.size() <= 64 && std::all_of(topic.begin(), topic.end(), [](char c) {
                      return (c >= 'a' && c <= 'z') || c == '.' || c == '_';
                    });
  return word ? std::string(topic) : std::string();
}

json::Object hook_body(const CallContext& ctx, std::string_view topic) {
  json::Object body;
  body.set("name", hook_name(ctx, topic));
  body.set("status", "active");
  body.set("topic", topic);
  body.set("delivery_url", delivery_url(ctx));
  body.set("secret", webhook_secret(ctx.app.push_secret, ctx.remote_shop_id).reveal());
  return body;
}

}  // namespace

std::string delivery_url(const CallContext& ctx) {
  return ctx.app.hook_url + hook_path(ctx.remote_shop_id);
}

std::string hook_name(const CallContext& ctx, std::string_view topic) {
  const Secret secret = webhook_secret(ctx.app.push_secret, ctx.remote_shop_id);
  return "gerbang " + std::string(topic) + " " + to_hex(sha256(secret.reveal())).substr(0, 8);
}

Result<std::vector<Hook>> hooks_in(const json::Value& list) {
  if (!list.is_array()) return unreadable(Effect::read, "no list of webhooks");
  std::vector<Hook> out;
  for (const json::Value& entry : list.items()) {
    Hook hook;
    hook.id = id_of(entry["id"]);
    hook.topic = entry["topic"].text();
    hook.name = entry["name"].text();
    hook.url = entry["delivery_url"].text();
    hook.active = entry["status"].text() == "active";
    if (hook.id.empty()) return unreadable(Effect::read, "a webhook without an id");
    out.push_back(std::move(hook));
  }
  return out;
}

HttpRequest hooks_page(const CallContext& ctx, int page) {
  return signed_request(ctx, Method::get, "/webhooks",
                        {{"per_page", std::to_string(kPage)}, {"page", std::to_string(page)}}, {},
                        "webhook.list", Effect::read);
}

HttpRequest create_hook(const CallContext& ctx, std::string_view topic) {
  // The list is read before each: a hook whose creation was not answered is found there.
  return signed_request(ctx, Method::post, "/webhooks", {}, hook_body(ctx, topic), "webhook.create",
                        Effect::set);
}

HttpRequest repair_hook(const CallContext& ctx, const Hook& hook) {
  return signed_request(ctx, Method::put, "/webhooks/" + hook.id, {}, hook_body(ctx, hook.topic),
                        "webhook.update", Effect::set);
}

HttpRequest delete_hook(const CallContext& ctx, const Hook& hook) {
  return signed_request(ctx, Method::del, "/webhooks/" + hook.id, {{"force", "true"}}, {},
                        "webhook.delete", Effect::set);
}

Result<std::vector<HookEvent>> open_hook(const InboundRequest& request, const App& app) {
  HookEvent event;
  if (is_ping(request)) {
    event.key = "ping/" + to_hex(sha256(request.body));
    event.kind = HookKind::verification;
    return std::vector<HookEvent>{std::move(event)};
  }
  GERBANG_TRY(address, verify_webhook(request, app));
  event.remote_shop_id = address;
  event.type = topic_of(request);
  // New for each delivery; two shops may draw the same.
  const std::string delivery(request.headers.find("X-WC-Webhook-Delivery-ID").value_or(""));
  event.key = to_hex(sha256(address + "|" + (delivery.empty() ? request.body : delivery)));
  const auto body = json::parse(request.body, kAnswerLimits);
  const std::string id = body ? id_of((*body)["id"]) : std::string();
  // The topic is not signed: a false one makes us read an order that is not there, no more.
  if (event.type.starts_with("order.") && !id.empty()) {
    event.kind = HookKind::order_changed;
    event.order = id;
  } else if (event.type.starts_with("product.") && !id.empty()) {
    event.kind = HookKind::listing_changed;
    event.remote_product = id;
  }
  return std::vector<HookEvent>{std::move(event)};
}

}  // namespace gerbang::woocommerce
