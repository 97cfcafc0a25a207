#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/time.hpp"

namespace gerbang {

// What a shop still has to be told, or asked. One row per (shop, aspect, subject) holds the newest
// desired revision; what is sent is computed when it is sent.
enum class Aspect {
  order_fetch,   // subject: external order id. Read it at the channel and ingest it
  order_accept,  // subject: our order id
  order_ship,    // subject: our order id; detail: {"courier","tracking_number"}
  order_cancel,  // subject: our order id; detail: {"reason"}
  stock,         // subject: SKU
  price,         // subject: SKU
  content,       // subject: listing unit. Create or update text, images, variants
  state,         // subject: listing unit. List or unlist
};
std::string_view to_string(Aspect a);
std::optional<Aspect> aspect_from(std::string_view name);

// Why it is wanted; decides the order inside a lane (lower first, see core/policy/priority).
enum class Urgency {
  order = 0,    // caused by an order, or a stock that fell
  normal = 1,   // a person or system changed something
  routine = 2,  // full synchronisation, drift repair
};

struct Work {
  std::string shop;
  Aspect aspect = Aspect::stock;
  std::string subject;
  std::int64_t revision = 0;
  Urgency urgency = Urgency::normal;
  TimePoint since;   // when the oldest unsent change happened
  TimePoint due_at;  // not before
  int attempts = 0;
  std::string detail;   // JSON, aspect's own
  bool parked = false;  // waits for a person; reason in the listing's attempt
};

// The unit that a channel publishes: the whole product where variants live inside it, one variant
// where they do not. Codes contain no '/', so the two cannot be confused.
inline std::string unit_of_product(std::string_view code) {
  return std::string(code);
}
inline std::string unit_of_variant(std::string_view code, std::string_view sku) {
  return std::string(code) + "/" + std::string(sku);
}
// The product code, and the SKU when the unit is a single variant.
struct UnitParts {
  std::string code;
  std::string sku;
};
UnitParts parts_of_unit(std::string_view unit);

}  // namespace gerbang
