#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/json.hpp"
#include "core/base/url.hpp"
#include "core/connector/http.hpp"
#include "core/connector/types.hpp"

// Signed requests. `call` is the part after "/api/v2/": "product/update_stock"; its operation name
// is the same with dots. Common parameters always travel in the query (facts shopee.md 1.2).
namespace gerbang::shopee {

HttpRequest public_get(const CallContext& ctx, std::string_view call, QueryItems params = {});
HttpRequest public_post(const CallContext& ctx, std::string_view call, const json::Value& body,
                        Effect effect);
HttpRequest shop_get(const CallContext& ctx, std::string_view call, QueryItems params = {});
HttpRequest shop_post(const CallContext& ctx, std::string_view call, const json::Value& body,
                      Effect effect);
// media_space is documented as Public level (facts 1.3).
HttpRequest upload_image(const CallContext& ctx, const MultipartFile& image);

// An id for a JSON body: decimal digits up to `max`. Partner and shop ids are uint32 (facts 1.2),
// item and model ids 64-bit and beyond 2^53 (facts 3.0). Nothing when the text is none.
std::optional<std::uint64_t> id_number(std::string_view text, std::uint64_t max = UINT64_MAX);

}  // namespace gerbang::shopee
