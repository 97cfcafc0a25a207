#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace gerbang {

// A text that must not be seen: tokens, keys, buyers' data. It has no stream or format operator, so
// it cannot be logged by accident, and it wipes its memory. reveal() is the word to search for.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept : value_(std::move(other.value_)) { other.wipe(); }
  Secret& operator=(const Secret& other) {
    if (this != &other) {
      wipe();
      value_ = other.value_;
    }
    return *this;
  }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      wipe();
      value_ = std::move(other.value_);
      other.wipe();
    }
    return *this;
  }
  ~Secret() { wipe(); }

  const std::string& reveal() const noexcept { return value_; }
  bool empty() const noexcept { return value_.empty(); }
  friend bool operator==(const Secret& a, const Secret& b);  // constant time

 private:
  void wipe() noexcept;
  std::string value_;
};

}  // namespace gerbang
