#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.hpp"
#include "gateway/api/route.hpp"

namespace gerbang::api {

// The OpenAPI 3.1 document of these routes.
json::Value openapi_document(const std::vector<Route>& routes);
// The same as one HTML page without scripts.
std::string docs_page(const std::vector<Route>& routes);
// components/schemas, as JSON text: schemas.cpp.
std::string_view schemas_text();
// "/hooks/{channel}/{rest...}" as OpenAPI writes it.
std::string documented_path(std::string_view path);

}  // namespace gerbang::api
