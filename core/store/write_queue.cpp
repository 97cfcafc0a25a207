#include "core/store/write_queue.hpp"

#include <utility>

namespace gerbang::store {

std::deque<std::unique_ptr<Store::Write>>& WriteQueue::lane(WriteLane lane) {
  switch (lane) {
    case WriteLane::orders:
      return orders;
    case WriteLane::normal:
      return normal;
    case WriteLane::bulk:
      return bulk;
  }
  invariant_broken("a write lane without a queue");
}

void WriteQueue::put_back(WriteQueue rest) {
  const auto in_front = [](auto& queue, auto& front) {
    for (auto& waiting : queue) front.push_back(std::move(waiting));
    queue.swap(front);
  };
  in_front(orders, rest.orders);
  in_front(normal, rest.normal);
  in_front(bulk, rest.bulk);
}

}  // namespace gerbang::store
