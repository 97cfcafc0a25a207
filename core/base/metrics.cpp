#include "core/base/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <mutex>
#include <unordered_map>

namespace gerbang {

namespace {

prometheus::Labels to_labels(const Metrics::Labels& labels) {
  prometheus::Labels out;
  for (const auto& [k, v] : labels) out.emplace(k, v);
  return out;
}

const prometheus::Histogram::BucketBoundaries kSeconds = {
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60};
const prometheus::Histogram::BucketBoundaries kSizes = {1,   2,   5,    10,   20,   50,   100,
                                                        200, 500, 1000, 2000, 5000, 10000};

}  // namespace

// The registry finds a family by name under its own lock; the map saves its cost on hot paths.
struct Metrics::Impl {
  prometheus::Registry registry{prometheus::Registry::InsertBehavior::Merge};
  std::mutex mutex;
  std::unordered_map<std::string, prometheus::Family<prometheus::Counter>*> counters;
  std::unordered_map<std::string, prometheus::Family<prometheus::Gauge>*> gauges;
  std::unordered_map<std::string, prometheus::Family<prometheus::Histogram>*> histograms;

  template <class Map, class Build>
  auto& family(Map& map, std::string_view name, std::string_view help, Build build) {
    const std::string key(name);
    const std::lock_guard lock(mutex);
    auto& slot = map[key];
    if (!slot) slot = &build().Name(key).Help(std::string(help)).Register(registry);
    return *slot;
  }
};

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {}
Metrics::~Metrics() = default;

void Metrics::count(std::string_view name, std::string_view help, const Labels& labels, double by) {
  impl_->family(impl_->counters, name, help, prometheus::BuildCounter)
      .Add(to_labels(labels))
      .Increment(by);
}

void Metrics::set(std::string_view name, std::string_view help, double value,
                  const Labels& labels) {
  impl_->family(impl_->gauges, name, help, prometheus::BuildGauge)
      .Add(to_labels(labels))
      .Set(value);
}

void Metrics::observe_seconds(std::string_view name, std::string_view help, double seconds,
                              const Labels& labels) {
  impl_->family(impl_->histograms, name, help, prometheus::BuildHistogram)
      .Add(to_labels(labels), kSeconds)
      .Observe(seconds);
}

void Metrics::observe_size(std::string_view name, std::string_view help, double size,
                           const Labels& labels) {
  impl_->family(impl_->histograms, name, help, prometheus::BuildHistogram)
      .Add(to_labels(labels), kSizes)
      .Observe(size);
}

std::string Metrics::render() const {
  return prometheus::TextSerializer().Serialize(impl_->registry.Collect());
}

}  // namespace gerbang
