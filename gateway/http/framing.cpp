#include "gateway/http/framing.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/base/url.hpp"

namespace gerbang::http {

namespace {

bool alpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool digit(char c) {
  return c >= '0' && c <= '9';
}
bool hex(char c) {
  return digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool lower_hex(char c) {
  return digit(c) || (c >= 'a' && c <= 'f');
}

bool token_char(char c) {
  return alpha(c) || digit(c) ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

// RFC 3986 pchar and '/'.
bool path_char(char c) {
  return alpha(c) || digit(c) ||
         std::string_view("-._~!$&'()*+,;=:@%/").find(c) != std::string_view::npos;
}

// Wider than RFC 3986: clients send brackets, bars and quotes unescaped in queries.
bool query_char(char c) {
  return c > 0x20 && c < 0x7f && c != '#';
}

std::string_view trim(std::string_view s) {
  while (!s.empty() && (s.front() == ' ' || s.front() == '\t')) s.remove_prefix(1);
  while (!s.empty() && (s.back() == ' ' || s.back() == '\t')) s.remove_suffix(1);
  return s;
}

template <class Visit>
void each_token(std::string_view list, Visit visit) {
  while (!list.empty()) {
    const auto comma = list.find(',');
    visit(trim(list.substr(0, comma)));
    list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
  }
}

Error malformed(const char* why) {
  return Error(ErrorKind::invalid, "request_malformed", why);
}
Error ambiguous(const char* why) {
  return Error(ErrorKind::invalid, "framing_ambiguous", why);
}
Error bad_target(const char* why) {
  return Error(ErrorKind::invalid, "target_invalid", why);
}

Result<void> read_target(std::string_view target, Head& head) {
  if (target.empty() || target.front() != '/') return bad_target("not in origin form");
  const auto mark = target.find('?');
  const std::string_view path = target.substr(0, mark);
  if (!std::all_of(path.begin(), path.end(), path_char)) return bad_target("character in the path");
  if (mark != std::string_view::npos) {
    const std::string_view query = target.substr(mark + 1);
    if (!std::all_of(query.begin(), query.end(), query_char))
      return bad_target("character in the query");
    head.query = std::string(query);
  }
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '%' && (i + 2 >= path.size() || !hex(path[i + 1]) || !hex(path[i + 2])))
      return bad_target("broken escape in the path");
  }
  std::string_view rest = path.substr(1);
  while (true) {
    const auto slash = rest.find('/');
    auto segment = percent_decode(rest.substr(0, slash));
    if (!segment) return bad_target("broken escape in the path");
    // A proxy in front may have resolved these before it decided who may pass.
    if (*segment == "." || *segment == "..") return bad_target("dot segment");
    if (std::any_of(segment->begin(), segment->end(),
                    [](unsigned char c) { return c < 0x20 || c == 0x7f; }))
      return bad_target("control character in the path");
    head.segments.push_back(std::move(*segment));
    if (slash == std::string_view::npos) break;
    rest = rest.substr(slash + 1);
  }
  head.target = std::string(target);
  head.path = percent_decode(path).value_or("");
  return {};
}

Result<void> read_request_line(std::string_view line, Head& head) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return malformed("request line");
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (method.empty() || !std::all_of(method.begin(), method.end(), token_char))
    return malformed("method");
  if (target.find(' ') != std::string_view::npos) return malformed("request line");
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    if (version.size() == 8 && version.starts_with("HTTP/") && digit(version[5]) &&
        version[6] == '.' && digit(version[7]))
      return Error(ErrorKind::invalid, "http_version_unsupported");
    return malformed("protocol version");
  }
  head.http11 = version == "HTTP/1.1";
  const auto known = method_from(method);
  if (!known) {
    static constexpr std::array<std::string_view, 3> kStandard = {"OPTIONS", "TRACE", "CONNECT"};
    const bool standard = std::find(kStandard.begin(), kStandard.end(), method) != kStandard.end();
    return Error(ErrorKind::invalid, standard ? "method_not_allowed" : "method_unknown");
  }
  head.method = *known;
  return read_target(target, head);
}

struct Seen {
  int host = 0, content_length = 0, transfer_encoding = 0;
};

Result<void> read_field(std::string_view name, std::string_view value, Head& head, Seen& seen) {
  if (equal_ignoring_case(name, "Host")) {
    if (++seen.host > 1) return Error(ErrorKind::invalid, "host_invalid", "more than one Host");
    if (!valid_host(value)) return Error(ErrorKind::invalid, "host_invalid", "malformed Host");
  } else if (equal_ignoring_case(name, "Content-Length")) {
    if (++seen.content_length > 1) return ambiguous("more than one Content-Length");
    if (value.empty() || value.size() > 18 || !std::all_of(value.begin(), value.end(), digit))
      return ambiguous("Content-Length is no plain number");
    std::from_chars(value.data(), value.data() + value.size(), head.content_length);
  } else if (equal_ignoring_case(name, "Transfer-Encoding")) {
    if (++seen.transfer_encoding > 1) return ambiguous("more than one Transfer-Encoding");
    if (!head.http11) return ambiguous("Transfer-Encoding in HTTP/1.0");
    if (value != "chunked") return ambiguous("Transfer-Encoding is not exactly chunked");
    head.chunked = true;
  } else if (equal_ignoring_case(name, "Expect")) {
    if (!equal_ignoring_case(value, "100-continue"))
      return Error(ErrorKind::invalid, "expectation_failed");
    head.expects_continue = head.http11;
  } else if (equal_ignoring_case(name, "Content-Encoding")) {
    if (!equal_ignoring_case(value, "identity"))
      return Error(ErrorKind::invalid, "content_encoding_unsupported");
  } else if (equal_ignoring_case(name, "Connection")) {
    each_token(value, [&](std::string_view token) {
      if (equal_ignoring_case(token, "close")) head.close = true;
    });
  }
  return {};
}

}  // namespace

