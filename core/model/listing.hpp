#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/error.hpp"
#include "core/base/time.hpp"
#include "core/model/money.hpp"

namespace gerbang {

// What happened when we last tried. Three facts are kept apart: what we want (computed from the
// catalogue), what happened (this), what the marketplace says (Observed).
struct Attempt {
  TimePoint at;
  std::string outcome;  // "done" or to_string(ErrorKind)
  std::string code;     // stable error code, empty when done
  std::string field;
  std::string remote_code;
  std::string remote_message;
  std::int64_t revision = 0;  // of the work row it settled
};

struct Observed {
  std::optional<Quantity> stock;
  std::optional<Money> price;
  std::optional<bool> listed;
  TimePoint at;
};

// A variant in a shop.
struct Listing {
  std::string shop;
  std::string channel;
  std::string product;  // code
  std::string sku;
  // Remote ids, as text. Where the channel holds variants inside a product both are set; where each
  // variant is a product of its own `remote_variant` may name its SKU id.
  std::string remote_product;
  std::string remote_variant;
  // Desired.
  bool wanted = false;  // should be on offer
  Quantity stock = 0;   // what this shop may sell now
  std::optional<Money> price;
  std::int64_t revision = 0;       // newest revision of its work, sent or not
  bool pending = false;            // some work is waiting
  std::optional<Attempt> attempt;  // the last one, of any aspect
  std::optional<Observed> observed;
};

}  // namespace gerbang
