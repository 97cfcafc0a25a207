#pragma once

#include <memory>

#include "core/connector/connector.hpp"

namespace gerbang {

// "Pasar Contoh", a marketplace that does not exist: the connector to copy. README.md walks through
// the files; sandbox/README.md is the marketplace's API.
std::unique_ptr<Connector> make_sample_connector();

}  // namespace gerbang
