// Built for another gateway. Whoever calls it has not looked at the stamp.
#include <cstdlib>

#include "core/connector/plugin.hpp"

extern "C" {
extern __attribute__((visibility("default"))) const char gerbang_connector_stamp[];
const char gerbang_connector_stamp[] =
    "gerbang-connector 1; headers 00000000000000000000000000000000";
__attribute__((visibility("default"))) gerbang::Connector* gerbang_make_connector() {
  std::abort();
}
}
