#pragma once

#include <string>
#include <string_view>

#include "connectors/blibli/wire_levels.hpp"
#include "core/connector/exchange.hpp"

// The queue through which products are created, priced and archived (facts blibli.md 8.2).
namespace gerbang::blibli {

// The remote id of a product that is still in the queue.
std::string queued_product(std::string_view queue);
// The queue in such an id; empty when it is none.
std::string_view queue_in(std::string_view remote_product);

// One question, of five in 15 minutes per queue: whoever asks spaces them (limits.hpp).
// not_found: forgotten, after two months.
Exchange<Queue> read_queue(CallContext ctx, std::string queue);

}  // namespace gerbang::blibli
