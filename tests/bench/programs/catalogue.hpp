#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/base/random.hpp"
#include "core/base/time.hpp"
#include "core/store/store.hpp"

// A catalogue of any size in a real store. One product goes the whole way through the scripts: put,
// counted, published, settled. The others are copies of its rows under other names, made by the
// database itself, so they have the form that the scripts give them, at millions per minute.
namespace gerbang::bench {

// The first product's code, SKU and stock item; that of a copy has the same length.
inline constexpr const char* kTemplate = "CONTOH00000";
std::string item_name(std::int64_t number);  // 1 … copies

// Failures of these programs end them.
[[noreturn]] void give_up(const std::string& why);

template <class T>
T must(Result<T> result, const char* doing) {
  if (!result) give_up(std::string(doing) + ": " + result.error().describe());
  return std::move(result).value();
}

enum class Engine { sqlite, postgres };
Engine engine_from(const std::string& name);

struct Opened {
  std::unique_ptr<SystemClock> clock;
  std::unique_ptr<Random> random;
  std::unique_ptr<store::Store> store;
};
// `where`: a path, or a server's address ("host=… dbname=…").
Opened open_store(Engine engine, const std::string& where);

struct Home {
  std::string organisation;
  std::string shop;
};
// A new organisation with one shop and the template, published and told. The shop has no channel
// that anybody could call.
Home make_home(store::Store& store, const Clock& clock);
// The first shop of the database.
Home find_home(store::Store& store);
std::int64_t count_copies(Engine engine, const std::string& where);

// Makes the copies 1 … `count`. The store is closed.
void copy_template(Engine engine, const std::string& where, std::int64_t count);

// Clears all due stock work, as a lane without trouble does. Returns the number of rows.
std::int64_t settle_all(store::Store& store, const Clock& clock, const Home& home);

}  // namespace gerbang::bench
