#include "gateway/cli/credentials.hpp"

namespace gerbang::cli {

namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

}  // namespace

Result<json::Value> parse_credentials(std::string_view text) {
  if (const auto begin = text.find_first_not_of(" \t\r\n");
      begin != std::string_view::npos && text[begin] == '{') {
    auto object = json::parse(text);
    // The parser's own words could quote a key.
    if (!object) return Error(ErrorKind::invalid, "credentials_file", "not valid JSON");
    for (const auto& [name, value] : object->members()) {
      if (!value.is_string())
        return Error(ErrorKind::invalid, "credentials_file",
                     "the value of " + name + " is no text");
    }
    return object;
  }
  json::Object out;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty() || line.front() == '#') continue;
    const auto equals = line.find('=');
    const std::string_view name = trimmed(line.substr(0, equals));
    if (equals == std::string_view::npos || name.empty() || out.find(name))
      return Error(ErrorKind::invalid, "credentials_file",
                   "line " + std::to_string(number) + " is no name=value, or repeats a name");
    out.append(std::string(name), trimmed(line.substr(equals + 1)));
  }
  if (out.empty()) return Error(ErrorKind::invalid, "credentials_file", "no key in it");
  return json::Value(std::move(out));
}

}  // namespace gerbang::cli
