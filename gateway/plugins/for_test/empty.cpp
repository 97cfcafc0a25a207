// The stamp fits, but there is no connector.
#include "core/connector/plugin.hpp"

namespace {
std::unique_ptr<gerbang::Connector> nothing() {
  return nullptr;
}
}  // namespace

GERBANG_CONNECTOR_PLUGIN(nothing)
