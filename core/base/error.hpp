#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gerbang {

// Where an error was made. std::source_location in two builtins, so that clang 14 (clang-tidy,
// clang-query) reads our headers too.
class SourceLocation {
 public:
  static constexpr SourceLocation current(const char* file = __builtin_FILE(),
                                          unsigned line = __builtin_LINE()) noexcept {
    return SourceLocation(file, line);
  }
  constexpr const char* file_name() const noexcept { return file_; }
  constexpr unsigned line() const noexcept { return line_; }

 private:
  constexpr SourceLocation(const char* file, unsigned line) noexcept : file_(file), line_(line) {}
  const char* file_;
  unsigned line_;
};

// What a caller can do about a failure. Closed on purpose: every foreign error is translated into
// one of these once, at the edge (HTTP parser, store, connector), and never looked at again.
enum class ErrorKind {
  // The request was wrong; the same request will fail again.
  invalid,              // a value breaks a rule; `code`, `field` say which
  unauthenticated,      // no or wrong credential
  forbidden,            // the credential does not reach that far
  not_found,            // no such thing, or it belongs to another organisation
  conflict,             // the thing has moved on: newer count, other body under the same key
  precondition_failed,  // If-Match named another revision
  too_large,            // over a size or count limit
  unsupported,          // this channel, store or server does not offer it
  rejected,             // the marketplace refused the value; needs a person (remedy)
  blocked,              // the marketplace refuses for now (a promotion holds it); try later
  // The request may be right; what differs is whether it may be repeated.
  transient,      // nothing happened; repeat with back-off
  throttled,      // nothing happened; repeat after `retry_after`
  auth_expired,   // nothing happened; refresh the token, then repeat once
  indeterminate,  // it may have happened: look before doing it again
  cancelled,      // we are shutting down; does not count as an attempt
  bug,            // a broken assumption of ours; never retried blindly
};

std::string_view to_string(ErrorKind kind) noexcept;
std::optional<ErrorKind> error_kind_from(std::string_view name) noexcept;

// One offending field of a request. `field` is a JSON pointer ("/variants/0/sku").
struct FieldError {
  std::string field;
  std::string code;
  std::string detail;
};

// What the other side said, kept beside our reading of it. Already redacted.
struct RemoteError {
  std::string code;        // the marketplace's own code, as sent
  std::string message;     // its own text, cut to 500 bytes
  std::string request_id;  // what to quote to its support
};

// A failure as a value. `code` is stable, snake_case and listed in the message catalogue
// (config/messages), which holds the title and the remedy in Indonesian and English.
// `detail` is for developers and logs: English, no secrets, no buyer's data.
struct Error {
  ErrorKind kind = ErrorKind::bug;
  std::string code;
  std::string detail;
  std::string field;  // JSON pointer, empty when not about a field
  std::optional<std::chrono::milliseconds> retry_after;  // throttled, blocked
  std::optional<RemoteError> remote;
  std::vector<FieldError> fields;  // all offending fields, when there are several
  SourceLocation where;

  Error(ErrorKind k, std::string_view c, std::string d = {},
        SourceLocation at = SourceLocation::current())
      : kind(k), code(c), detail(std::move(d)), where(at) {}

  Error&& at_field(std::string pointer) && {
    field = std::move(pointer);
    return std::move(*this);
  }
  Error&& after(std::chrono::milliseconds wait) && {
    retry_after = wait;
    return std::move(*this);
  }
  Error&& from_remote(RemoteError r) && {
    remote = std::move(r);
    return std::move(*this);
  }

  // "kind code: detail (file:line)", for logs.
  std::string describe() const;
};

// A broken invariant of RELIABILITY section 1: wrong is worse than stopped. Stays on in release
// builds; prints a diagnosis and aborts (the durable state is in the database, so nothing is lost).
[[noreturn]] void invariant_broken(std::string_view what,
                                   SourceLocation at = SourceLocation::current());

inline void ensure(bool holds, std::string_view what,
                   SourceLocation at = SourceLocation::current()) {
  if (!holds) invariant_broken(what, at);
}

}  // namespace gerbang
