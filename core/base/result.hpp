#pragma once

#include <optional>
#include <utility>
#include <variant>

#include "core/base/error.hpp"

namespace gerbang {

// A value or an Error. [[nodiscard]]: an ignored failure does not compile.
//
//   Result<Money> price = parse_money(text);
//   if (!price) return price.error();
//   use(*price);
template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return ok(); }

  // Asking for the side that is not there is a bug and stops the process.
  T& value() & { return check(), *std::get_if<0>(&state_); }
  const T& value() const& { return check(), *std::get_if<0>(&state_); }
  T&& value() && { return check(), std::move(*std::get_if<0>(&state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const& {
    ensure(!ok(), "error() of a Result that holds a value");
    return *std::get_if<1>(&state_);
  }
  Error&& error() && {
    ensure(!ok(), "error() of a Result that holds a value");
    return std::move(*std::get_if<1>(&state_));
  }

  T value_or(T other) const& { return ok() ? **this : std::move(other); }

 private:
  void check() const {
    if (!ok())
      invariant_broken("value() of a failed Result: " + std::get_if<1>(&state_)->describe());
  }
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;

  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  bool ok() const noexcept { return !error_; }
  explicit operator bool() const noexcept { return ok(); }
  const Error& error() const& {
    ensure(!ok(), "error() of a Result that holds a value");
    return *error_;
  }
  Error&& error() && {
    ensure(!ok(), "error() of a Result that holds a value");
    return std::move(*error_);
  }

 private:
  std::optional<Error> error_;
};

// GERBANG_TRY(name, expression): declares `name` from the value, or returns the error.
// GERBANG_CO_TRY is the same inside a coroutine; its expression must not contain co_await
// (g++ 12: name the awaited thing first, see CONTRIBUTING).
#define GERBANG_TRY_IMPL(name, tmp, expr, ret) \
  auto tmp = (expr);                           \
  if (!tmp) ret std::move(tmp).error();        \
  auto name = std::move(tmp).value()
#define GERBANG_CAT2(a, b) a##b
#define GERBANG_CAT(a, b) GERBANG_CAT2(a, b)
#define GERBANG_TRY(name, expr) \
  GERBANG_TRY_IMPL(name, GERBANG_CAT(gerbang_try_, __LINE__), expr, return )
#define GERBANG_CO_TRY(name, expr) \
  GERBANG_TRY_IMPL(name, GERBANG_CAT(gerbang_try_, __LINE__), expr, co_return )
// GERBANG_CHECK(expression): for Result<void>.
#define GERBANG_CHECK(expr)                                          \
  do {                                                               \
    auto gerbang_checked = (expr);                                   \
    if (!gerbang_checked) return std::move(gerbang_checked).error(); \
  } while (false)
#define GERBANG_CO_CHECK(expr)                                          \
  do {                                                                  \
    auto gerbang_checked = (expr);                                      \
    if (!gerbang_checked) co_return std::move(gerbang_checked).error(); \
  } while (false)

}  // namespace gerbang
