#pragma once

#include <set>
#include <string>

#include "core/base/result.hpp"

namespace gerbang::sync {

// The pages of one list that were read. A channel that names a page which it named before would be
// read for ever, and one that never names a last page too; what was not read must not count as
// read.
class PageTrail {
 public:
  // The cursor of the next page. Errors: transient paging_stuck.
  Result<void> go_on(const std::string& next) {
    if (!named_.insert(next).second)
      return Error(ErrorKind::transient, "paging_stuck", "a page comes round again");
    if (named_.size() > kMostPages)
      return Error(ErrorKind::transient, "paging_stuck", "no last page");
    return {};
  }

 private:
  static constexpr std::size_t kMostPages = 100'000;
  std::set<std::string> named_;
};

}  // namespace gerbang::sync
