#pragma once

#include <memory>

#include "config/config.hpp"
#include "core/base/metrics.hpp"
#include "core/base/random.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/store/store.hpp"

namespace gerbang {

// The configured store: the SQLite file, or the PostgreSQL database. What is given outlives it.
// Errors: those of the engine. No error holds the address or the password.
Result<std::unique_ptr<store::Store>> open_store(const config::Config& config, const Clock& clock,
                                                 Random& random, Metrics* metrics = nullptr);

// Several gateways may have it at the same time.
inline bool store_is_shared(const config::Config& config) {
  return !config.store.server.empty();
}

}  // namespace gerbang
