#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

// The marketplaces' side of tests/bench/peers: three targets that are told stock, and a seller
// whose orders lower it. It answers plain pushes ({"sku":"B-000001","stock":17}) and, with the same
// books, as a WooCommerce shop answers (facts woocommerce.md 5, 6, 8), so that one program with one
// clock counts what arrives from whomever. No request is checked: it is a sink, not a sandbox.
namespace gerbang::bench {

using Clock = std::chrono::steady_clock;  // CLOCK_MONOTONIC, the clock of Python's time.monotonic()

inline constexpr std::size_t kTargets = 3;
inline constexpr std::size_t kSeller = 3;  // the place after the targets

struct Answer {
  int status = 200;
  std::string body;
};

class Market {
 public:
  // SKUs are B-, P- or S- and six digits below `items`: B for changes, P for orders, S for changes
  // of products with one variation, which WooCommerce takes one product a call.
  explicit Market(std::size_t items);

  // `place`: which of our ports was asked.
  Answer answer(std::size_t place, std::string_view method, std::string_view path,
                std::string_view body);

  // Forgets arrivals. An event is one (SKU, stock) with stock in highest, highest - 1, …
  void expect(std::int64_t highest, std::size_t values);
  std::string seen() const;  // JSON

  // An order of one piece of P-`number`, sold at `when`; its id. Arrivals of the SKU from now on
  // are its falling stock: one order of a SKU at a time.
  std::int64_t sell(std::size_t number, Clock::time_point when);
  void acknowledged(std::int64_t order, bool taken);
  std::string order_text(std::int64_t order) const;
  void forget_orders();
  std::string orders() const;  // JSON

  // Where the shop at `place` and `base` ("/desa-0") was told to send what happens there.
  struct Hook {
    std::string url;
    std::string secret;
  };
  const Hook* hook(std::size_t place, std::string_view base, std::string_view topic) const;

 private:
  struct Order {
    std::size_t number = 0;
    Clock::time_point sold, taken, last;
    std::string placed_at;
    bool answered = false;
    bool refused = false;
    unsigned arrived = 0;  // a bit for each target
  };
  struct Registered {
    std::size_t place = 0;
    std::string base;
    std::string topic;
    std::string name;
    Hook hook;
  };

  void arrived(std::size_t place, std::size_t kind, std::size_t number, std::int64_t stock);
  void arrived(std::size_t place, std::string_view sku, std::int64_t stock);
  Answer shop_answer(std::size_t place, std::string_view base, std::string_view method,
                     std::string_view path, std::string_view body);
  std::string batch(std::size_t place, std::string_view body);
  std::string hooks(std::size_t place, std::string_view base) const;
  Answer keep_hook(std::size_t place, std::string_view base, std::string_view method,
                   std::string_view path, std::string_view body);

  std::size_t items_;
  std::int64_t highest_ = 0;
  std::size_t values_ = 0;
  std::vector<std::uint8_t> events_;  // by kind, stock and number: a bit for each target
  std::uint64_t pushes_[kTargets] = {};
  std::uint64_t calls_[kTargets] = {};
  std::uint64_t delivered_ = 0;  // events that are at all targets
  std::uint64_t repeats_ = 0;
  std::uint64_t others_ = 0;  // arrivals that are no expected event
  Clock::time_point first_, last_;

  std::int64_t first_order_ = 10'000'000;
  std::deque<Order> orders_;        // from first_order_
  std::vector<std::int64_t> open_;  // by number of the P-SKU: its order, or 0
  std::vector<Registered> hooks_;
};

// The text after `"name":` up to what ends it, without quotes; empty when it is not there.
std::string_view member(std::string_view json, std::string_view name);

}  // namespace gerbang::bench
