#pragma once

#include "connectors/blibli/sandbox/handlers.hpp"

// The door of the API (facts blibli.md 3, 4, 5): credentials, store, signature, form, limits; and
// the envelope of the answer. Written from the facts, without the connector's signing.
namespace gerbang::sandbox::blibli {

inline constexpr std::string_view kClientId = "mta-api-gerbang-desa-1a2b3";
inline constexpr std::string_view kClientKey = "mta-api-sandbox-kunci-klien-gerbang";

// Nothing: the call may be served; `request` then knows its store and its body.
Refusal pass_gateway(World& world, const Route& route, Request& request);
HttpResponse render(World& world, const Request& request, const Reply& reply);

// For tests against other people's vectors.
struct Signed {
  std::string_view method, body, path_after_proxy;
  bool is_get = false;
};
std::string string_to_sign(const Signed& what, TimePoint time);
std::string jakarta_date(TimePoint time);

}  // namespace gerbang::sandbox::blibli
