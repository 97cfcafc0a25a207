#include "connectors/blibli/queue.hpp"

#include "connectors/blibli/envelope.hpp"
#include "connectors/blibli/limits.hpp"
#include "connectors/blibli/request.hpp"

namespace gerbang::blibli {

namespace {
constexpr std::string_view kPrefix = "queue:";
}

std::string queued_product(std::string_view queue) {
  return std::string(kPrefix) + std::string(queue);
}

std::string_view queue_in(std::string_view remote_product) {
  if (!remote_product.starts_with(kPrefix)) return {};
  return remote_product.substr(kPrefix.size());
}

Exchange<Queue> read_queue(CallContext ctx, std::string queue) {
  HttpRequest request =
      get(ctx, "/mta/api/businesspartner/v1/feed/detail", queue_query(queue), "queue.detail");
  Exchange<json::Value> asking = ask(std::move(ctx), std::move(request), Success::value);
  Result<json::Value> reply = co_await std::move(asking);
  if (!reply) co_return of_one_item(std::move(reply).error());
  if (!(*reply)["value"]["queueFeed"].is_object())
    co_return Error(ErrorKind::transient, "channel_answer_unreadable", "no queue in the answer");
  co_return queue_from(*reply);
}

}  // namespace gerbang::blibli
