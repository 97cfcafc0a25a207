// Reads TOML against the table of settings. toml++ stays in this file: its headers are heavy.
#include "config/config.hpp"

#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "config/definitions.hpp"
#include "config/secrets.hpp"
#include "config/units.hpp"
#include "core/base/url.hpp"

namespace gerbang::config {

namespace {

constexpr std::size_t kMostBytes = 1024 * 1024;

// Names under which people write a secret although it must not stand here.
bool names_a_secret(std::string_view key) {
  static constexpr std::string_view kNames[] = {
      "secret", "push_secret", "push_secret_before", "partner_key", "client_secret",
      "key",    "admin_key",   "master_key",         "password",    "token"};
  return std::find(std::begin(kNames), std::end(kNames), key) != std::end(kNames);
}

// Edit distance, for "did you mean".
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

std::string did_you_mean(std::string_view key, const std::vector<std::string_view>& known) {
  std::string_view best;
  std::size_t least = std::max<std::size_t>(2, key.size() / 3) + 1;
  for (const std::string_view k : known) {
    if (const std::size_t d = distance(key, k); d < least) {
      least = d;
      best = k;
    }
  }
  return best.empty() ? std::string() : "; did you mean \"" + std::string(best) + "\"?";
}

bool is_channel(std::string_view name) {
  return name.size() >= 2 && name.size() <= 30 && name[0] >= 'a' && name[0] <= 'z' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
         });
}

class Loader {
 public:
  Loader(std::string directory, const Environment& environment)
      : directory_(std::move(directory)), environment_(environment) {}

  Result<Config> load(std::string_view text);

 private:
  struct Finding {
    std::size_t line;  // 0: about something that is not there
    FieldError error;
  };

  void fail(std::size_t line, std::string field, std::string_view code, std::string detail) {
    if (line > 0) detail = "line " + std::to_string(line) + ": " + detail;
    findings_.push_back({line, {std::move(field), std::string(code), std::move(detail)}});
  }

  static std::size_t line_of(const toml::node& node) { return node.source().begin.line; }

  // The settings of `owner` that stand in `table`; every other key is refused.
  template <class S>
  void read_table(const toml::table& table, const std::string& pointer, std::string_view section,
                  std::span<const Setting<S>> all, S& owner);
  template <class S>
  void read_value(const toml::node& node, const std::string& field, const Setting<S>& setting,
                  S& owner);
  void unknown_key(const toml::key& key, const std::string& field,
                   const std::vector<std::string_view>& known);
  void read_apps(const toml::node& node, Config& config);
  void read_app(const toml::table& table, std::size_t index, Config& config);
  void complete(Config& config);
  void complete_app(App& app, std::size_t line, const std::string& pointer,
                    const std::string& public_url);
  Secret secret_of(const std::string& file, const std::string& variable, std::size_t line,
                   const std::string& field);

  std::string absolute(const std::string& path) const {
    if (path.empty() || path == ":memory:") return path;
    return (std::filesystem::path(directory_) / path).lexically_normal().string();
  }

  std::string directory_;
  const Environment& environment_;
  std::vector<Finding> findings_;
  std::map<std::string, std::size_t> lines_;  // field → where it was written
  std::vector<std::size_t> app_lines_;
};

void Loader::unknown_key(const toml::key& key, const std::string& field,
                         const std::vector<std::string_view>& known) {
  const std::string name(key.str());
  const std::size_t line = key.source().begin.line;
  if (names_a_secret(name)) {
    fail(line, field, "config_secret_inline",
         "\"" + name +
             "\" would be a secret in this file; name a file or an environment variable "
             "instead" +
             did_you_mean(name + "_file", known));
    return;
  }
  std::string hint = did_you_mean(name, known);
  if (hint.empty()) {
    for (const Setting<Config>& s : settings()) {
      if (s.key == name) hint = "; it belongs to [" + std::string(s.section) + "]";
    }
  }
  fail(line, field, "config_key_unknown", "\"" + name + "\" is no setting here" + hint);
}

