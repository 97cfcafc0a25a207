#include "core/base/error.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace gerbang {

namespace {
constexpr std::array<std::pair<ErrorKind, std::string_view>, 16> kNames = {{
    {ErrorKind::invalid, "invalid"},
    {ErrorKind::unauthenticated, "unauthenticated"},
    {ErrorKind::forbidden, "forbidden"},
    {ErrorKind::not_found, "not_found"},
    {ErrorKind::conflict, "conflict"},
    {ErrorKind::precondition_failed, "precondition_failed"},
    {ErrorKind::too_large, "too_large"},
    {ErrorKind::unsupported, "unsupported"},
    {ErrorKind::rejected, "rejected"},
    {ErrorKind::blocked, "blocked"},
    {ErrorKind::transient, "transient"},
    {ErrorKind::throttled, "throttled"},
    {ErrorKind::auth_expired, "auth_expired"},
    {ErrorKind::indeterminate, "indeterminate"},
    {ErrorKind::cancelled, "cancelled"},
    {ErrorKind::bug, "bug"},
}};
}  // namespace

std::string_view to_string(ErrorKind kind) noexcept {
  for (const auto& [k, name] : kNames) {
    if (k == kind) return name;
  }
  return "bug";
}

std::optional<ErrorKind> error_kind_from(std::string_view name) noexcept {
  for (const auto& [k, n] : kNames) {
    if (n == name) return k;
  }
  return std::nullopt;
}

std::string Error::describe() const {
  std::string out(to_string(kind));
  out += ' ';
  out += code;
  if (!field.empty()) out += " at " + field;
  if (!detail.empty()) out += ": " + detail;
  std::string_view file = where.file_name();
  if (auto slash = file.find_last_of('/'); slash != std::string_view::npos)
    file.remove_prefix(slash + 1);
  out += " (" + std::string(file) + ":" + std::to_string(where.line()) + ")";
  return out;
}

void invariant_broken(std::string_view what, SourceLocation at) {
  std::fprintf(stderr, "gerbang: invariant broken: %.*s at %s:%u\n", static_cast<int>(what.size()),
               what.data(), at.file_name(), at.line());
  std::fflush(stderr);
  std::abort();
}

}  // namespace gerbang
