#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace gerbang::store::postgres {

// Which organisation a shop belongs to. It never changes, so what was read once is right for ever;
// shops that another process made since are found in the database. Thread-safe.
class Routes {
 public:
  void learn(const std::string& shop, const std::string& organisation);
  std::optional<std::string> organisation_of(const std::string& shop) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string> shops_;
};

}  // namespace gerbang::store::postgres
