#include "config/secrets.hpp"

#include <charconv>
#include <fstream>
#include <optional>

#include "core/base/crypto.hpp"

namespace gerbang::config {

namespace {

constexpr std::size_t kMostBytes = 64 * 1024;
constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kLeastAdminKey = 24;

Error bad_key(const std::string& path, std::string_view why) {
  return Error(ErrorKind::invalid, "vault_bad_key", path + ": " + std::string(why));
}

std::optional<Secret> key_of(std::string_view text) {
  if (auto hex = from_hex(text); hex && hex->size() == kKeyBytes) return Secret(std::move(*hex));
  if (auto raw = from_base64(text); raw && raw->size() == kKeyBytes) return Secret(std::move(*raw));
  return std::nullopt;
}

std::string_view trimmed(std::string_view s) {
  const auto first = s.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return s.substr(first, s.find_last_not_of(" \t\r") - first + 1);
}

}  // namespace

Result<Secret> read_secret_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text(kMostBytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  const auto length = static_cast<std::size_t>(in.gcount());
  if (in.bad() || (length == 0 && !in.eof())) {
    return Error(ErrorKind::invalid, "secret_missing", path + " cannot be read");
  }
  if (length > kMostBytes) {
    return Error(ErrorKind::invalid, "secret_missing", path + " is too long for a secret");
  }
  text.resize(length);
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  if (text.empty()) return Error(ErrorKind::invalid, "secret_missing", path + " is empty");
  return Secret(std::move(text));
}

Result<std::map<std::uint32_t, Secret>> read_master_keys(const std::string& path) {
  GERBANG_TRY(file, read_secret_file(path));
  std::map<std::uint32_t, Secret> out;
  std::string_view rest = file.reveal();
  if (auto only = key_of(trimmed(rest))) {
    out.emplace(1, std::move(*only));
    return out;
  }
  while (!rest.empty()) {
    const auto end = rest.find('\n');
    const std::string_view line = trimmed(rest.substr(0, end));
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    if (line.empty()) continue;
    const auto colon = line.find(':');
    std::uint32_t number = 0;
    if (colon == std::string_view::npos) return bad_key(path, "a key is 32 bytes in hex or base64");
    const auto [stop, error] = std::from_chars(line.data(), line.data() + colon, number);
    if (error != std::errc() || stop != line.data() + colon || number == 0) {
      return bad_key(path, "lines are <number>:<key>, numbers from 1");
    }
    auto key = key_of(trimmed(line.substr(colon + 1)));
    if (!key) return bad_key(path, "a key is 32 bytes in hex or base64");
    if (!out.emplace(number, std::move(*key)).second) {
      return bad_key(path, "key " + std::to_string(number) + " is there twice");
    }
  }
  return out;
}

Result<std::string> read_admin_key_hash(const std::string& path) {
  constexpr std::string_view kPrefix = "sha256:";
  GERBANG_TRY(file, read_secret_file(path));
  const std::string_view text = trimmed(file.reveal());
  if (text.starts_with(kPrefix)) {
    const auto digest = from_hex(text.substr(kPrefix.size()));
    if (digest && digest->size() == Sha256().size()) return to_hex(*digest);
  } else if (text.size() >= kLeastAdminKey) {
    return to_hex(sha256(text));
  }
  return Error(ErrorKind::invalid, "admin_key_weak",
               path + ": at least 24 characters, or sha256:<64 hex digits>");
}

}  // namespace gerbang::config
