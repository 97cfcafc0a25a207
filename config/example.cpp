// Prints the table of settings as a commented TOML file.
#include "config/config.hpp"
#include "config/definitions.hpp"
#include "config/units.hpp"

namespace gerbang::config {

namespace {

constexpr std::size_t kWidth = 100;

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string toml_of(Kind kind, const Target& target) {
  if (const auto* text = std::get_if<std::string*>(&target)) return quoted(**text);
  if (const auto* number = std::get_if<int*>(&target)) {
    const std::string digits = std::to_string(**number);
    return kind == Kind::percent ? quoted(digits + "%") : digits;
  }
  if (const auto* flag = std::get_if<bool*>(&target)) return **flag ? "true" : "false";
  if (const auto* duration = std::get_if<Duration*>(&target)) {
    return quoted(format_duration(**duration));
  }
  if (const auto* size = std::get_if<std::uint64_t*>(&target)) return quoted(format_size(**size));
  if (const auto* real = std::get_if<double*>(&target)) {
    std::string digits = std::to_string(**real);
    digits.erase(digits.find_last_not_of('0') + 1);
    return digits.back() == '.' ? digits + "0" : digits;
  }
  std::string out = "[";
  for (const std::string& one : **std::get_if<std::vector<std::string>*>(&target)) {
    out += (out.size() > 1 ? ", " : "") + quoted(one);
  }
  return out + "]";
}

void comment(std::string& out, std::string_view text) {
  std::string line = "#";
  while (!text.empty()) {
    const auto space = text.find(' ');
    const std::string_view word = text.substr(0, space);
    text = space == std::string_view::npos ? std::string_view() : text.substr(space + 1);
    if (line.size() + 1 + word.size() > kWidth) {
      out += line + "\n";
      line = "#";
    }
    line += " " + std::string(word);
  }
  out += line + "\n";
}

template <class S>
void print(std::string& out, const Setting<S>& setting, S& defaults, bool commented_out) {
  std::string text(setting.description);
  const std::string limits =
      limits_text(setting.kind, setting.least, setting.most, setting.choices);
  if (!limits.empty()) text += " (" + limits + ")";
  if (setting.required) text += " Required.";
  comment(out, text);
  const std::string value = setting.example.empty() ? toml_of(setting.kind, setting.at(defaults))
                                                    : std::string(setting.example);
  if (commented_out) out += "#";
  out += std::string(setting.key) + " = " + value + "\n";
}

}  // namespace

std::string example_config() {
  std::string out;
  comment(
      out,
      "Configuration of gerbang. Lines that begin with \"#name =\" show a setting's default, or "
      "an example where the default is empty; take the # away to change it. Durations are "
      "written \"20s\", \"5m\", \"1h30m\", sizes \"256KiB\", \"1MiB\". Relative paths start at "
      "this file's folder. Secrets never stand here: they are read from files or environment "
      "variables. Check the file with: gerbang check-config");
  Config defaults;
  for (const SectionInfo& section : sections()) {
    out += "\n";
    comment(out, section.description);
    out += "[" + std::string(section.name) + "]\n";
    for (const Setting<Config>& s : settings()) {
      if (s.section == section.name) print(out, s, defaults, !s.required);
    }
  }
  out += "\n";
  comment(out, "Our partner account at a channel; one [[app]] block for each.");
  out += "#[[app]]\n";
  App app;
  for (const Setting<App>& s : app_settings()) print(out, s, app, true);
  return out;
}

}  // namespace gerbang::config
