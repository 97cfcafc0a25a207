// The stamp fits; making the connector fails.
#include <stdexcept>

#include "core/connector/plugin.hpp"

namespace {
std::unique_ptr<gerbang::Connector> failing() {
  throw std::runtime_error("no such thing");
}
}  // namespace

GERBANG_CONNECTOR_PLUGIN(failing)
