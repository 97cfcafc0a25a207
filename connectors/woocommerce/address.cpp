#include "connectors/woocommerce/address.hpp"

#include "core/base/url.hpp"

namespace gerbang::woocommerce {

namespace {

constexpr std::size_t kLongest = 200;

Error invalid(std::string detail) {
  return Error(ErrorKind::invalid, "shop_address_invalid", std::move(detail))
      .at_field("/credentials/address");
}

std::string_view trimmed(std::string_view s) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
  while (!s.empty() && blank(s.front())) s.remove_prefix(1);
  while (!s.empty() && blank(s.back())) s.remove_suffix(1);
  return s;
}

bool is_path_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-._~/").find(c) != std::string_view::npos;
}

}  // namespace

Result<std::string> shop_address(std::string_view typed) {
  std::string text(trimmed(typed));
  if (text.empty()) return invalid("empty");
  if (text.size() > kLongest) return invalid("longer than 200 characters");
  if (text.find("://") == std::string::npos) text.insert(0, "https://");
  const auto url = parse_url(text);
  if (!url) return invalid(url.error().detail);
  if (!url->query.empty()) return invalid("an address has no question mark");
  std::string path = url->path;
  for (const std::string_view page : {"/wp-json", "/wp-admin", "/wp-login.php"}) {
    if (const auto at = path.find(page); at != std::string::npos) path.resize(at);
  }
  while (path.ends_with('/')) path.pop_back();
  for (const char c : path) {
    if (!is_path_character(c)) return invalid("a character that no shop's path has");
  }
  if (path.find("//") != std::string::npos || path.find("/.") != std::string::npos)
    return invalid("not a plain path");
  return url->scheme + "://" + url->authority() + path;
}

std::string hook_path(std::string_view address) {
  const auto mark = address.find("://");
  const std::string_view rest = mark == std::string_view::npos ? address : address.substr(mark + 3);
  return (address.starts_with("http://") ? "/p/" : "/s/") + std::string(rest);
}

std::optional<std::string> address_of_hook_path(std::string_view path) {
  if (!path.starts_with("/s/") && !path.starts_with("/p/")) return std::nullopt;
  const std::string address =
      (path.starts_with("/s/") ? "https://" : "http://") + std::string(path.substr(3));
  const auto known = shop_address(address);
  // Only the one spelling: two would be two shops.
  if (!known || *known != address) return std::nullopt;
  return address;
}

}  // namespace gerbang::woocommerce
