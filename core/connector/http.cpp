#include "core/connector/http.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/base/crypto.hpp"

namespace gerbang {

namespace {
constexpr std::array<std::pair<Method, std::string_view>, 6> kMethods = {{
    {Method::get, "GET"},
    {Method::head, "HEAD"},
    {Method::post, "POST"},
    {Method::put, "PUT"},
    {Method::patch, "PATCH"},
    {Method::del, "DELETE"},
}};

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

std::string_view trim(std::string_view s) {
  while (!s.empty() && (s.front() == ' ' || s.front() == '\t')) s.remove_prefix(1);
  while (!s.empty() && (s.back() == ' ' || s.back() == '\t')) s.remove_suffix(1);
  return s;
}

// "Sun, 06 Nov 1994 08:49:37 GMT" (IMF-fixdate).
std::optional<TimePoint> http_date(std::string_view text) {
  static constexpr std::array<std::string_view, 12> kMonths = {
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (text.size() != 29 || !text.ends_with(" GMT")) return std::nullopt;
  const auto month = std::find(kMonths.begin(), kMonths.end(), text.substr(8, 3));
  if (month == kMonths.end()) return std::nullopt;
  const auto m = static_cast<int>(month - kMonths.begin()) + 1;
  std::string iso(text.substr(12, 4));
  iso += m < 10 ? "-0" : "-";
  iso += std::to_string(m) + "-" + std::string(text.substr(5, 2)) + "T" +
         std::string(text.substr(17, 8)) + "Z";
  return from_rfc3339(iso);
}

// The value of a parameter of a header: boundary in multipart/form-data; boundary="x".
std::optional<std::string> parameter(std::string_view header, std::string_view name) {
  for (auto rest = header; !rest.empty();) {
    const auto semi = rest.find(';');
    std::string_view part = trim(rest.substr(0, semi));
    rest = semi == std::string_view::npos ? std::string_view() : rest.substr(semi + 1);
    const auto eq = part.find('=');
    if (eq == std::string_view::npos || !equal_ignoring_case(trim(part.substr(0, eq)), name))
      continue;
    part = trim(part.substr(eq + 1));
    if (part.size() >= 2 && part.front() == '"' && part.back() == '"')
      part = part.substr(1, part.size() - 2);
    return std::string(part);
  }
  return std::nullopt;
}
}  // namespace

std::string_view to_string(Method m) {
  for (const auto& [v, name] : kMethods) {
    if (v == m) return name;
  }
  return "GET";
}

std::optional<Method> method_from(std::string_view name) {
  for (const auto& [v, n] : kMethods) {
    if (n == name) return v;
  }
  return std::nullopt;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

void Headers::set(std::string_view name, std::string_view value) {
  erase(name);
  add(name, value);
}
void Headers::add(std::string_view name, std::string_view value) {
  items_.emplace_back(std::string(name), std::string(value));
}
std::optional<std::string_view> Headers::find(std::string_view name) const {
  for (const auto& [n, v] : items_) {
    if (equal_ignoring_case(n, name)) return v;
  }
  return std::nullopt;
}
std::size_t Headers::count(std::string_view name) const {
  return static_cast<std::size_t>(std::count_if(items_.begin(), items_.end(), [&](const auto& h) {
    return equal_ignoring_case(h.first, name);
  }));
}
void Headers::erase(std::string_view name) {
  std::erase_if(items_, [&](const auto& h) { return equal_ignoring_case(h.first, name); });
}

std::optional<Duration> retry_after(const HttpResponse& response, TimePoint now) {
  const auto header = response.headers.find("Retry-After");
  if (!header) return std::nullopt;
  const std::string_view text = trim(*header);
  std::int64_t seconds = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (ec == std::errc{} && end == text.data() + text.size()) {
    if (seconds < 0) return std::nullopt;
    return std::chrono::seconds(std::min<std::int64_t>(seconds, 7 * 86400));
  }
  if (const auto date = http_date(text)) return std::max(*date - now, Duration(0));
  return std::nullopt;
}

MultipartBody multipart(const std::vector<std::pair<std::string, std::string>>& fields,
                        const std::vector<MultipartFile>& files) {
  std::string all;
  for (const auto& [k, v] : fields) all += k + v;
  for (const auto& f : files) all += f.bytes;
  const std::string boundary = "gerbang-" + to_hex(sha256(all)).substr(0, 32);
  MultipartBody out;
  out.content_type = "multipart/form-data; boundary=" + boundary;
  for (const auto& [k, v] : fields) {
    out.body += "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + k + "\"\r\n\r\n" +
                v + "\r\n";
  }
  for (const auto& f : files) {
    out.body += "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + f.field +
                "\"; filename=\"" + f.filename + "\"\r\nContent-Type: " + f.content_type +
                "\r\n\r\n" + f.bytes + "\r\n";
  }
  out.body += "--" + boundary + "--\r\n";
  return out;
}

std::optional<std::vector<MultipartPart>> parse_multipart(std::string_view content_type,
                                                          std::string_view body) {
  if (!equal_ignoring_case(trim(content_type.substr(0, content_type.find(';'))),
                           "multipart/form-data"))
    return std::nullopt;
  const auto boundary = parameter(content_type, "boundary");
  if (!boundary || boundary->empty() || boundary->size() > 70) return std::nullopt;
  const std::string open = "--" + *boundary;
  std::vector<MultipartPart> parts;
  if (!body.starts_with(open)) return std::nullopt;
  std::size_t pos = open.size();
  for (;;) {
    if (body.substr(pos, 2) == "--") return parts;
    if (body.substr(pos, 2) != "\r\n") return std::nullopt;
    pos += 2;
    const auto head_end = body.find("\r\n\r\n", pos);
    if (head_end == std::string_view::npos) return std::nullopt;
    MultipartPart part;
    std::string_view head = body.substr(pos, head_end - pos);
    while (!head.empty()) {
      const auto eol = head.find("\r\n");
      const std::string_view line = head.substr(0, eol);
      head = eol == std::string_view::npos ? std::string_view() : head.substr(eol + 2);
      const auto colon = line.find(':');
      if (colon == std::string_view::npos) return std::nullopt;
      const std::string_view name = line.substr(0, colon), value = trim(line.substr(colon + 1));
      if (equal_ignoring_case(name, "Content-Disposition")) {
        part.field = parameter(value, "name").value_or("");
        part.filename = parameter(value, "filename");
      } else if (equal_ignoring_case(name, "Content-Type")) {
        part.content_type = std::string(value);
      }
    }
    pos = head_end + 4;
    const auto next = body.find("\r\n" + open, pos);
    if (next == std::string_view::npos) return std::nullopt;
    part.bytes = std::string(body.substr(pos, next - pos));
    parts.push_back(std::move(part));
    pos = next + 2 + open.size();
  }
}

}  // namespace gerbang
