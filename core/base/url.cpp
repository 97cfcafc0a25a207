#include "core/base/url.hpp"

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace gerbang {

namespace {
int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}
bool unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}
// Names, IPv4 and IPv6 (which Boost has checked); other scripts are written as "xn--…".
bool host_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
         c == ':';
}
}  // namespace

std::string percent_encode(std::string_view text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (unreserved(c)) {
      out += c;
    } else {
      out += '%';
      out += kDigits[static_cast<unsigned char>(c) >> 4];
      out += kDigits[static_cast<unsigned char>(c) & 15];
    }
  }
  return out;
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int hi = hex_digit(text[i + 1]), lo = hex_digit(text[i + 2]);
      if (hi < 0 || lo < 0 || (hi == 0 && lo == 0)) return std::nullopt;
      out += static_cast<char>(hi * 16 + lo);
      i += 2;
    } else {
      out += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

std::string build_query(const QueryItems& items) {
  std::string out;
  for (const auto& [k, v] : items) {
    if (!out.empty()) out += '&';
    out += percent_encode(k) + "=" + percent_encode(v);
  }
  return out;
}

std::optional<QueryItems> parse_query(std::string_view query) {
  QueryItems out;
  while (!query.empty()) {
    const auto amp = query.find('&');
    const std::string_view pair = query.substr(0, amp);
    query = amp == std::string_view::npos ? std::string_view() : query.substr(amp + 1);
    if (pair.empty()) continue;
    const auto eq = pair.find('=');
    auto key = percent_decode(pair.substr(0, eq), true);
    auto value = eq == std::string_view::npos ? std::optional<std::string>("")
                                              : percent_decode(pair.substr(eq + 1), true);
    if (!key || !value) return std::nullopt;
    out.emplace_back(std::move(*key), std::move(*value));
  }
  return out;
}

std::optional<std::string> query_value(const QueryItems& items, std::string_view name) {
  for (const auto& [k, v] : items) {
    if (k == name) return v;
  }
  return std::nullopt;
}

std::string Url::authority() const {
  std::string out = host.find(':') != std::string::npos ? "[" + host + "]" : host;
  if (port != (scheme == "https" ? 443 : 80)) out += ":" + std::to_string(port);
  return out;
}

Result<Url> parse_url(std::string_view text) {
  const auto bad = [](const char* why) { return Error(ErrorKind::invalid, "url_invalid", why); };
  if (text.size() > 4096) return bad("longer than 4096 characters");
  const auto parsed = boost::urls::parse_uri(text);
  if (!parsed) return bad("not an absolute address");
  const boost::urls::url_view& u = *parsed;
  Url out;
  out.scheme = std::string(u.scheme());
  std::transform(out.scheme.begin(), out.scheme.end(), out.scheme.begin(), [](unsigned char c) {
    return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  });
  if (out.scheme != "http" && out.scheme != "https") return bad("neither http nor https");
  if (u.has_userinfo()) return bad("contains user information");
  if (u.has_fragment()) return bad("contains a fragment");
  out.host = std::string(u.host_address());
  std::transform(out.host.begin(), out.host.end(), out.host.begin(), [](unsigned char c) {
    return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  });
  if (out.host.empty()) return bad("no host");
  // Escapes in the host are decoded here: "http://a%2Fb/" would be the host "a/b", which means
  // something else when it is printed.
  if (!std::all_of(out.host.begin(), out.host.end(), host_char))
    return bad("a character in the host that no host name has");
  if (out.host.find(':') != std::string::npos && u.host_type() != boost::urls::host_type::ipv6)
    return bad("a ':' in the host, which is no IPv6 address");
  if (u.has_port()) {
    if (u.port_number() == 0) return bad("port out of range");
    out.port = u.port_number();
  } else {
    out.port = out.scheme == "https" ? 443 : 80;
  }
  out.path = std::string(u.encoded_path());
  // Boost 1.81 reads "http://a:8443b/c" as port 8443 and a path that begins with "b": the host and
  // what follows it would run together when the address is printed.
  if (out.path.empty()) out.path = "/";
  if (out.path.front() != '/') return bad("no '/' after the host");
  out.query = std::string(u.encoded_query());
  return out;
}

std::string loggable_url(std::string_view url) {
  return std::string(url.substr(0, url.find_first_of("?#")));
}

}  // namespace gerbang
