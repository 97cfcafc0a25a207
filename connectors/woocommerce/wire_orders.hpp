#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/connector/types.hpp"

// Orders (facts woocommerce.md 8): requests out, answers in.
namespace gerbang::woocommerce {

// Where the tracking number lives: WooCommerce has no field for it.
inline constexpr std::string_view kCourierMeta = "_gerbang_courier";
inline constexpr std::string_view kTrackingMeta = "_gerbang_tracking_number";

// Changed at or after `window.from`, by id. The far end is left open: an order that changes while
// we page would leave a closed window and move its successors to a page that was read already.
HttpRequest orders_page(const CallContext& ctx, const OrderWindow& window, int page);
HttpRequest get_order(const CallContext& ctx, const std::string& id);
HttpRequest set_order_status(const CallContext& ctx, const std::string& id, std::string_view status,
                             std::string operation);
// Sent: completed, with courier and number when there are some.
HttpRequest complete_order(const CallContext& ctx, const OrderAction& action);
HttpRequest order_notes(const CallContext& ctx, const std::string& id);
HttpRequest add_order_note(const CallContext& ctx, const std::string& id, const std::string& text);
// What the buyer reads in the mail; "" when there is nothing to tell.
std::string shipment_note(const OrderAction& action);

// Errors: channel_answer_unreadable for one without id, times, total or lines that can be read, or
// with a line id that comes twice.
Result<RemoteOrder> read_order(const json::Value& order);

// A page of whole orders. One that cannot be read goes to `external_ids`, to be fetched alone and
// to fail alone. Error: when not even its id can be read.
Result<OrderPage> read_order_page(const json::Value& list);

}  // namespace gerbang::woocommerce
