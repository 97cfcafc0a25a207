#pragma once

#include <cstdint>
#include <string>

#include "core/base/json.hpp"
#include "core/base/time.hpp"

namespace gerbang {

// What the organisation's own system is told. Types (closed list in config/messages):
// product.changed, product.withdrawn, stock.changed, stock.shortage, listing.published,
// listing.rejected, listing.blocked, listing.drifted, listing.linked, order.created,
// order.changed, order.cancelled, shop.authorised, shop.needs_authorisation, shop.state_changed,
// shop.retired, shop.review_changed.
struct Event {
  std::string id;             // evt_…
  std::int64_t sequence = 0;  // commit order within the organisation; the cursor
  std::string type;
  TimePoint at;
  json::Value data;
};

}  // namespace gerbang
