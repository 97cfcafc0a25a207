#pragma once

#include <memory>

#include "connectors/sandbox/sandbox.hpp"

namespace gerbang {

// The double of Shopee Open Platform v2 for Indonesian shops. Switches: README.md.
std::unique_ptr<sandbox::Sandbox> make_shopee_sandbox(sandbox::Options options);

}  // namespace gerbang
