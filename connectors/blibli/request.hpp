#pragma once

#include <string>
#include <string_view>

#include "core/base/url.hpp"
#include "core/connector/http.hpp"
#include "core/connector/types.hpp"

// Whole requests: address with the common query, basic auth, seller key, signature (facts
// blibli.md 3). `path` is what follows /v2/proxy: "/seller/v1/orders/packages/filter".
namespace gerbang::blibli {

// The common parameters come first; one of `query` with the name of a common one replaces it (the
// queue is named by `requestId`, facts 8.2). `body` null: none, except that POST then sends {}
// (facts 13).
HttpRequest request(const CallContext& ctx, Method method, const std::string& path,
                    const QueryItems& query, const json::Value& body, std::string_view operation,
                    Effect effect);

HttpRequest get(const CallContext& ctx, const std::string& path, const QueryItems& query,
                std::string_view operation);
HttpRequest post(const CallContext& ctx, const std::string& path, const json::Value& body,
                 std::string_view operation, Effect effect);
HttpRequest put(const CallContext& ctx, const std::string& path, const json::Value& body,
                std::string_view operation);

}  // namespace gerbang::blibli
