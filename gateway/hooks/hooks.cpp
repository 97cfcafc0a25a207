#include "gateway/hooks/hooks.hpp"

#include <algorithm>

#include "core/sync/await.hpp"

namespace gerbang::hooks {

namespace {

void count(Metrics& metrics, const std::string& channel, const char* outcome) {
  metrics.count("gerbang_webhooks_total", "Webhooks by channel and what became of them",
                {{"channel", channel}, {"outcome", outcome}});
}

HttpResponse empty_answer() {
  HttpResponse out;
  out.status = 200;
  return out;
}

store::ReceiveWebhook to_script(const std::string& channel, std::string body,
                                std::vector<HookEvent> events) {
  store::ReceiveWebhook script;
  script.channel = channel;
  script.body = std::move(body);
  for (HookEvent& e : events) {
    if (e.kind == HookKind::verification) continue;
    store::ReceiveWebhook::Hint hint;
    hint.key = std::move(e.key);
    hint.kind = to_string(e.kind);
    hint.remote_shop_id = std::move(e.remote_shop_id);
    hint.order = std::move(e.order);
    hint.remote_product = std::move(e.remote_product);
    hint.type = std::move(e.type);
    script.hints.push_back(std::move(hint));
  }
  return script;
}

}  // namespace

boost::asio::awaitable<Result<HttpResponse>> Hooks::receive(std::string channel,
                                                            InboundRequest request) {
  const Connector* connector = registry_.find(channel);
  const auto app = apps_.find(channel);
  if (!connector || app == apps_.end())
    co_return Error(ErrorKind::not_found, "channel_unknown", "no webhooks of this channel here");

  auto events = connector->open_webhook(request, app->second, clock_.now());
  if (!events) {
    // Why it failed is the forger's business as much as ours: the answer does not say.
    if (events.error().kind == ErrorKind::invalid) {
      count(metrics_, channel, "malformed");
      co_return Error(ErrorKind::invalid, "webhook_malformed");
    }
    if (events.error().kind == ErrorKind::bug) {
      count(metrics_, channel, "failed");
      co_return std::move(events).error();
    }
    count(metrics_, channel, "forged");
    co_return Error(ErrorKind::unauthenticated, "webhook_unverified");
  }

  store::ReceiveWebhook script = to_script(channel, std::move(request.body), std::move(*events));
  if (script.hints.empty()) {
    count(metrics_, channel, "verification");
    co_return empty_answer();
  }
  auto stored = co_await sync::apply(store_, std::move(script), store::WriteLane::orders);
  if (!stored) {
    count(metrics_, channel, "failed");
    co_return std::move(stored).error();
  }
  count(metrics_, channel, *stored ? "stored" : "repeat");
  co_return empty_answer();
}

}  // namespace gerbang::hooks
