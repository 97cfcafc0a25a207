#pragma once

#include <sqlite3.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "core/base/random.hpp"

// For tests: SQLite's disk (a VFS around the system's) on which the N-th call of a kind fails, and
// which knows what would be left if the power went now: only what was synced.
namespace gerbang::store {

class FaultyDisk {
 public:
  enum class Op { open, read, write, sync, truncate, remove, size, lock, shm_map, shm_lock };
  enum class Fault {
    error,         // EIO. Of a write the first half arrived
    full,          // ENOSPC, likewise
    after_effect,  // it happened, and an error is reported all the same
    lost,          // a sync fails and the system forgets what it could not write: it can still be
                   // read, and no later sync brings it to the disk
    slow,          // it happens, late
  };
  struct Plan {
    Op op = Op::write;
    Fault fault = Fault::error;
    int after = 1;         // the N-th call
    bool lasting = false;  // and all later ones, until disarm()
  };
  // What is on the disk when the power has gone, by file name.
  using Image = std::map<std::string, std::string>;

  // Registered once as SQLite's default; passes everything through until armed.
  static FaultyDisk& instance() {
    static FaultyDisk disk;
    return disk;
  }

  // Calls are counted from here. `struck`: called within the first failing call, before anybody
  // knows of it.
  void arm(const Plan& plan, std::function<void()> struck) {
    const std::lock_guard lock(mutex_);
    plan_ = plan;
    left_ = plan.after;
    armed_ = true;
    on_strike_ = std::move(struck);
    struck_ = false;
  }
  void disarm() {
    const std::lock_guard lock(mutex_);
    armed_ = false;
    on_strike_ = {};
  }
  bool struck() const { return struck_; }
  std::int64_t faults() const { return faults_; }
  // Writes and syncs through a handle of a database or its log after one of them had failed on it:
  // RELIABILITY section 3 forbids it.
  std::int64_t retries() const { return retries_; }
  std::string last_retry() {
    const std::lock_guard lock(mutex_);
    return last_retry_;
  }

  // A new run, in a new folder: only its files are kept account of.
  void watch(std::string folder) {
    const std::lock_guard lock(mutex_);
    files_.clear();
    folder_ = std::move(folder);
  }

  // The power goes: what was synced.
  Image synced() {
    const std::lock_guard lock(mutex_);
    return image(nullptr);
  }
  // And a random part of what was written since, torn at the borders of sectors.
  Image torn(Random& random) {
    const std::lock_guard lock(mutex_);
    return image(&random);
  }
  // From within `struck` alone, where the lock is held.
  Image synced_at_strike() { return image(nullptr); }
  Image torn_at_strike(Random& random) { return image(&random); }

  static void put(const Image& image, const std::filesystem::path& folder) {
    for (const auto& [name, bytes] : image) {
      std::ofstream file(folder / std::filesystem::path(name).filename(), std::ios::binary);
      file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    }
  }

 private:
  static constexpr std::size_t kSector = 512;

  struct Change {
    std::size_t at = 0;
    std::string bytes;
    bool cut = false;   // the file was cut to `at` bytes
    bool lost = false;  // no later sync writes it
  };
  struct Content {
    std::string synced;
    std::vector<Change> since;
  };

  struct File {
    sqlite3_file base;
    const char* name;  // SQLite keeps it until the file is closed
    bool watched;
    bool failed;
    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
    const sqlite3_io_methods& methods() { return *real()->pMethods; }
  };
  static File& file(sqlite3_file* f) { return *reinterpret_cast<File*>(f); }

  static void apply(std::string& to, const Change& change) {
    if (change.cut) {
      to.resize(std::min(to.size(), change.at));
      return;
    }
    if (to.size() < change.at + change.bytes.size()) to.resize(change.at + change.bytes.size());
    to.replace(change.at, change.bytes.size(), change.bytes);
  }

  Image image(Random* chance) {
    Image out;
    for (const auto& [name, content] : files_) {
      std::string bytes = content.synced;
      for (const Change& change : content.since) {
        if (!chance) continue;
        if (change.cut) {
          if (chance->below(2) == 0) apply(bytes, change);
          continue;
        }
        for (std::size_t i = 0; i < change.bytes.size(); i += kSector) {
          if (chance->below(2) == 0)
            apply(bytes, {change.at + i, change.bytes.substr(i, kSector), false, false});
        }
      }
      out.emplace(name, std::move(bytes));
    }
    return out;
  }

