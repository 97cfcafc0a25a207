#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/store/store.hpp"
#include "tests/scale/catalogue.hpp"

namespace gerbang::scale {

struct LoadOptions {
  std::vector<std::string> channels;  // one shop of each enterprise at each
  // As if the lanes had told the shops everything; false: all work waits, the shops have no tokens.
  bool published = true;
  std::size_t batch = 100;    // products, counts, settlements in one script
  std::size_t parallel = 16;  // enterprises at the same time; the store groups what they write
};

struct Loaded {
  std::size_t organisations = 0;
  std::size_t products = 0;
  std::size_t skus = 0;
  std::size_t shops = 0;
  std::size_t listings = 0;
};

// Writes enterprises `first` to `first + count` of the country through the store's own scripts, so
// either engine gets what the gateway would have written. Each enterprise is written in order, in
// several transactions: one that is interrupted leaves its last enterprises half done. `progress`
// is called from one thread at a time. Stops at the first error and answers it.
Result<Loaded> load(store::Store& store, const Country& country, std::size_t first,
                    std::size_t count, const LoadOptions& options,
                    const std::function<void(const Loaded&)>& progress);

}  // namespace gerbang::scale
