#pragma once

#include <memory>

#include "connectors/sandbox/sandbox.hpp"

namespace gerbang {

// The double of the Blibli Seller API. Switches: README.md.
std::unique_ptr<sandbox::Sandbox> make_blibli_sandbox(sandbox::Options options);

}  // namespace gerbang
