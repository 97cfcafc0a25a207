// Commands on files of this machine: serve, migrate, check-config, check-backup, restore.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iostream>

#include "core/base/crash_point.hpp"
#include "core/base/log.hpp"
#include "core/store/sqlite/sqlite_store.hpp"
#include "gateway/cli/commands.hpp"
#include "gateway/gateway.hpp"
#include "gateway/open_store.hpp"

namespace gerbang::cli {

namespace {

Result<config::Config> load(const Context& context) {
  auto config = config::load_config(context.config);
  if (config) {
    if (const auto level = log::level_from(config->log.level)) log::set_level(*level);
  }
  return config;
}

// Tokens and buyers' data are in this process: it leaves no core dump (RELIABILITY 1.9).
void forbid_core_dumps() {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0);
}

Result<void> sync_file(const std::string& path, int flags) {
  const int fd = ::open(path.c_str(), flags);
  const bool ok = fd >= 0 && ::fsync(fd) == 0;
  if (fd >= 0) ::close(fd);
  if (!ok) return Error(ErrorKind::transient, "restore_failed", "cannot sync " + path);
  return Result<void>();
}

// Keeps the old database under a second name; it stays under its own as well. What its log holds is
// copied into it first: two files cannot be replaced at one stroke, and a log that is left beside
// another database, or without one, is lost.
Result<void> keep_old(const std::string& database) {
  namespace fs = std::filesystem;
  const std::string kept = database + ".before-restore";
  std::error_code failed;
  for (const char* suffix : {"", "-wal", "-shm"}) fs::remove(kept + suffix, failed);
  const auto keep = [&](const std::string& from, const std::string& to) {
    fs::create_hard_link(from, to, failed);
    if (failed) fs::copy_file(from, to, failed);  // a file system without links
    return !failed;
  };
  const auto folded = store::fold_log(database);
  if (!folded)  // damaged, as it may well be when a backup is wanted
    log::warning("restore.old_database_damaged", {{"error", folded.error().describe()}});
  bool whole = keep(database, kept);
  for (const char* suffix : {"-wal", "-shm"}) {
    if (whole && fs::exists(database + suffix)) {
      whole = keep(database + suffix, kept + suffix);
      if (whole) fs::remove(database + suffix, failed);
    }
  }
  if (!whole) return Error(ErrorKind::transient, "restore_failed", failed.message());
  return {};
}

// The copy is whole and on disk before it takes the database's name, in one step: whenever this is
// interrupted, the name stands for the old database or for the new one.
Result<void> restore(const std::string& from, const config::Storage& into, bool force) {
  namespace fs = std::filesystem;
  const std::string& to = into.path;
  GERBANG_CHECK(store::check_backup(from));
  SystemRandom random;
  GERBANG_TRY(vault, Vault::create(into.master_keys, random));
  GERBANG_CHECK(store::check_keys(from, vault));
  if (fs::exists(to) && !force)
    return Error(ErrorKind::conflict, "restore_target_exists",
                 to + " exists; --force replaces it (the old one is kept as .before-restore)");
  const std::string fresh = to + ".restoring";
  std::error_code failed;
  // Of a restore that was interrupted: another database's log.
  for (const char* suffix : {"-wal", "-shm", "-journal"}) fs::remove(fresh + suffix, failed);
  fs::copy_file(from, fresh, fs::copy_options::overwrite_existing, failed);
  if (failed) return Error(ErrorKind::transient, "restore_failed", failed.message());
  // For the owner's eyes, whatever the backup medium made of it.
  fs::permissions(fresh, fs::perms::owner_read | fs::perms::owner_write, failed);
  if (failed) return Error(ErrorKind::transient, "restore_failed", failed.message());
  // Before it has the name: a restored database that does not know it would tell the shops what it
  // remembers.
  GERBANG_CHECK(store::mark_restored(fresh, SystemClock().now()));
  GERBANG_CHECK(sync_file(fresh, O_RDONLY));
  GERBANG_CRASH_POINT("restore.copied");
  const std::string folder = fs::absolute(to).parent_path().string();
  if (fs::exists(to)) {
    GERBANG_CHECK(keep_old(to));
    GERBANG_CHECK(sync_file(folder, O_RDONLY | O_DIRECTORY));
  }
  GERBANG_CRASH_POINT("restore.old_kept");
  fs::rename(fresh, to, failed);
  if (failed) return Error(ErrorKind::transient, "restore_failed", failed.message());
  GERBANG_CRASH_POINT("restore.replaced");
  return sync_file(folder, O_RDONLY | O_DIRECTORY);
}

}  // namespace

