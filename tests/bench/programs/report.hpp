#pragma once

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

// What the programs of tests/bench print: one flat JSON object of numbers.
namespace gerbang::bench {

class Report {
 public:
  Report& add(std::string_view name, std::int64_t value) {
    return put(name, std::to_string(value));
  }
  Report& add(std::string_view name, std::size_t value) { return put(name, std::to_string(value)); }
  Report& add(std::string_view name, double value) {
    std::array<char, 40> digits{};
    std::snprintf(digits.data(), digits.size(), "%.6g", value);
    return put(name, digits.data());
  }
  std::string text() const { return "{" + body_ + "}"; }
  void print() const { std::printf("%s\n", text().c_str()); }

 private:
  Report& put(std::string_view name, const std::string& value) {
    if (!body_.empty()) body_ += ", ";
    body_.append("\"").append(name).append("\": ").append(value);
    return *this;
  }
  std::string body_;
};

// User and system time of this process.
inline double cpu_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

// The value that this share of all lies below; 0 of nothing.
inline double at_share(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const auto rank = static_cast<std::size_t>(share * static_cast<double>(values.size()));
  return values[std::min(values.size() - 1, rank)];
}

}  // namespace gerbang::bench
