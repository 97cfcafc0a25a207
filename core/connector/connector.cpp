#include "core/connector/connector.hpp"

namespace gerbang {

Error unsupported(std::string_view operation) {
  return Error(ErrorKind::unsupported, "operation_unsupported",
               std::string(operation) + " is not offered by this channel");
}

void Registry::add(std::unique_ptr<Connector> connector) {
  ensure(find(connector->info().channel) == nullptr, "two connectors of one channel");
  connectors_.push_back(std::move(connector));
}

const Connector* Registry::find(std::string_view channel) const {
  for (const auto& c : connectors_) {
    if (c->info().channel == channel) return c.get();
  }
  return nullptr;
}

std::vector<const Connector*> Registry::all() const {
  std::vector<const Connector*> out;
  for (const auto& c : connectors_) out.push_back(c.get());
  return out;
}

}  // namespace gerbang
