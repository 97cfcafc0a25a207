#pragma once

#include "connectors/shopee/sandbox/world.hpp"

// What stands before every call of the open API (facts 1.2, 1.3, 8.2), and the envelope behind it
// (facts 1.4, 1.5).
namespace gerbang::sandbox::shopee {

enum class Level { open, shop };

struct Route {
  Method method;
  Level level;
  Reply (*handler)(World&, const Request&);
};
const Route* find_route(std::string_view path);

// Common parameters → timestamp → partner → signature → token → shop link → rate → body. Fills
// in request.shop and request.body.
Refusal pass_gateway(World& world, const Route& route, Request& request);

// For pages outside the table (form A) and for tests.
std::string sign(std::string_view key, std::string_view base);

HttpResponse render(World& world, std::string_view path, const Reply& reply);

}  // namespace gerbang::sandbox::shopee
