#include "gateway/plugins/plugins.hpp"

#include <dlfcn.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "config/messages.hpp"
#include "core/base/log.hpp"
#include "core/connector/plugin.hpp"

namespace gerbang::plugins {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kLongestStamp = 512;
constexpr std::uintmax_t kMostWords = 1'000'000;

bool is_channel_name(const std::string& name) {
  return name.size() >= 2 && name.size() <= 30 && name[0] >= 'a' && name[0] <= 'z' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
         });
}

// Loading runs what stands in the file, so it is looked at before: whose folder, which file, and
// who may have written it.
Result<std::string> trusted_file(const std::string& directory, const std::string& file_name) {
  const std::string wanted = (fs::path(directory) / file_name).string();
  std::error_code failed;
  const fs::path folder = fs::canonical(directory, failed);
  if (failed || !fs::is_directory(folder, failed))
    return Error(ErrorKind::not_found, "connector_file_missing", "no folder " + directory);
  const fs::path file = fs::canonical(wanted, failed);
  if (failed) return Error(ErrorKind::not_found, "connector_file_missing", "no file " + wanted);
  if (file.parent_path() != folder)
    return Error(ErrorKind::forbidden, "connector_file_unsafe",
                 wanted + " leads out of its folder, to " + file.string());
  for (const fs::path& path : {folder, file}) {
    struct stat about {};
    if (::stat(path.c_str(), &about) != 0 || (path == file && !S_ISREG(about.st_mode)))
      return Error(ErrorKind::invalid, "connector_file_broken", path.string() + " is no file");
    if ((about.st_mode & S_IWOTH) != 0)
      return Error(ErrorKind::forbidden, "connector_file_unsafe",
                   "everybody may write " + path.string());
  }
  return file.string();
}

// What the connector's own error codes mean. A connector without any has no such file.
Result<void> load_words(const std::string& directory, const std::string& name) {
  Result<std::string> file = trusted_file(directory, "gerbang-" + name + ".codes.tsv");
  if (!file && file.error().kind == ErrorKind::not_found) return {};
  if (!file) return std::move(file).error();
  std::error_code failed;
  const auto size = fs::file_size(*file, failed);
  if (failed || size > kMostWords)
    return Error(ErrorKind::too_large, "connector_words_broken", *file + " is over 1 MB");
  std::ifstream in(*file, std::ios::binary);
  const std::string lines{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  Result<void> added = messages::add_messages(lines);
  if (added) return {};
  Error error = std::move(added).error();
  error.detail = *file + ", " + error.detail;
  return error;
}

std::string last_failure() {
  const char* text = ::dlerror();
  return text != nullptr ? text : "unknown";
}

class Library {
 public:
  explicit Library(void* handle) : handle_(handle) {}
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  ~Library() {
    if (handle_ != nullptr) ::dlclose(handle_);
  }
  void* symbol(const char* name) const { return ::dlsym(handle_, name); }
  // Objects of its classes live on: it is never unloaded.
  void keep() { handle_ = nullptr; }

 private:
  void* handle_;
};

// The first item in which two stamps differ, for the host to see what to build anew.
std::string difference(std::string_view theirs, std::string_view ours) {
  const auto next = [](std::string_view& rest) {
    const auto end = rest.find("; ");
    const std::string_view item = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 2);
    return item;
  };
  while (!theirs.empty() || !ours.empty()) {
    const std::string_view a = next(theirs), b = next(ours);
    if (a != b)
      return "built with \"" + std::string(a) + "\", needed is \"" + std::string(b) + "\"";
  }
  return "";
}

}  // namespace

Result<std::unique_ptr<Connector>> load(const std::string& directory, const std::string& name) {
  if (!is_channel_name(name))
    return Error(ErrorKind::invalid, "connector_name_invalid", "\"" + name + "\"");
  GERBANG_TRY(file, trusted_file(directory, "gerbang-" + name + ".so"));
  void* const handle = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr)
    return Error(ErrorKind::invalid, "connector_file_broken", file + ": " + last_failure());
  Library library(handle);
  const auto* stamp = static_cast<const char*>(library.symbol(kStampSymbol));
  if (stamp == nullptr)
    return Error(ErrorKind::invalid, "connector_stamp_missing", file + " has no stamp");
  const std::string_view theirs(stamp, ::strnlen(stamp, kLongestStamp));
  if (theirs != GERBANG_CONNECTOR_STAMP)
    return Error(ErrorKind::conflict, "connector_stamp_differs",
                 file + ": " + difference(theirs, GERBANG_CONNECTOR_STAMP));
  // From here on both sides mean the same by every type.
  const auto make = reinterpret_cast<MakeConnector>(library.symbol(kMakeSymbol));
  std::unique_ptr<Connector> connector(make != nullptr ? make() : nullptr);
  if (connector == nullptr)
    return Error(ErrorKind::invalid, "connector_not_made", file + " makes no connector");
  const std::string channel = connector->info().channel;
  if (channel != name) {
    connector.reset();  // before its code goes
    return Error(ErrorKind::invalid, "connector_not_made",
                 file + " holds the connector of another channel");
  }
  if (Result<void> words = load_words(directory, name); !words) {
    connector.reset();
    return std::move(words).error();
  }
  library.keep();
  return connector;
}

Result<void> load_all(Registry& registry, const std::string& directory,
                      const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (registry.find(name) != nullptr)
      return Error(ErrorKind::conflict, "connector_duplicate",
                   "there is a connector of channel \"" + name + "\" already");
    GERBANG_TRY(connector, load(directory, name));
    registry.add(std::move(connector));
    log::info("connector.loaded", {{"channel", name}});
  }
  return {};
}

}  // namespace gerbang::plugins
