#pragma once

// Crash points in the middle of SQLite's own writing (see core/base/crash_point.hpp): dying with
// half of a page written, and between the last write and the sync.
#ifdef GERBANG_CRASH_POINTS

struct sqlite3;

namespace gerbang::store {

// While it lives, this thread's writes to database files reach the point `write` and its syncs the
// point `sync`. Nests; the outer one holds again afterwards.
class CrashPhase {
 public:
  CrashPhase(const char* write, const char* sync);
  ~CrashPhase();
  CrashPhase(const CrashPhase&) = delete;
  CrashPhase& operator=(const CrashPhase&) = delete;

 private:
  const char* write_before_;
  const char* sync_before_;
};

}  // namespace gerbang::store

#define GERBANG_CRASH_PHASE(write, sync) const ::gerbang::store::CrashPhase crash_phase(write, sync)

#else

#define GERBANG_CRASH_PHASE(write, sync) static_cast<void>(0)

#endif
