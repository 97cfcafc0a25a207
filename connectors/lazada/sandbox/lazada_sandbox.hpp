#pragma once

#include <memory>

#include "connectors/sandbox/sandbox.hpp"

namespace gerbang {

// Lazada Open Platform, Indonesia, as README.md describes it.
std::unique_ptr<sandbox::Sandbox> make_lazada_sandbox(sandbox::Options options);

}  // namespace gerbang
