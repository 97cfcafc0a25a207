#include "core/sync/inbox.hpp"

namespace gerbang::sync {

store::ReceiveWebhook received(std::string channel, std::string body,
                               const std::vector<HookEvent>& events) {
  store::ReceiveWebhook script;
  script.channel = std::move(channel);
  script.body = std::move(body);
  for (const HookEvent& e : events) {
    script.hints.push_back({e.key, std::string(to_string(e.kind)), e.remote_shop_id, e.order,
                            e.remote_product, e.type});
  }
  return script;
}

}  // namespace gerbang::sync
