#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.hpp"
#include "core/base/secret.hpp"
#include "core/base/time.hpp"

namespace gerbang {

enum class ShopState {
  needs_authorisation,  // no usable token; the seller must log in
  active,
  throttled,    // the channel asked us to wait
  unreachable,  // the breaker is open
  paused,       // by a person; nothing is sent, changes keep collecting
  retired,      // for good: work frozen, history readable
};
std::string_view to_string(ShopState s);
std::optional<ShopState> shop_state_from(std::string_view name);

// A pair of tokens; the refresh token may be single-use. Stored encrypted, before it is used.
struct TokenSet {
  Secret access;
  Secret refresh;
  TimePoint obtained_at;
  TimePoint access_expires_at;  // TimePoint(): never (fixed credentials)
  std::optional<TimePoint> refresh_expires_at;
  std::string remote_shop_id;    // as the channel named it when it gave the tokens
  std::string remote_shop_name;  // may be empty
};

// When a shop's recurring jobs run. Either a fixed time of day in the organisation's zone or an
// interval, never both.
struct ScheduleRule {
  std::string job;  // "stock_sync" (all stock pushed again), "order_sweep" (7 days re-read),
                    // "read_back" (listings compared)
  std::vector<int> minutes_of_day;  // local, 0–1439
  std::optional<std::chrono::minutes> every;
};

struct Shop {
  std::string id;  // shp_…
  std::string organisation;
  std::string channel;
  std::string name;
  std::string remote_id;  // the channel's shop id, known after authorisation
  ShopState state = ShopState::needs_authorisation;
  TimePoint since;
  std::string reason;       // stable code: "refresh_refused", "channel_closed_2025_02_09", …
  std::int64_t buffer = 0;  // units of each variant held back from this shop
  int share_percent = 100;  // of what is available, offered here
  std::vector<ScheduleRule> schedule;
  std::optional<TimePoint> token_expires_at;
  std::int64_t token_version = 0;  // rises with each stored pair
  std::optional<TimePoint> last_success_at;
  std::optional<TimePoint> orders_polled_to;  // watermark: everything updated before is in
  TimePoint created_at;

  // Work is sent only in these states.
  bool sends() const {
    return state == ShopState::active || state == ShopState::throttled ||
           state == ShopState::unreachable;
  }
};

}  // namespace gerbang
