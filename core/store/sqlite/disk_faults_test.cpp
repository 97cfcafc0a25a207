#include <sqlite3.h>

#include <atomic>
#include <cstring>
#include <string>

#include "core/store/sqlite/sqlite_store.hpp"
#include "tests/contract/store_fixture.hpp"
#include "tests/contract/temporary_folder.hpp"

// T2 of RELIABILITY: the N-th write or sync fails, for N = 1, 2, 3… until a run has none.
namespace gerbang::store {
namespace {

// The operating system's disk with a switch: the calls are counted down, and from the N-th on it
// answers with an error. Registered once as SQLite's default; passes everything through until
// armed.
class FaultyDisk {
 public:
  enum class Fault { none, write, sync, write_full };

  static FaultyDisk& instance() {
    static FaultyDisk disk;
    return disk;
  }
  // `lasting`: every later call fails too, until disarm().
  void arm(Fault fault, int after, bool lasting) {
    left_ = after;
    lasting_ = lasting;
    struck_ = false;
    fault_ = fault;
  }
  void disarm() { fault_ = Fault::none; }
  bool struck() const { return struck_; }

 private:
  struct File {
    sqlite3_file base;
    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  };
  static File& file(sqlite3_file* f) { return *reinterpret_cast<File*>(f); }

  bool strikes(bool sync) {
    const Fault fault = fault_;
    if (fault == Fault::none || (fault == Fault::sync) != sync) return false;
    const int left = left_.fetch_sub(1);
    if (left > 1 || (left < 1 && !lasting_)) return false;
    struck_ = true;
    return true;
  }

