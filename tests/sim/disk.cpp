#include "tests/sim/disk.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>

#include "core/base/error.hpp"

namespace gerbang::sim {

namespace {

constexpr std::size_t kSector = 512;
Disk* g_present = nullptr;

struct OpenFile {
  sqlite3_file base;
  Disk::File* file;
  Disk::File* own;  // of a temporary file, which has no name
};

Disk::File& of(sqlite3_file* f) {
  return *reinterpret_cast<OpenFile*>(f)->file;
}

int xClose(sqlite3_file* f) {
  delete reinterpret_cast<OpenFile*>(f)->own;
  return SQLITE_OK;
}
int xRead(sqlite3_file* f, void* to, int n, sqlite3_int64 at) {
  if (Disk::present()->frozen()) return SQLITE_IOERR_READ;
  const std::string& bytes = of(f).bytes;
  const auto offset = static_cast<std::size_t>(at), wanted = static_cast<std::size_t>(n);
  const std::size_t there = offset < bytes.size() ? std::min(wanted, bytes.size() - offset) : 0;
  if (there > 0) std::memcpy(to, bytes.data() + offset, there);
  if (there == wanted) return SQLITE_OK;
  std::memset(static_cast<char*>(to) + there, 0, wanted - there);
  return SQLITE_IOERR_SHORT_READ;
}
int xWrite(sqlite3_file* f, const void* from, int n, sqlite3_int64 at) {
  Disk& disk = *Disk::present();
  if (disk.strikes()) return SQLITE_IOERR_WRITE;
  disk.write(of(f), from, static_cast<std::size_t>(n), static_cast<std::size_t>(at));
  return SQLITE_OK;
}
int xTruncate(sqlite3_file* f, sqlite3_int64 n) {
  Disk& disk = *Disk::present();
  if (disk.strikes()) return SQLITE_IOERR_TRUNCATE;
  disk.truncate(of(f), static_cast<std::size_t>(n));
  return SQLITE_OK;
}
int xSync(sqlite3_file* f, int) {
  Disk& disk = *Disk::present();
  if (disk.strikes()) return SQLITE_IOERR_FSYNC;
  disk.sync(of(f));
  return SQLITE_OK;
}
int xFileSize(sqlite3_file* f, sqlite3_int64* n) {
  *n = static_cast<sqlite3_int64>(of(f).bytes.size());
  return SQLITE_OK;
}
// One connection at a time: locks have nobody to keep out.
int xLock(sqlite3_file*, int) {
  return SQLITE_OK;
}
int xCheckReservedLock(sqlite3_file*, int* out) {
  *out = 0;
  return SQLITE_OK;
}
int xFileControl(sqlite3_file*, int, void*) {
  return SQLITE_NOTFOUND;
}
int xSectorSize(sqlite3_file*) {
  return static_cast<int>(kSector);
}
int xDeviceCharacteristics(sqlite3_file*) {
  return 0;
}
int xShmMap(sqlite3_file* f, int region, int size, int extend, void volatile** out) {
  auto& shared = of(f).shared;
  const auto index = static_cast<std::size_t>(region);
  *out = nullptr;
  if (index >= shared.size() && !extend) return SQLITE_OK;
  while (shared.size() <= index)
    shared.push_back(std::make_unique<char[]>(static_cast<std::size_t>(size)));
  *out = shared[index].get();
  return SQLITE_OK;
}
int xShmLock(sqlite3_file*, int, int, int) {
  return SQLITE_OK;
}
void xShmBarrier(sqlite3_file*) {}
int xShmUnmap(sqlite3_file* f, int remove) {
  if (remove) of(f).shared.clear();
  return SQLITE_OK;
}

const sqlite3_io_methods kMethods = {2,
                                     xClose,
                                     xRead,
                                     xWrite,
                                     xTruncate,
                                     xSync,
                                     xFileSize,
                                     xLock,
                                     xLock,
                                     xCheckReservedLock,
                                     xFileControl,
                                     xSectorSize,
                                     xDeviceCharacteristics,
                                     xShmMap,
                                     xShmLock,
                                     xShmBarrier,
                                     xShmUnmap,
                                     nullptr,
                                     nullptr};

int xOpen(sqlite3_vfs*, sqlite3_filename name, sqlite3_file* f, int flags, int* out_flags) {
  auto* open = reinterpret_cast<OpenFile*>(f);
  std::memset(open, 0, sizeof(OpenFile));
  Disk& disk = *Disk::present();
  if (disk.frozen()) return SQLITE_CANTOPEN;
  if (name == nullptr) {
    open->own = new Disk::File;
    open->file = open->own;
  } else {
    Disk::File& file = disk.file(name);
    if (!file.exists && !(flags & SQLITE_OPEN_CREATE)) return SQLITE_CANTOPEN;
    file.exists = true;
    open->file = &file;
  }
  open->base.pMethods = &kMethods;
  if (out_flags) *out_flags = flags;
  return SQLITE_OK;
}

void register_once() {
  static sqlite3_vfs vfs = [] {
    sqlite3_vfs out = *sqlite3_vfs_find(nullptr);  // time, randomness, sleep: the real ones
    out.szOsFile = sizeof(OpenFile);
    out.pNext = nullptr;
    out.zName = "gerbang-sim";
    out.xOpen = xOpen;
    out.xDelete = [](sqlite3_vfs*, const char* name, int) {
      Disk& disk = *Disk::present();
      if (disk.strikes()) return SQLITE_IOERR_DELETE;
      if (!disk.file(name).exists) return SQLITE_IOERR_DELETE_NOENT;
      disk.remove(name);
      return SQLITE_OK;
    };
    out.xAccess = [](sqlite3_vfs*, const char* name, int, int* there) {
      *there = Disk::present()->file(name).exists ? 1 : 0;
      return SQLITE_OK;
    };
    out.xFullPathname = [](sqlite3_vfs*, const char* name, int n, char* full) {
      sqlite3_snprintf(n, full, "%s", name);
      return SQLITE_OK;
    };
    return out;
  }();
  static const int registered = sqlite3_vfs_register(&vfs, 1);
  ensure(registered == SQLITE_OK, "the simulated disk cannot be registered");
}

}  // namespace

Disk::Disk(Random& random) : random_(random) {
  register_once();
  ensure(g_present == nullptr, "one simulated disk at a time");
  g_present = this;
}

Disk::~Disk() {
  g_present = nullptr;
}

Disk* Disk::present() {
  ensure(g_present != nullptr, "SQLite is used without a simulated disk");
  return g_present;
}

void Disk::freeze() {
  if (frozen_) return;
  frozen_ = true;
  if (on_freeze) on_freeze();
}

bool Disk::strikes() {
  if (countdown_ > 0 && --countdown_ == 0) freeze();
  return frozen_;
}

Disk::File& Disk::file(const std::string& name) {
  auto& file = files_[name];
  if (!file) file = std::make_unique<File>();
  return *file;
}

// Names are durable at once: the store makes its files before anything is promised.
void Disk::remove(const std::string& name) {
  File& gone = file(name);
  gone.exists = false;
  gone.bytes.clear();
  gone.unsynced.clear();
}

void Disk::write(File& file, const void* from, std::size_t n, std::size_t offset) {
  Write w;
  w.offset = offset;
  w.size_before = file.bytes.size();
  if (offset < w.size_before)
    w.before = file.bytes.substr(offset, std::min(n, w.size_before - offset));
  w.after.assign(static_cast<const char*>(from), n);
  if (offset + n > w.size_before) file.bytes.resize(offset + n, '\0');
  std::memcpy(file.bytes.data() + offset, from, n);
  file.unsynced.push_back(std::move(w));
}

void Disk::truncate(File& file, std::size_t n) {
  Write w;
  w.truncation = true;
  w.offset = n;
  w.size_before = file.bytes.size();
  if (n < w.size_before) w.before = file.bytes.substr(n);
  file.bytes.resize(n, '\0');
  file.unsynced.push_back(std::move(w));
}

void Disk::sync(File& file) {
  ++syncs_;
  file.unsynced.clear();
}

void Disk::thaw(bool power_lost) {
  frozen_ = false;
  countdown_ = 0;
  for (auto& [name, file] : files_) {
    file->shared.clear();
    std::vector<Write> writes = std::exchange(file->unsynced, {});
    if (!power_lost || writes.empty()) continue;
    for (auto w = writes.rbegin(); w != writes.rend(); ++w) {
      file->bytes.resize(std::max(file->bytes.size(), w->size_before), '\0');
      std::copy(w->before.begin(), w->before.end(),
                file->bytes.begin() + static_cast<std::ptrdiff_t>(w->offset));
      file->bytes.resize(w->size_before);
    }
    // Nothing of it, or whatever the disk happened to have done already.
    if (random_.below(2) == 0) {
      lost_writes_ += writes.size();
      continue;
    }
    for (const Write& w : writes) {
      if (random_.below(2) == 0) {
        ++lost_writes_;
        continue;
      }
      if (w.truncation) {
        file->bytes.resize(w.offset, '\0');
        continue;
      }
      std::size_t n = w.after.size();
      if (random_.below(4) == 0) n = std::min(n, random_.below(n / kSector + 1) * kSector);
      if (w.offset + n > file->bytes.size()) file->bytes.resize(w.offset + n, '\0');
      std::copy_n(w.after.begin(), n, file->bytes.begin() + static_cast<std::ptrdiff_t>(w.offset));
    }
  }
}

}  // namespace gerbang::sim