  // Whether this call fails, and how.
  std::optional<Fault> strikes(Op op) {
    const std::lock_guard lock(mutex_);
    if (!armed_ || plan_.op != op) return std::nullopt;
    --left_;
    if (left_ > 0 || (left_ < 0 && !plan_.lasting)) return std::nullopt;
    ++faults_;
    if (!struck_.exchange(true) && on_strike_) on_strike_();
    if (plan_.fault == Fault::slow) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      return std::nullopt;
    }
    return plan_.fault;
  }
  void remember_write(File& f, std::size_t at, std::string_view bytes) {
    const std::lock_guard lock(mutex_);
    if (f.watched) files_[f.name].since.push_back({at, std::string(bytes), false, false});
  }
  void remember_sync(File& f) {
    const std::lock_guard lock(mutex_);
    if (!f.watched) return;
    Content& content = files_[f.name];
    for (const Change& change : content.since) {
      if (!change.lost) apply(content.synced, change);
    }
    content.since.clear();
  }
  void forget_unsynced(File& f) {
    const std::lock_guard lock(mutex_);
    if (!f.watched) return;
    for (Change& change : files_[f.name].since) change.lost = true;
  }
  // A handle of a database that failed must be closed, not used.
  void used(File& f, const char* how) {
    if (!f.failed) return;
    ++retries_;
    const std::lock_guard lock(mutex_);
    last_retry_ = std::string(how) + " of " + f.name;
  }
  // While a database is being made there is no log yet, and SQLite undoes what it began through the
  // handle that failed: nothing is in it that could be lost.
  void failed(File& f) {
    if (!f.watched) return;
    const std::lock_guard lock(mutex_);
    const std::string name = f.name;
    f.failed =
        name.ends_with(".db-wal") || (name.ends_with(".db") && files_.contains(name + "-wal"));
  }

  int write(File& f, const void* from, int n, sqlite3_int64 at) {
    used(f, "write");
    const auto fault = strikes(Op::write);
    const int whole = fault && fault != Fault::after_effect ? n / 2 : n;
    const int rc = f.methods().xWrite(f.real(), from, whole, at);
    if (rc == SQLITE_OK)
      remember_write(f, static_cast<std::size_t>(at),
                     {static_cast<const char*>(from), static_cast<std::size_t>(whole)});
    if (!fault) return rc;
    failed(f);
    return fault == Fault::full ? SQLITE_FULL : SQLITE_IOERR_WRITE;
  }
  // Nothing of it reaches a real disk: what would be left is our own account.
  int sync(File& f) {
    if (!f.watched) return f.methods().xSync(f.real(), SQLITE_SYNC_NORMAL);
    used(f, "sync");
    const auto fault = strikes(Op::sync);
    if (!fault || fault == Fault::after_effect) remember_sync(f);
    if (!fault) return SQLITE_OK;
    if (fault == Fault::lost) forget_unsynced(f);
    failed(f);
    return SQLITE_IOERR_FSYNC;
  }
  int truncate(File& f, sqlite3_int64 n) {
    if (const auto fault = strikes(Op::truncate); fault && fault != Fault::after_effect)
      return fault == Fault::full ? SQLITE_FULL : SQLITE_IOERR_TRUNCATE;
    const int rc = f.methods().xTruncate(f.real(), n);
    const std::lock_guard lock(mutex_);
    if (rc == SQLITE_OK && f.watched)
      files_[f.name].since.push_back({static_cast<std::size_t>(n), {}, true, false});
    return rc;
  }
  int open(sqlite3_filename name, sqlite3_file* f, int flags, int* out) {
    std::memset(f, 0, sizeof(File));
    if (strikes(Op::open)) return SQLITE_CANTOPEN;
    const int rc = real_->xOpen(real_, name, file(f).real(), flags, out);
    if (file(f).real()->pMethods) file(f).base.pMethods = &methods_;
    if (rc != SQLITE_OK) return rc;
    file(f).name = name;
    const std::lock_guard lock(mutex_);
    // The shared-memory file is no file of the disk's: it is rebuilt after a crash.
    if (!name || folder_.empty() || !std::string_view(name).starts_with(folder_)) return rc;
    file(f).watched = true;
    if (!files_.contains(name)) {
      std::string& bytes = files_[name].synced;
      std::ifstream there(name, std::ios::binary);
      bytes.resize(std::filesystem::file_size(name));
      there.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    }
    return rc;
  }
  int remove(const char* name, int sync_folder) {
    if (strikes(Op::remove)) return SQLITE_IOERR_DELETE;
    const int rc = real_->xDelete(real_, name, sync_folder);
    const std::lock_guard lock(mutex_);
    if (rc == SQLITE_OK) files_.erase(name);
    return rc;
  }

