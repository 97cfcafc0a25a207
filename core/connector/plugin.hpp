#pragma once

#include <memory>
#include <string>

#include "core/connector/connector.hpp"
#include "core/connector/interface_hash.hpp"  // made at build time, see CMakeLists.txt

// The border between the gateway and a connector in a shared object. C++ objects cross it, so both
// sides must be made by the same compiler and library, with the same macros, from the same headers.
// The stamp says all of that in one text; the loader compares it to the letter before it calls
// anything. Nothing of Asio crosses: a connector performs no I/O (exchange.hpp).
//
// A shared object has, in one source file,
//
//   GERBANG_CONNECTOR_PLUGIN(gerbang::make_pasar_connector)
//
// with a function that returns std::unique_ptr<Connector>. It may be asked once per process and is
// never unloaded.

#define GERBANG_STAMP_TEXT(x) #x
#define GERBANG_STAMP_VALUE(x) GERBANG_STAMP_TEXT(x)

#if defined(__clang__)
#define GERBANG_STAMP_COMPILER "clang " __clang_version__
#else
#define GERBANG_STAMP_COMPILER "gcc " __VERSION__
#endif
#if defined(_GLIBCXX_DEBUG)
#define GERBANG_STAMP_CHECKS "debug"
#elif defined(_GLIBCXX_ASSERTIONS)
#define GERBANG_STAMP_CHECKS "assertions"
#else
#define GERBANG_STAMP_CHECKS "none"
#endif
#if defined(__SANITIZE_ADDRESS__)
#define GERBANG_STAMP_SANITIZER "address"
#elif defined(__SANITIZE_THREAD__)
#define GERBANG_STAMP_SANITIZER "thread"
#else
#define GERBANG_STAMP_SANITIZER "none"
#endif

// One item per thing that must agree, separated by "; ".
#define GERBANG_CONNECTOR_STAMP \
  "gerbang-connector 1; headers " GERBANG_INTERFACE_HASH "; compiler " GERBANG_STAMP_COMPILER   \
  "; abi " GERBANG_STAMP_VALUE(__GXX_ABI_VERSION) "; c++ " GERBANG_STAMP_VALUE(__cplusplus)     \
      "; libstdc++ " GERBANG_STAMP_VALUE(__GLIBCXX__) "; cxx11 " GERBANG_STAMP_VALUE(           \
          _GLIBCXX_USE_CXX11_ABI) "; checks " GERBANG_STAMP_CHECKS                              \
                                  "; sanitizer " GERBANG_STAMP_SANITIZER                        \
                                  "; pointer " GERBANG_STAMP_VALUE(__SIZEOF_POINTER__)

namespace gerbang {

inline constexpr const char* kStampSymbol = "gerbang_connector_stamp";  // const char[]
inline constexpr const char* kMakeSymbol = "gerbang_make_connector";    // MakeConnector
using MakeConnector = Connector* (*)();  // owned by the caller; null: it could not be made

}  // namespace gerbang

#define GERBANG_CONNECTOR_PLUGIN(make)                                                  \
  extern "C" {                                                                          \
  extern __attribute__((visibility("default"))) const char gerbang_connector_stamp[];   \
  const char gerbang_connector_stamp[] = GERBANG_CONNECTOR_STAMP;                       \
  __attribute__((visibility("default"))) gerbang::Connector* gerbang_make_connector() { \
    try {                                                                               \
      return make().release();                                                          \
    } catch (...) {                                                                     \
      return nullptr;                                                                   \
    }                                                                                   \
  }                                                                                     \
  }
