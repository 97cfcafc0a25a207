#pragma once

// Named places at which a test lets the process die as by kill -9: nothing is flushed, nothing
// unwinds. They are in the program only when CMake's GERBANG_CRASH_POINTS is on (presets debug,
// asan, tsan; never release): elsewhere the macros are nothing, and the names are not in the
// binary.
//
// One point is armed for the life of a process, by the environment:
//
//   GERBANG_CRASH_AT=store.before_commit      dies when it is reached the first time
//   GERBANG_CRASH_AT=store.before_commit:7    … the seventh time
//   GERBANG_CRASH_AT=@/some/file              the same text, read from a file at the start
//
// The last words on standard error are "crash point <name> reached". A name is `room.place`; every
// name in the sources must be reached by the short form of tests/crash, which reads them from
// there.
#ifdef GERBANG_CRASH_POINTS

#include <string>

namespace gerbang::crash {

// May die. Thread-safe, cheap when another point is armed.
void reached(const char* name);

// Whether that point is armed: for places that have to prepare something to die at (a torn write).
bool armed(const char* name);

// As reached(), but says only whether it is time; the caller then dies by itself, with die().
bool due(const char* name);
[[noreturn]] void die(const char* name);

// For tests that fork: arms a point in place of the environment's ("store.before_commit:7").
void arm(const std::string& wish);

}  // namespace gerbang::crash

#define GERBANG_CRASH_POINT(name) ::gerbang::crash::reached(name)

#else

#define GERBANG_CRASH_POINT(name) static_cast<void>(0)

#endif
