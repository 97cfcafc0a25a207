#pragma once

#include <string_view>

#include "core/base/json.hpp"
#include "core/base/result.hpp"
#include "core/model/product.hpp"

namespace gerbang::api {

// product_from_json, but for what GET adds (revision, withdrawn, created_at, updated_at): that is
// ignored, so that what was read can be edited and sent back.
Result<Product> product_from_body(std::string_view code, json::Value body);

// An item of a batch or a line of an import: the same with the code inside.
Result<Product> product_from_item(const json::Value& item);

}  // namespace gerbang::api
