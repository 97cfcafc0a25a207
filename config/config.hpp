#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/base/secret.hpp"
#include "core/base/time.hpp"

// The configuration of a node. A default-constructed Config holds the defaults; every setting, its
// unit, limits and description stand in one table (definitions.cpp), which reads the file, checks
// it and prints the example (config/gerbang.example.toml).
namespace gerbang::config {

struct Server {
  std::string address = "127.0.0.1";
  int port = 8080;
  std::string tls_cert;  // PEM files; both or neither
  std::string tls_key;
  int edge_threads = 1;
  std::string public_url;  // never empty after loading: else http(s)://address:port
  std::vector<std::string> trusted_proxies;
};

struct Storage {
  std::string path = "gerbang.db";
  // A PostgreSQL database instead of the file. What holds a secret comes from a file: the whole
  // address, or the password alone.
  std::string address;
  std::string address_file;
  std::string password_file;
  Secret server;    // the address, from either; empty: the file
  Secret password;  // read from its file
  std::string master_key_file;
  std::map<std::uint32_t, Secret> master_keys;  // read from the file
  std::uint64_t min_free = 200ULL << 20;
  int group_rows = 2000;
  std::string backup_directory;
};

struct Admin {
  std::string key_file;
  std::string key_hash;  // hex SHA-256, read from the file; empty: no admin interface
};

struct HttpClient {
  std::string ca_file;
  bool allow_private_tenant_addresses = false;
  std::vector<std::string> tenant_exceptions;  // "127.0.0.1:8107"
  Duration connect_timeout = std::chrono::seconds(5);
  Duration total_timeout = std::chrono::seconds(20);
};

struct Sync {
  Duration poll_interval = std::chrono::minutes(5);
  Duration poll_overlap = std::chrono::minutes(15);
  int sweep_days = 7;
  Duration request_deadline = std::chrono::seconds(20);
  Duration read_back_interval = std::chrono::hours(24);
  Duration lost_events_interval = std::chrono::minutes(10);
  int refresh_at_percent = 75;
  Duration shutdown_grace = std::chrono::seconds(8);
};

// One of several gateways on one PostgreSQL database.
struct Node {
  std::string name;  // never empty after loading: else the machine's
  Duration lease = std::chrono::seconds(60);
  Duration margin = std::chrono::seconds(15);
};

struct Limits {
  std::uint64_t request_body = 1ULL << 20;
  std::uint64_t webhook_body = 256ULL << 10;
  int connections = 4096;
  int connections_per_address = 64;
  int queued_writes = 20'000;
};

// Connectors in shared objects, beside those that are linked in.
struct Connectors {
  std::string directory;
  std::vector<std::string> load;  // channels: gerbang-<name>.so
};

struct Log {
  std::string level = "info";  // debug, info, warn, error, off
};

// Our partner account at a channel. Addresses that are left out are the live ones of a channel we
// know; hook_url and redirect_url follow from server.public_url.
struct App {
  std::string channel;
  bool enabled = true;  // bukalapak: false unless written
  std::string app_id;
  std::string secret_file;
  std::string secret_env;
  std::string push_secret_file;
  std::string push_secret_env;
  std::string push_secret_before_file;
  std::string push_secret_before_env;
  std::string api_url;
  std::string auth_url;
  std::string hook_url;
  std::string redirect_url;
  double rate_scale = 1.0;
  // Read from the files and variables above.
  Secret secret;
  Secret push_secret;
  Secret push_secret_before;
};

struct Config {
  Server server;
  Storage store;
  Admin admin;
  HttpClient http_client;
  Sync sync;
  Node node;
  Limits limits;
  Connectors connectors;
  Log log;
  std::vector<App> apps;
};

using Environment = std::function<std::optional<std::string>(const std::string& name)>;
Environment process_environment();

// Reads, checks and completes a file, secrets included. Relative paths in it are taken from the
// file's own directory. Errors: config_unreadable; config_invalid with one FieldError for each
// finding, in the order of the lines: field "/sync/poll_interval" or "/app/0/secret_file", detail
// "line 12: …", codes config_syntax, config_key_unknown, config_secret_inline, wrong_type,
// unit_missing, value_invalid, out_of_range, url_invalid, field_missing, duplicate,
// channel_invalid, secret_missing, vault_bad_key, admin_key_weak. Error::detail holds all of them,
// one a line, fit to be printed at start-up. No error repeats a value of the file.
Result<Config> load_config(const std::string& path,
                           const Environment& environment = process_environment());
Result<Config> parse_config(std::string_view text, const std::string& directory,
                            const Environment& environment = process_environment());

// The commented example: every setting with its default.
std::string example_config();

}  // namespace gerbang::config
