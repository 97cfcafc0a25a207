// gerbang-generate: a made-up country of village enterprises, into a database or into import files.
//
//   gerbang-generate --config gerbang.toml --organisations 66000 --skus 100
//   gerbang-generate --write FOLDER --organisations 3 --skus 20      files for `gerbang import`
//
// Prints one JSON object at the end; progress goes to standard error. tests/scale/README.md.
#include <CLI/CLI.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "config/config.hpp"
#include "core/base/crypto.hpp"
#include "core/base/json.hpp"
#include "gateway/open_store.hpp"
#include "tests/scale/loader.hpp"

namespace gerbang::scale {

namespace {

struct Arguments {
  std::string config;
  std::string folder;
  std::string regions;
  std::uint64_t seed = 1;
  std::size_t organisations = 100;
  std::size_t first = 0;
  std::size_t of = 0;  // of how many in all; 0: first + organisations
  std::size_t skus = 20;
  LoadOptions load{{"shopee", "tokopedia", "lazada", "blibli"}, true, 100, 16};
  bool pending = false;
};

int refuse(const Error& error) {
  std::cerr << "gerbang-generate: " << error.describe() << "\n";
  return 1;
}

// One file for each enterprise, and a sum of them all: the same on every machine.
int write_files(const Arguments& a, const Country& country) {
  std::filesystem::create_directories(a.folder);
  std::string sums;
  std::size_t skus = 0;
  for (std::size_t i = a.first; i < a.first + a.organisations; ++i) {
    const Catalogue catalogue = country.catalogue(i);
    const Organisation organisation = country.organisation(i);
    const std::string text = import_file(catalogue);
    const std::string path = a.folder + "/katalog-" + std::to_string(i) + ".json";
    std::ofstream(path) << text;
    if (std::filesystem::file_size(path) != text.size()) {
      std::cerr << "gerbang-generate: cannot write " << path << "\n";
      return 1;
    }
    sums += to_hex(sha256(text + organisation.name + *organisation.village_code));
    skus += catalogue.skus();
  }
  std::cout << json::dump(
                   json::object({{"organisations", static_cast<std::int64_t>(a.organisations)},
                                 {"skus", static_cast<std::int64_t>(skus)},
                                 {"sum", to_hex(sha256(sums))}}))
            << "\n";
  return 0;
}

int fill(const Arguments& a, const Country& country) {
  auto config = config::load_config(a.config);
  if (!config) return refuse(config.error());
  SystemClock clock;
  SystemRandom random;
  auto store = open_store(*config, clock, random);
  if (!store) return refuse(store.error());
  using Steady = std::chrono::steady_clock;
  const auto began = Steady::now();
  auto told = began;
  auto seconds = [&] { return std::chrono::duration<double>(Steady::now() - began).count(); };
  auto loaded = load(**store, country, a.first, a.organisations, a.load, [&](const Loaded& l) {
    if (Steady::now() - told < std::chrono::seconds(5)) return;
    told = Steady::now();
    std::cerr << l.organisations << " of " << a.organisations << " enterprises, " << l.listings
              << " listings, "
              << static_cast<std::int64_t>(static_cast<double>(l.listings) / seconds())
              << " a second\n";
  });
  const double took = seconds();
  (*store)->close();
  if (!loaded) return refuse(loaded.error());
  const auto number = [](std::size_t n) { return static_cast<std::int64_t>(n); };
  std::cout << json::dump(json::object({{"organisations", number(loaded->organisations)},
                                        {"products", number(loaded->products)},
                                        {"skus", number(loaded->skus)},
                                        {"shops", number(loaded->shops)},
                                        {"listings", number(loaded->listings)},
                                        {"milliseconds", static_cast<std::int64_t>(took * 1000)}}))
            << "\n";
  return 0;
}

int run(int argc, char** argv) {
  Arguments a;
  CLI::App app("A made-up country of village enterprises, into a database or into import files");
  auto* config =
      app.add_option("--config", a.config, "The gateway's configuration: its [store] is filled");
  auto* folder = app.add_option("--write", a.folder, "A folder for import files instead");
  config->excludes(folder);
  app.add_option("--organisations", a.organisations, "How many enterprises");
  app.add_option("--first", a.first, "The number of the first one; to go on with a larger country");
  app.add_option("--of", a.of, "How many there are in all, when this is a part of them");
  app.add_option("--skus", a.skus, "Variants of each enterprise")->check(CLI::Range(1, 20'000));
  app.add_option("--channels", a.load.channels, "One shop at each, for each enterprise")
      ->delimiter(',');
  app.add_option("--seed", a.seed, "The same one gives the same country");
  app.add_option("--regions", a.regions,
                 "Lines \"CODE,NAME\": the country's regions, villages among them");
  app.add_option("--batch", a.load.batch, "Items in one script")->check(CLI::Range(1, 1000));
  app.add_option("--parallel", a.load.parallel, "Enterprises at the same time")
      ->check(CLI::Range(1, 256));
  app.add_flag("--pending", a.pending, "Nothing was told to the shops yet: all work waits");
  CLI11_PARSE(app, argc, argv);
  if (a.config.empty() == a.folder.empty()) {
    std::cerr << "gerbang-generate: --config or --write, one of them\n";
    return 2;
  }
  a.load.published = !a.pending;
  std::vector<Region> regions;
  if (!a.regions.empty()) {
    auto read = load_regions(a.regions);
    if (!read) return refuse(read.error());
    regions = std::move(*read);
  }
  const Country country(a.seed, a.of != 0 ? a.of : a.first + a.organisations, a.skus,
                        std::move(regions));
  return a.folder.empty() ? fill(a, country) : write_files(a, country);
}

}  // namespace

}  // namespace gerbang::scale

int main(int argc, char** argv) {
  return gerbang::scale::run(argc, argv);
}
