#include "core/store/postgres/routes.hpp"

namespace gerbang::store::postgres {

void Routes::learn(const std::string& shop, const std::string& organisation) {
  const std::lock_guard lock(mutex_);
  shops_.insert_or_assign(shop, organisation);
}

std::optional<std::string> Routes::organisation_of(const std::string& shop) const {
  const std::lock_guard lock(mutex_);
  const auto found = shops_.find(shop);
  if (found == shops_.end()) return std::nullopt;
  return found->second;
}

}  // namespace gerbang::store::postgres
