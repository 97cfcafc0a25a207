#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.hpp"

namespace gerbang {

struct Organisation {
  std::string id;  // org_…
  std::string name;
  std::string kind;  // open list: bumdes, bumdesma, koperasi, …
  std::string zone = "WIB";
  std::optional<std::string> village_code;  // kode desa, dotted
  bool suspended = false;
  TimePoint created_at;
};

// Who is calling. Made from a key; the organisation comes from nowhere else.
struct Principal {
  std::string key_id;
  std::string organisation;         // empty for the host's admin key
  std::vector<std::string> scopes;  // "read", "write"; empty means both
  bool may(std::string_view scope) const;
};

struct ApiKey {
  std::string id;  // key_…
  std::string organisation;
  std::string label;
  std::vector<std::string> scopes;
  std::string hash;  // hex SHA-256 of the key; the key itself is shown once and never stored
  TimePoint created_at;
  std::optional<TimePoint> expires_at;
  std::optional<TimePoint> revoked_at;
};

}  // namespace gerbang
