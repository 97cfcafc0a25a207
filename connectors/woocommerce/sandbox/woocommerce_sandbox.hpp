#pragma once

#include <memory>

#include "connectors/sandbox/sandbox.hpp"

namespace gerbang {

// WooCommerce web shops, one per sub-folder of the sandbox's address. Settings and how it differs
// from the real one: README.md.
std::unique_ptr<sandbox::Sandbox> make_woocommerce_sandbox(sandbox::Options options);

}  // namespace gerbang