template <class S>
void Loader::read_table(const toml::table& table, const std::string& pointer,
                        std::string_view section, std::span<const Setting<S>> all, S& owner) {
  std::vector<std::string_view> known;
  for (const Setting<S>& s : all) {
    if (s.section == section) known.push_back(s.key);
  }
  for (const auto& [key, node] : table) {
    const std::string field = pointer + "/" + std::string(key.str());
    const auto setting = std::find_if(all.begin(), all.end(), [&](const Setting<S>& s) {
      return s.section == section && s.key == key.str();
    });
    if (setting == all.end()) {
      unknown_key(key, field, known);
    } else {
      lines_[field] = line_of(node);
      read_value(node, field, *setting, owner);
    }
  }
}

template <class S>
void Loader::read_value(const toml::node& node, const std::string& field, const Setting<S>& setting,
                        S& owner) {
  const std::size_t line = line_of(node);
  const Target target = setting.at(owner);
  const auto wrong_type = [&] {
    fail(line, field, "wrong_type", std::string(wanted(setting.kind)) + " is expected");
  };
  const auto out_of_range = [&] {
    fail(line, field, "out_of_range",
         "allowed: " + limits_text(setting.kind, setting.least, setting.most, setting.choices));
  };
  // Stores what a parser of units gave, within the limits.
  const auto store = [&](auto parsed, auto number_of, auto* to) {
    if (!parsed) {
      fail(line, field, parsed.error().code, parsed.error().detail);
    } else if (number_of(*parsed) < setting.least || number_of(*parsed) > setting.most) {
      out_of_range();
    } else {
      *to = *parsed;
    }
  };

  switch (setting.kind) {
    case Kind::text:
    case Kind::path:
    case Kind::url:
    case Kind::choice: {
      const auto text = node.value_exact<std::string>();
      if (!text) return wrong_type();
      std::string& to = **std::get_if<std::string*>(&target);
      if (setting.kind == Kind::choice) {
        const std::string all = "|" + std::string(setting.choices) + "|";
        if (text->empty() || text->find('|') != std::string::npos ||
            all.find("|" + *text + "|") == std::string::npos) {
          return out_of_range();
        }
      }
      if (setting.kind == Kind::url && !text->empty()) {
        if (!parse_url(*text)) {
          return fail(line, field, "url_invalid", "a complete http or https address is expected");
        }
        if (text->back() == '/') {
          return fail(line, field, "url_invalid", "leave the slash at the end out");
        }
      }
      if (setting.required && text->empty()) {
        return fail(line, field, "field_missing", "it must not be empty");
      }
      to = setting.kind == Kind::path ? absolute(*text) : *text;
      return;
    }
    case Kind::integer: {
      const auto number = node.value_exact<std::int64_t>();
      if (!number) return wrong_type();
      if (*number < setting.least || *number > setting.most) return out_of_range();
      **std::get_if<int*>(&target) = static_cast<int>(*number);
      return;
    }
    case Kind::boolean: {
      const auto flag = node.value_exact<bool>();
      if (!flag) return wrong_type();
      **std::get_if<bool*>(&target) = *flag;
      return;
    }
    case Kind::number: {
      const auto number = node.value<double>();
      if (!number || node.is_boolean()) return wrong_type();
      // NaN compares false with everything.
      if (!(*number > static_cast<double>(setting.least) &&
            *number <= static_cast<double>(setting.most))) {
        return out_of_range();
      }
      **std::get_if<double*>(&target) = *number;
      return;
    }
    case Kind::duration:
    case Kind::size:
    case Kind::percent: {
      const auto text = node.value_exact<std::string>();
      if (!text) {
        if (!node.is_number()) return wrong_type();
        return fail(line, field, "unit_missing",
                    std::string(wanted(setting.kind)) + " is expected");
      }
      const auto as_int64 = [](auto n) { return static_cast<std::int64_t>(n); };
      if (setting.kind == Kind::duration) {
        store(
            parse_duration(*text), [](Duration d) { return d.count(); },
            *std::get_if<Duration*>(&target));
      } else if (setting.kind == Kind::size) {
        store(parse_size(*text), as_int64, *std::get_if<std::uint64_t*>(&target));
      } else {
        store(parse_percent(*text), as_int64, *std::get_if<int*>(&target));
      }
      return;
    }
    case Kind::list: {
      const toml::array* list = node.as_array();
      if (list == nullptr) return wrong_type();
      std::vector<std::string> out;
      for (const toml::node& one : *list) {
        auto text = one.value_exact<std::string>();
        if (!text) return wrong_type();
        out.push_back(std::move(*text));
      }
      **std::get_if<std::vector<std::string>*>(&target) = std::move(out);
      return;
    }
  }
}

