#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/model/organisation.hpp"
#include "core/model/product.hpp"
#include "core/store/scripts.hpp"

// A made-up country of village enterprises: the same seed and number give the same enterprise on
// every machine, whatever else is generated. Rows are as wide as real ones: titles, descriptions,
// attributes, pictures, weights, permits. No person, no real enterprise.
namespace gerbang::scale {

// A village that an enterprise may be of (kode desa and name).
struct Region {
  std::string code;
  std::string name;
};

// Reads lines "CODE,NAME" of all levels and keeps desa and desa adat (DOMAIN section 2: the seventh
// digit is 2 or 3). Errors: invalid regions_invalid.
Result<std::vector<Region>> load_regions(const std::string& file);

struct Catalogue {
  std::vector<Product> products;
  // A count of every item, so that every variant can be sold.
  std::vector<store::ApplyStock::Item> stock;
  std::size_t skus() const;
};

class Country {
 public:
  // `organisations`: of how many these villages are to be spread over the regions. No regions:
  // codes of the right form are made up.
  Country(std::uint64_t seed, std::size_t organisations, std::size_t skus,
          std::vector<Region> regions);

  Organisation organisation(std::size_t number) const;
  // Exactly `skus` variants: most products have one, some two or three sizes that are taken from
  // one sack.
  Catalogue catalogue(std::size_t number) const;

 private:
  const Region region(std::size_t number) const;

  std::uint64_t seed_;
  std::size_t organisations_;
  std::size_t skus_;
  std::vector<Region> regions_;
};

// As `gerbang import` reads it.
std::string import_file(const Catalogue& catalogue);

}  // namespace gerbang::scale
