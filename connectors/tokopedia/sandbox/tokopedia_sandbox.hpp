#pragma once

#include <memory>

#include "connectors/sandbox/sandbox.hpp"

namespace gerbang {

// The double of the partner API behind Tokopedia & Shop for Indonesian shops. Switches: README.md.
std::unique_ptr<sandbox::Sandbox> make_tokopedia_sandbox(sandbox::Options options);

}  // namespace gerbang
