#include "gateway/cli/commands.hpp"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

namespace gerbang::cli {

Result<std::unique_ptr<Remote>> Context::remote() const {
  RemoteOptions options;
  const char* url_variable = std::getenv("GERBANG_URL");
  if (!url.empty()) {
    options.url = url;
  } else if (url_variable != nullptr && *url_variable != '\0') {
    options.url = url_variable;
  }
  while (options.url.ends_with('/')) options.url.pop_back();
  std::string key;
  if (!key_file.empty()) {
    std::ifstream file(key_file);
    if (!std::getline(file, key))
      return Error(ErrorKind::invalid, "key_missing", "cannot read " + key_file);
  } else if (const char* variable = std::getenv("GERBANG_KEY")) {
    key = variable;
  }
  if (key.empty())
    return Error(ErrorKind::unauthenticated, "key_missing",
                 "no key: use --key-file, or put it into GERBANG_KEY");
  options.key = Secret(std::move(key));
  options.language = language;
  options.ca_file = ca_file;
  return std::make_unique<Remote>(std::move(options));
}

void fail(Context& context, const Error& error) {
  context.exit_code = kFailed;
  if (context.json) {
    std::cerr << json::dump(json::object({{"code", error.code},
                                          {"kind", to_string(error.kind)},
                                          {"field", error.field},
                                          {"detail", error.detail}}))
              << "\n";
    return;
  }
  std::cerr << "gerbang: " << (error.detail.empty() ? error.code : error.detail);
  if (!error.field.empty()) std::cerr << " (" << error.field << ")";
  if (!error.detail.empty()) std::cerr << " [" << error.code << "]";
  std::cerr << "\n";
}

void print(const Context& context, const json::Value& document, const std::string& text) {
  if (context.json) {
    std::cout << json::dump(document) << "\n";
  } else if (!text.empty()) {
    std::cout << text << (text.ends_with('\n') ? "" : "\n");
  }
}

std::string table(const std::vector<std::vector<std::string>>& rows) {
  // Counts code points: names are in any script, columns need not be perfect.
  const auto width = [](const std::string& s) {
    std::size_t n = 0;
    for (const char c : s) n += (static_cast<unsigned char>(c) & 0xC0u) != 0x80u ? 1 : 0;
    return n;
  };
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  }
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - width(row[i]) + 2, ' ');
    }
    out += line + "\n";
  }
  return out;
}

Progress::Progress(std::string what, std::size_t total)
    : what_(std::move(what)), total_(total), terminal_(isatty(STDERR_FILENO) == 1) {
  draw();
}

Progress::~Progress() {
  if (terminal_) std::cerr << "\r\033[K" << std::flush;
}

void Progress::advance(std::size_t by) {
  done_ += by;
  draw();
}

void Progress::draw() {
  if (!terminal_) return;
  constexpr std::size_t kWidth = 30;
  const std::size_t filled = total_ == 0 ? kWidth : std::min(kWidth, done_ * kWidth / total_);
  std::cerr << "\r\033[K" << what_ << " [" << std::string(filled, '#')
            << std::string(kWidth - filled, '.') << "] " << done_ << "/" << total_ << std::flush;
}

}  // namespace gerbang::cli
