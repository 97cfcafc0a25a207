#pragma once

#include <string_view>

#include "core/base/json.hpp"
#include "core/base/result.hpp"

namespace gerbang::sandbox::lazada {

// The XML that payloads are written in, as JSON: an element with children is an object, one with
// text a string, an empty one "". Elements of a repeated name are an array; those that are lists by
// their nature (Image, Sku, Url, option, MultiWarehouseInventory) always are. Elements, text,
// CDATA, the five entities and character references, comments and one declaration; no DTD, no
// attributes' values. At most 32 deep. Error: invalid (code json_invalid).
Result<json::Value> parse_xml(std::string_view text);

}  // namespace gerbang::sandbox::lazada
