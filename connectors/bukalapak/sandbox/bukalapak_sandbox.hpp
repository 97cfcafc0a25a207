#pragma once

#include <memory>

#include "connectors/sandbox/sandbox.hpp"

namespace gerbang {

// Bukalapak's API v4 and v2 as they were, with what facts bukalapak.md 10 chooses where they end.
// Settings and how it differs from the real one: README.md.
std::unique_ptr<sandbox::Sandbox> make_bukalapak_sandbox(sandbox::Options options);

}  // namespace gerbang