void add_serve(CLI::App& app, Context& context) {
  CLI::App* serve = app.add_subcommand("serve", "Run the gateway until SIGTERM");
  auto ready_file = std::make_shared<std::string>();
  serve->add_option("--ready-file", *ready_file,
                    "Write {\"port\": …} here once requests are answered");
  serve->callback([&context, ready_file] {
    forbid_core_dumps();
    auto config = load(context);
    if (!config) return fail(context, config.error());
    auto gateway = Gateway::open(std::move(*config));
    if (!gateway) return fail(context, gateway.error());
    if (!ready_file->empty()) {
      const std::string part = *ready_file + ".part";
      std::ofstream(part) << json::dump(json::object({{"port", int{(*gateway)->port()}}})) << "\n";
      std::filesystem::rename(part, *ready_file);
    }
    (*gateway)->run();
  });

  CLI::App* migrate = app.add_subcommand("migrate", "Bring the database to this version's schema");
  migrate->callback([&context] {
    auto config = load(context);
    if (!config) return fail(context, config.error());
    SystemClock clock;
    SystemRandom random;
    auto opened = open_store(*config, clock, random);
    if (!opened) return fail(context, opened.error());
    auto stats = (*opened)->read_now(store::StoreStats());
    (*opened)->close();
    if (!stats) return fail(context, stats.error());
    print(context, json::object({{"schema_version", stats->schema_version}}),
          "schema version " + std::to_string(stats->schema_version));
  });

  CLI::App* check =
      app.add_subcommand("check-config", "Read the configuration and say what is wrong");
  auto example = std::make_shared<bool>(false);
  check->add_flag("--example", *example, "Print the commented example instead");
  check->callback([&context, example] {
    if (*example) {
      std::cout << config::example_config();
      return;
    }
    auto config = load(context);
    if (!config) return fail(context, config.error());
    if (auto loaded = Gateway::check_connectors(*config); !loaded)
      return fail(context, loaded.error());
    print(context, json::object({{"ok", true}}), context.config + " is good");
  });

  CLI::App* checked =
      app.add_subcommand("check-backup", "Read a backup whole and say whether it is good");
  auto looked_at = std::make_shared<std::string>();
  checked->add_option("backup", *looked_at, "File that `gerbang backup` wrote")->required();
  checked->callback([&context, looked_at] {
    if (auto good = store::check_backup(*looked_at); !good) return fail(context, good.error());
    print(context, json::object({{"ok", true}}), *looked_at + " is good");
  });

  CLI::App* restored = app.add_subcommand("restore", "Put a backup in the database's place");
  auto from = std::make_shared<std::string>();
  auto force = std::make_shared<bool>(false);
  restored->add_option("backup", *from, "File that `gerbang backup` wrote")->required();
  restored->add_flag("--force", *force,
                     "Replace an existing database; the old one is kept beside it");
  restored->callback([&context, from, force] {
    auto config = load(context);
    if (!config) return fail(context, config.error());
    if (store_is_shared(*config))
      return fail(context, Error(ErrorKind::unsupported, "backup_by_server",
                                 "the database server restores its own backups"));
    // Holds the lock while the file changes: no running gateway may have it open.
    const std::string lock = config->store.path + ".lock";
    const int fd = ::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || ::flock(fd, LOCK_EX | LOCK_NB) != 0)
      return fail(context, Error(ErrorKind::conflict, "store_in_use",
                                 "stop the gateway first: it uses " + config->store.path));
    auto done = restore(*from, config->store, *force);
    ::close(fd);
    if (!done) return fail(context, done.error());
    print(context, json::object({{"ok", true}}), "restored to " + config->store.path);
  });
}

}  // namespace gerbang::cli