Result<std::optional<std::size_t>> HeadScanner::look(std::string_view bytes) {
  const std::size_t end = std::min(bytes.size(), max_bytes_);
  for (; seen_ < end; ++seen_) {
    const auto c = static_cast<unsigned char>(bytes[seen_]);
    if (c == '\n') {
      if (seen_ == 0 || bytes[seen_ - 1] != '\r') return malformed("LF without CR");
      if (seen_ >= 3 && bytes[seen_ - 2] == '\n') return std::optional(seen_ + 1);
    } else if (seen_ > 0 && bytes[seen_ - 1] == '\r') {
      return malformed("CR without LF");
    } else if ((c < 0x20 && c != '\t' && c != '\r') || c == 0x7f) {
      return malformed("control character");
    }
  }
  if (bytes.size() >= max_bytes_) return Error(ErrorKind::too_large, "head_too_large");
  return std::optional<std::size_t>();
}

Result<Head> check_head(std::string_view block, const HeadLimits& limits) {
  if (block.size() > limits.bytes) return Error(ErrorKind::too_large, "head_too_large");
  if (!block.ends_with("\r\n\r\n")) return malformed("no blank line");
  Head head;
  Seen seen;
  const auto line_end = block.find("\r\n");
  GERBANG_CHECK(read_request_line(block.substr(0, line_end), head));

  std::string_view rest = block.substr(line_end + 2);
  rest.remove_suffix(2);
  std::size_t fields = 0;
  while (!rest.empty()) {
    const auto eol = rest.find("\r\n");
    const std::string_view line = rest.substr(0, eol);
    rest = rest.substr(eol + 2);
    if (++fields > limits.fields)
      return Error(ErrorKind::too_large, "head_too_large", "more fields than allowed");
    if (line.empty()) return malformed("blank line inside the head");
    if (line.front() == ' ' || line.front() == '\t') return malformed("folded field");
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) return malformed("field without name");
    const std::string_view name = line.substr(0, colon);
    if (!std::all_of(name.begin(), name.end(), token_char)) return malformed("field name");
    const std::string_view value = line.substr(colon + 1);
    if (std::any_of(value.begin(), value.end(),
                    [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; }))
      return malformed("control character in a field");
    GERBANG_CHECK(read_field(name, trim(value), head, seen));
  }
  if (seen.transfer_encoding > 0 && seen.content_length > 0)
    return ambiguous("Transfer-Encoding with Content-Length");
  // HTTP/1.0 did not know Host; probes and old proxies leave it out.
  if (seen.host == 0 && head.http11) return Error(ErrorKind::invalid, "host_invalid", "no Host");
  if (!head.http11) head.close = true;
  return head;
}

bool valid_host(std::string_view value) {
  std::string_view port;
  if (value.starts_with('[')) {
    const auto close = value.find(']');
    if (close == std::string_view::npos) return false;
    const std::string_view inside = value.substr(1, close - 1);
    if (inside.size() < 2 || inside.find(':') == std::string_view::npos ||
        !std::all_of(inside.begin(), inside.end(),
                     [](char c) { return hex(c) || c == ':' || c == '.'; }))
      return false;
    port = value.substr(close + 1);
  } else {
    const auto colon = value.find(':');
    const std::string_view name = value.substr(0, colon);
    if (name.empty() || name.size() > 253) return false;
    if (!std::all_of(name.begin(), name.end(), [](char c) {
          return alpha(c) || digit(c) || c == '-' || c == '.' || c == '_';
        }))
      return false;
    if (colon != std::string_view::npos) port = value.substr(colon);
  }
  if (port.empty()) return true;
  port.remove_prefix(1);
  if (value[value.size() - port.size() - 1] != ':') return false;
  unsigned number = 0;
  if (port.empty() || port.size() > 5 || !std::all_of(port.begin(), port.end(), digit))
    return false;
  std::from_chars(port.data(), port.data() + port.size(), number);
  return number <= 65535;
}

bool sane_request_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return alpha(c) || digit(c) || c == '.' || c == '_' || c == '-';
  });
}

bool valid_traceparent(std::string_view text) {
  if (text.size() != 55 || !text.starts_with("00-") || text[35] != '-' || text[52] != '-')
    return false;
  const auto part = [&](std::size_t from, std::size_t size) { return text.substr(from, size); };
  const auto hexes = [](std::string_view s) { return std::all_of(s.begin(), s.end(), lower_hex); };
  const auto zero = [](std::string_view s) {
    return s.find_first_not_of('0') == std::string_view::npos;
  };
  return hexes(part(3, 32)) && hexes(part(36, 16)) && hexes(part(53, 2)) && !zero(part(3, 32)) &&
         !zero(part(36, 16));
}

}  // namespace gerbang::http
