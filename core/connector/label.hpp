#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/connector/types.hpp"

// What connectors need for Connector::fetch_label.
namespace gerbang {

// The most of a label that is taken: twenty parcels as pictures of 300 dpi fit. Also for
// HttpRequest::max_response of a download; base64 in JSON is a third more.
inline constexpr std::size_t kLabelBytes = 6 * 1024 * 1024;

// A document that a channel sent, if it is one: by its own first bytes (PDF, ZIP, PNG, JPEG), and
// `content_type` must not say HTML or JSON. A maintenance page with 200, an error envelope and half
// a PDF are no labels. `order` and `parcel` (may be empty) make the file's name. Errors: transient
// channel_answer_unreadable; rejected label_too_large.
Result<ShippingLabel> label_from(std::string bytes, std::string_view content_type,
                                 std::string_view order, std::string_view parcel);

// The channel is still making it: ask again after `wait`.
Error label_not_ready(std::string detail, Duration wait);
// The order has not come so far that there could be one.
Error label_before_shipping(std::string detail);
// The order is cancelled or the parcel has arrived: there is none any more.
Error label_after_end(std::string detail);

}  // namespace gerbang
