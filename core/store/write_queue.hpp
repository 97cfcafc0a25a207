#pragma once

#include <deque>
#include <memory>

#include "core/store/store.hpp"

namespace gerbang::store {

// What waits, by urgency.
struct WriteQueue {
  std::deque<std::unique_ptr<Store::Write>> orders;
  std::deque<std::unique_ptr<Store::Write>> normal;
  std::deque<std::unique_ptr<Store::Write>> bulk;

  std::size_t size() const { return orders.size() + normal.size() + bulk.size(); }
  std::deque<std::unique_ptr<Store::Write>>& lane(WriteLane lane);
  // Puts what is left of an earlier group in front of what came meanwhile.
  void put_back(WriteQueue rest);
};

}  // namespace gerbang::store