  FaultyDisk() {
    real_ = sqlite3_vfs_find(nullptr);
    vfs_ = *real_;
    vfs_.zName = "faulty-disk";
    vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
    vfs_.xOpen = [](sqlite3_vfs*, sqlite3_filename name, sqlite3_file* f, int flags, int* out) {
      return instance().open(name, f, flags, out);
    };
    vfs_.xDelete = [](sqlite3_vfs*, const char* name, int sync_folder) {
      return instance().remove(name, sync_folder);
    };
    sqlite3_io_methods& m = methods_;
    m.iVersion = 3;
    m.xClose = [](sqlite3_file* f) { return file(f).methods().xClose(file(f).real()); };
    m.xRead = [](sqlite3_file* f, void* to, int n, sqlite3_int64 at) {
      if (instance().strikes(Op::read)) return SQLITE_IOERR_READ;
      return file(f).methods().xRead(file(f).real(), to, n, at);
    };
    m.xWrite = [](sqlite3_file* f, const void* from, int n, sqlite3_int64 at) {
      return instance().write(file(f), from, n, at);
    };
    m.xTruncate = [](sqlite3_file* f, sqlite3_int64 n) { return instance().truncate(file(f), n); };
    m.xSync = [](sqlite3_file* f, int) { return instance().sync(file(f)); };
    m.xFileSize = [](sqlite3_file* f, sqlite3_int64* n) {
      if (instance().strikes(Op::size)) return SQLITE_IOERR_FSTAT;
      return file(f).methods().xFileSize(file(f).real(), n);
    };
    m.xLock = [](sqlite3_file* f, int l) {
      if (instance().strikes(Op::lock)) return SQLITE_IOERR_LOCK;
      return file(f).methods().xLock(file(f).real(), l);
    };
    m.xUnlock = [](sqlite3_file* f, int l) { return file(f).methods().xUnlock(file(f).real(), l); };
    m.xCheckReservedLock = [](sqlite3_file* f, int* out) {
      return file(f).methods().xCheckReservedLock(file(f).real(), out);
    };
    m.xFileControl = [](sqlite3_file* f, int op, void* arg) {
      // A hint would write zeros past our account.
      if (op == SQLITE_FCNTL_SIZE_HINT) return SQLITE_OK;
      return file(f).methods().xFileControl(file(f).real(), op, arg);
    };
    m.xSectorSize = [](sqlite3_file* f) { return file(f).methods().xSectorSize(file(f).real()); };
    m.xDeviceCharacteristics = [](sqlite3_file* f) {
      return file(f).methods().xDeviceCharacteristics(file(f).real());
    };
    m.xShmMap = [](sqlite3_file* f, int page, int size, int extend, void volatile** out) {
      if (instance().strikes(Op::shm_map)) return SQLITE_IOERR_SHMMAP;
      return file(f).methods().xShmMap(file(f).real(), page, size, extend, out);
    };
    m.xShmLock = [](sqlite3_file* f, int offset, int n, int flags) {
      // Letting go never fails.
      if ((flags & SQLITE_SHM_LOCK) && instance().strikes(Op::shm_lock))
        return SQLITE_IOERR_SHMLOCK;
      return file(f).methods().xShmLock(file(f).real(), offset, n, flags);
    };
    m.xShmBarrier = [](sqlite3_file* f) { file(f).methods().xShmBarrier(file(f).real()); };
    m.xShmUnmap = [](sqlite3_file* f, int remove) {
      return file(f).methods().xShmUnmap(file(f).real(), remove);
    };
    m.xFetch = [](sqlite3_file*, sqlite3_int64, int, void** out) {
      *out = nullptr;
      return SQLITE_OK;
    };
    m.xUnfetch = [](sqlite3_file*, sqlite3_int64, void*) { return SQLITE_OK; };
    sqlite3_vfs_register(&vfs_, 1);
  }

  sqlite3_vfs* real_ = nullptr;
  sqlite3_vfs vfs_{};
  sqlite3_io_methods methods_{};

  std::mutex mutex_;  // all below but the atomics
  Plan plan_;
  bool armed_ = false;
  int left_ = 0;
  std::function<void()> on_strike_;
  std::map<std::string, Content> files_;
  std::string folder_;
  std::string last_retry_;
  std::atomic<bool> struck_ = false;
  std::atomic<std::int64_t> faults_ = 0;
  std::atomic<std::int64_t> retries_ = 0;
};

}  // namespace gerbang::store