void Loader::read_apps(const toml::node& node, Config& config) {
  const toml::array* list = node.as_array();
  const bool tables = list != nullptr && std::all_of(list->begin(), list->end(),
                                                     [](const auto& n) { return n.is_table(); });
  if (!tables) {
    fail(line_of(node), "/app", "wrong_type", "write each app as a block that begins with [[app]]");
    return;
  }
  for (std::size_t i = 0; i < list->size(); ++i) read_app(*(*list)[i].as_table(), i, config);
}

void Loader::read_app(const toml::table& table, std::size_t index, Config& config) {
  const std::string pointer = "/app/" + std::to_string(index);
  const std::size_t line = line_of(table);
  App app;
  read_table(table, pointer, "", app_settings(), app);
  if (app.channel.empty()) {
    if (!table.contains("channel")) {
      fail(line, pointer + "/channel", "field_missing", "the app needs a channel");
    }
  } else if (!is_channel(app.channel)) {
    fail(lines_[pointer + "/channel"], pointer + "/channel", "channel_invalid",
         "small letters, digits and '_'");
  } else if (std::any_of(config.apps.begin(), config.apps.end(),
                         [&](const App& a) { return a.channel == app.channel; })) {
    fail(lines_[pointer + "/channel"], pointer + "/channel", "duplicate",
         "another app of this channel stands above");
  }
  if (const ChannelDefaults* known = channel_defaults(app.channel)) {
    if (!table.contains("enabled")) app.enabled = known->enabled;
    if (app.api_url.empty()) app.api_url = known->api_url;
    if (app.auth_url.empty()) app.auth_url = known->auth_url;
  }
  config.apps.push_back(std::move(app));
  app_lines_.push_back(line);
}

Secret Loader::secret_of(const std::string& file, const std::string& variable, std::size_t line,
                         const std::string& field) {
  if (!file.empty() && !variable.empty()) {
    fail(line, field, "duplicate", "a file and an environment variable are named; one is enough");
  } else if (!file.empty()) {
    auto secret = read_secret_file(file);
    if (secret) return std::move(*secret);
    fail(line, field, secret.error().code, secret.error().detail);
  } else if (!variable.empty()) {
    auto value = environment_(variable);
    if (value && !value->empty()) return Secret(std::move(*value));
    fail(line, field, "secret_missing", "the environment variable " + variable + " is not set");
  }
  return {};
}

void Loader::complete_app(App& app, std::size_t line, const std::string& pointer,
                          const std::string& public_url) {
  if (app.hook_url.empty()) app.hook_url = public_url + "/hooks/" + app.channel;
  if (app.redirect_url.empty()) {
    app.redirect_url = public_url + "/oauth/" + app.channel + "/callback";
  }
  if (!app.enabled) return;  // its secrets may be gone already
  const auto at = [&](std::string_view key) {
    const auto written = lines_.find(pointer + "/" + std::string(key));
    return written == lines_.end() ? line : written->second;
  };
  const ChannelDefaults* known = channel_defaults(app.channel);
  const bool partner = known == nullptr || !known->only_push_secret;
  for (const auto& [key, value] : {std::pair{"app_id", &app.app_id}, {"api_url", &app.api_url}}) {
    if (partner && value->empty()) {
      fail(at(key), pointer + "/" + key, "field_missing",
           "the app of channel \"" + app.channel + "\" needs " + key);
    }
  }
  if (!partner && app.push_secret_file.empty() && app.push_secret_env.empty()) {
    fail(line, pointer + "/push_secret_file", "field_missing",
         "the app of channel \"" + app.channel + "\" needs push_secret_file or push_secret_env");
  }
  if (partner && app.secret_file.empty() && app.secret_env.empty()) {
    fail(line, pointer + "/secret_file", "field_missing",
         "the app of channel \"" + app.channel + "\" needs secret_file or secret_env");
  }
  app.secret = secret_of(app.secret_file, app.secret_env,
                         at(app.secret_file.empty() ? "secret_env" : "secret_file"),
                         pointer + "/secret_file");
  app.push_secret =
      secret_of(app.push_secret_file, app.push_secret_env,
                at(app.push_secret_file.empty() ? "push_secret_env" : "push_secret_file"),
                pointer + "/push_secret_file");
  app.push_secret_before =
      secret_of(app.push_secret_before_file, app.push_secret_before_env,
                at(app.push_secret_before_file.empty() ? "push_secret_before_env"
                                                       : "push_secret_before_file"),
                pointer + "/push_secret_before_file");
}

