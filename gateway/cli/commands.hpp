#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "gateway/cli/remote.hpp"

// The command line. Commands that concern a running gateway speak to its API (only one process
// opens the database); serve, migrate, migrate-store, check-config and restore, check-backup work
// on files.
//
// Exit codes: 0 done; 1 it failed (the reason is on standard error); 2 wrong usage; 3 done in part:
// some rows were refused and are listed.
namespace gerbang::cli {

inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kUsage = 2;
inline constexpr int kPartly = 3;

// What the options before and after the command say.
struct Context {
  std::string config = "gerbang.toml";
  std::string url;       // --url, else GERBANG_URL, else http://127.0.0.1:8080
  std::string key_file;  // --key-file, else GERBANG_KEY holds the key
  std::string language = "id";
  std::string ca_file;
  bool json = false;  // machine-readable output
  int exit_code = kDone;

  // With the organisation's key. Errors: unauthenticated key_missing.
  Result<std::unique_ptr<Remote>> remote() const;
};

// Prints an error to standard error and sets the exit code.
void fail(Context& context, const Error& error);
// The document with --json, else `text`.
void print(const Context& context, const json::Value& document, const std::string& text);
// Columns wide enough for their content.
std::string table(const std::vector<std::vector<std::string>>& rows);

// Progress of long work on standard error; draws only on a terminal.
class Progress {
 public:
  Progress(std::string what, std::size_t total);
  ~Progress();
  void advance(std::size_t by);

 private:
  void draw();
  std::string what_;
  std::size_t total_;
  std::size_t done_ = 0;
  bool terminal_;
};

void add_serve(CLI::App& app,
               Context& context);  // serve, migrate, check-config, check-backup, restore
void add_move(CLI::App& app, Context& context);       // migrate-store
void add_host(CLI::App& app, Context& context);       // organisation, keys, node, backup
void add_catalogue(CLI::App& app, Context& context);  // import, export
void add_shops(CLI::App& app, Context& context);      // shop, sync, order
void add_adoption(CLI::App& app, Context& context);   // adopt

}  // namespace gerbang::cli
