#pragma once

#include <memory>

#include "core/connector/connector.hpp"

namespace gerbang {

// Bukalapak, API v4. A retired channel: physical goods closed on 9 February 2025 (facts
// bukalapak.md 0). Complete, but it refuses to push products to the real hosts; README.md tells
// what remains of use.
std::unique_ptr<Connector> make_bukalapak_connector();

}  // namespace gerbang