void Loader::complete(Config& config) {
  Server& server = config.server;
  if (server.tls_cert.empty() != server.tls_key.empty()) {
    const std::string given = server.tls_cert.empty() ? "tls_key" : "tls_cert";
    const std::string missing = server.tls_cert.empty() ? "tls_cert" : "tls_key";
    fail(lines_["/server/" + given], "/server/" + missing, "field_missing",
         given + " needs " + missing + " beside it");
  }
  if (server.public_url.empty()) {
    const bool v6 = server.address.find(':') != std::string::npos;
    server.public_url = std::string(server.tls_cert.empty() ? "http" : "https") + "://" +
                        (v6 ? "[" + server.address + "]" : server.address) + ":" +
                        std::to_string(server.port);
  }
  config.store.path = absolute(config.store.path);
  if (config.store.master_key_file.empty()) {
    if (!lines_.contains("/store/master_key_file")) {
      fail(0, "/store/master_key_file", "field_missing", "[store] needs master_key_file");
    }
  } else if (auto keys = read_master_keys(config.store.master_key_file)) {
    config.store.master_keys = std::move(*keys);
  } else {
    fail(lines_["/store/master_key_file"], "/store/master_key_file", keys.error().code,
         keys.error().detail);
  }
  if (!config.admin.key_file.empty()) {
    if (auto hash = read_admin_key_hash(config.admin.key_file)) {
      config.admin.key_hash = std::move(*hash);
    } else {
      fail(lines_["/admin/key_file"], "/admin/key_file", hash.error().code, hash.error().detail);
    }
  }
  for (std::size_t i = 0; i < config.apps.size(); ++i) {
    complete_app(config.apps[i], app_lines_[i], "/app/" + std::to_string(i), server.public_url);
  }
}

Result<Config> Loader::load(std::string_view text) {
  Config config;
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    fail(parsed.error().source().begin.line, "", "config_syntax",
         std::string(parsed.error().description()));
  } else {
    std::vector<std::string_view> known = {"app"};
    for (const SectionInfo& s : sections()) known.push_back(s.name);
    for (const auto& [key, node] : parsed.table()) {
      const std::string name(key.str());
      if (name == "app") {
        read_apps(node, config);
      } else if (std::find(known.begin(), known.end(), name) == known.end()) {
        unknown_key(key, "/" + name, known);
      } else if (!node.is_table()) {
        fail(line_of(node), "/" + name, "wrong_type", "write it as a section: [" + name + "]");
      } else {
        read_table(*node.as_table(), "/" + name, name, settings(), config);
      }
    }
    complete(config);
  }
  if (findings_.empty()) return config;

  std::stable_sort(findings_.begin(), findings_.end(),
                   [](const Finding& a, const Finding& b) { return a.line < b.line; });
  Error error(ErrorKind::invalid, "config_invalid");
  for (Finding& f : findings_) {
    if (!error.detail.empty()) error.detail += "\n";
    error.detail += f.error.detail;
    if (f.line > 0 && !f.error.field.empty()) error.detail += " (" + f.error.field.substr(1) + ")";
    error.fields.push_back(std::move(f.error));
  }
  return error;
}

}  // namespace

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    return value;
  };
}

Result<Config> parse_config(std::string_view text, const std::string& directory,
                            const Environment& environment) {
  return Loader(directory, environment).load(text);
}

Result<Config> load_config(const std::string& path, const Environment& environment) {
  std::ifstream in(path, std::ios::binary);
  std::string text(kMostBytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (!in.eof() || in.bad()) {
    return Error(ErrorKind::invalid, "config_unreadable",
                 path + (text.empty() ? " cannot be read" : " is larger than 1 MiB"));
  }
  const auto directory = std::filesystem::path(path).parent_path();
  return parse_config(text, directory.empty() ? "." : directory.string(), environment);
}

}  // namespace gerbang::config