  FaultyDisk() {
    real_ = sqlite3_vfs_find(nullptr);
    vfs_ = *real_;
    vfs_.zName = "faulty-disk";
    vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
    vfs_.xOpen = [](sqlite3_vfs*, sqlite3_filename name, sqlite3_file* f, int flags, int* out) {
      FaultyDisk& disk = instance();
      std::memset(f, 0, sizeof(File));
      const int rc = disk.real_->xOpen(disk.real_, name, file(f).real(), flags, out);
      if (file(f).real()->pMethods) file(f).base.pMethods = &disk.methods_;
      return rc;
    };
    sqlite3_io_methods& m = methods_;
    m.iVersion = 3;
    m.xClose = [](sqlite3_file* f) { return file(f).real()->pMethods->xClose(file(f).real()); };
    m.xRead = [](sqlite3_file* f, void* to, int n, sqlite3_int64 at) {
      return file(f).real()->pMethods->xRead(file(f).real(), to, n, at);
    };
    m.xWrite = [](sqlite3_file* f, const void* from, int n, sqlite3_int64 at) {
      if (instance().strikes(false)) {
        // What is torn: half of it arrived.
        file(f).real()->pMethods->xWrite(file(f).real(), from, n / 2, at);
        return instance().fault_ == Fault::write_full ? SQLITE_FULL : SQLITE_IOERR_WRITE;
      }
      return file(f).real()->pMethods->xWrite(file(f).real(), from, n, at);
    };
    m.xTruncate = [](sqlite3_file* f, sqlite3_int64 n) {
      return file(f).real()->pMethods->xTruncate(file(f).real(), n);
    };
    m.xSync = [](sqlite3_file* f, int flags) {
      if (instance().strikes(true)) return SQLITE_IOERR_FSYNC;
      return file(f).real()->pMethods->xSync(file(f).real(), flags);
    };
    m.xFileSize = [](sqlite3_file* f, sqlite3_int64* n) {
      return file(f).real()->pMethods->xFileSize(file(f).real(), n);
    };
    m.xLock = [](sqlite3_file* f, int l) {
      return file(f).real()->pMethods->xLock(file(f).real(), l);
    };
    m.xUnlock = [](sqlite3_file* f, int l) {
      return file(f).real()->pMethods->xUnlock(file(f).real(), l);
    };
    m.xCheckReservedLock = [](sqlite3_file* f, int* out) {
      return file(f).real()->pMethods->xCheckReservedLock(file(f).real(), out);
    };
    m.xFileControl = [](sqlite3_file* f, int op, void* arg) {
      return file(f).real()->pMethods->xFileControl(file(f).real(), op, arg);
    };
    m.xSectorSize = [](sqlite3_file* f) {
      return file(f).real()->pMethods->xSectorSize(file(f).real());
    };
    m.xDeviceCharacteristics = [](sqlite3_file* f) {
      return file(f).real()->pMethods->xDeviceCharacteristics(file(f).real());
    };
    m.xShmMap = [](sqlite3_file* f, int page, int size, int extend, void volatile** out) {
      return file(f).real()->pMethods->xShmMap(file(f).real(), page, size, extend, out);
    };
    m.xShmLock = [](sqlite3_file* f, int offset, int n, int flags) {
      return file(f).real()->pMethods->xShmLock(file(f).real(), offset, n, flags);
    };
    m.xShmBarrier = [](sqlite3_file* f) { file(f).real()->pMethods->xShmBarrier(file(f).real()); };
    m.xShmUnmap = [](sqlite3_file* f, int remove) {
      return file(f).real()->pMethods->xShmUnmap(file(f).real(), remove);
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
  std::atomic<Fault> fault_ = Fault::none;
  std::atomic<int> left_ = 0;
  std::atomic<bool> lasting_ = false;
  std::atomic<bool> struck_ = false;
};

using Fault = FaultyDisk::Fault;

struct Case {
  const char* name;
  Fault fault;
  bool lasting;
};

class DiskFaults : public testing::TestWithParam<Case> {};

// What the client knows about each organisation that it asked for.
struct Ledger {
  std::set<std::string> acknowledged, refused, unknown;
};

TEST_P(DiskFaults, no_false_answer_and_a_clean_recovery) {
  FaultyDisk& disk = FaultyDisk::instance();
  ManualClock clock;
  SeededRandom random(5);
  int after = 1;
  std::size_t unknown = 0;
  for (bool struck = true; struck; ++after) {
    ASSERT_LT(after, 500);
    const TemporaryFolder folder;
    const SqliteOptions options{folder.file("gerbang.db"), Vault::for_tests(), clock, random};
    Ledger ledger;
    {
      const auto store = must(open_sqlite_store(options));
      disk.arm(GetParam().fault, after, GetParam().lasting);
      for (int i = 0; i < 4; ++i) {
        CreateOrganisation script;
        script.organisation.name = "N" + std::to_string(i);
        // Long enough for several pages, so that some faults come in the middle of a commit.
        script.organisation.kind = std::string(6000, 'k');
        const auto answer = store->apply_now(script);
        if (answer) {
          ledger.acknowledged.insert(script.organisation.name);
        } else if (answer.error().kind == ErrorKind::indeterminate) {
          EXPECT_EQ(answer.error().code, "store_commit_unknown");
          ledger.unknown.insert(script.organisation.name);
        } else {
          EXPECT_EQ(failure(answer), "transient store_unavailable");
          ledger.refused.insert(script.organisation.name);
        }
      }
      struck = disk.struck();
      disk.disarm();
      // The fault is over: the same store serves again, without being restarted.
      EXPECT_EQ(failure(store->apply_now(CreateOrganisation{})), "ok") << "after " << after;
      EXPECT_EQ(failure(store->read_now(ListOrganisations{})), "ok") << "after " << after;
      if (!GetParam().lasting) {
        EXPECT_LE(ledger.refused.size() + ledger.unknown.size(), 1u);
      }
    }
    unknown += ledger.unknown.size();
    if (GetParam().fault == Fault::sync && !GetParam().lasting) {
      EXPECT_EQ(ledger.acknowledged.size(), 4u)
          << "the group was written whole; the new connection found and synced it";
    }
    const auto store = must(open_sqlite_store(options));
    std::set<std::string> there;
    for (const Organisation& o : must(store->read_now(ListOrganisations{})).data)
      there.insert(o.name);
    for (const std::string& name : ledger.acknowledged)
      EXPECT_TRUE(there.contains(name)) << name << " was acknowledged; fault " << after;
    for (const std::string& name : ledger.refused)
      EXPECT_FALSE(there.contains(name)) << name << " was refused; fault " << after;
  }
  EXPECT_GT(after, 3) << "no fault ever struck";
  // While nothing can be synced nobody can know; everything else is resolved.
  EXPECT_EQ(unknown > 0, GetParam().fault == Fault::sync && GetParam().lasting);
}

INSTANTIATE_TEST_SUITE_P(OneCall, DiskFaults,
                         testing::Values(Case{"write", Fault::write, false},
                                         Case{"write_full", Fault::write_full, false},
                                         Case{"sync", Fault::sync, false},
                                         Case{"lasting_write", Fault::write, true},
                                         Case{"lasting_sync", Fault::sync, true}),
                         [](const auto& named) { return std::string(named.param.name); });

}  // namespace
}  // namespace gerbang::store
