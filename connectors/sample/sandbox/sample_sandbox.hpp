#pragma once

#include <memory>

#include "connectors/sandbox/sandbox.hpp"

namespace gerbang {

// "Pasar Contoh": the marketplace itself, as README.md describes it.
std::unique_ptr<sandbox::Sandbox> make_sample_sandbox(sandbox::Options options);

}  // namespace gerbang
