#include "core/store/sqlite/crash_disk.hpp"

#ifdef GERBANG_CRASH_POINTS

#include <sqlite3.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <mutex>

#include "core/base/crash_point.hpp"

namespace gerbang::store {

namespace {

thread_local const char* t_write = nullptr;
thread_local const char* t_sync = nullptr;

using Pwrite = ssize_t (*)(int, const void*, size_t, off_t);
Pwrite g_pwrite = nullptr;

ssize_t torn_pwrite(int fd, const void* from, size_t bytes, off_t at) {
  if (t_write && crash::due(t_write)) {
    g_pwrite(fd, from, bytes / 2, at);  // half of it is on its way already
    crash::die(t_write);
  }
  return g_pwrite(fd, from, bytes, at);
}

// SQLite's own door for tests: its table of system calls. Before any file is written.
void watch_writes() {
  static std::once_flag once;
  std::call_once(once, [] {
    sqlite3_vfs* vfs = sqlite3_vfs_find("unix");
    if (!vfs || vfs->iVersion < 3) return;
    for (const char* name : {"pwrite64", "pwrite"}) {
      const sqlite3_syscall_ptr real = vfs->xGetSystemCall(vfs, name);
      if (!real) continue;
      g_pwrite = reinterpret_cast<Pwrite>(real);
      vfs->xSetSystemCall(vfs, name, reinterpret_cast<sqlite3_syscall_ptr>(&torn_pwrite));
      return;
    }
  });
}

}  // namespace

CrashPhase::CrashPhase(const char* write, const char* sync)
    : write_before_(t_write), sync_before_(t_sync) {
  watch_writes();
  t_write = write;
  t_sync = sync;
}

CrashPhase::~CrashPhase() {
  t_write = write_before_;
  t_sync = sync_before_;
}

}  // namespace gerbang::store

// SQLite's table has no entry for syncing; the program's own symbol goes before the library's.
extern "C" int fdatasync(int fd) {
  if (gerbang::store::t_sync) gerbang::crash::reached(gerbang::store::t_sync);
  return static_cast<int>(::syscall(SYS_fdatasync, fd));
}

#endif
