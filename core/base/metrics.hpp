#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gerbang {

// Prometheus metrics (prometheus-cpp, hidden here). Thread-safe. Names are written as
// gerbang_<thing>_<unit>[_total]; label values come from bounded sets only (channel, outcome,
// route, status class), never from ids or input.
class Metrics {
 public:
  using Labels = std::vector<std::pair<std::string, std::string>>;

  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  void count(std::string_view name, std::string_view help, const Labels& labels = {},
             double by = 1);
  void set(std::string_view name, std::string_view help, double value, const Labels& labels = {});
  // Seconds; buckets from 0.5 ms to 60 s.
  void observe_seconds(std::string_view name, std::string_view help, double seconds,
                       const Labels& labels = {});
  // Sizes; buckets 1, 2, 5, 10 … 10,000.
  void observe_size(std::string_view name, std::string_view help, double size,
                    const Labels& labels = {});

  // The text exposition format.
  std::string render() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gerbang
