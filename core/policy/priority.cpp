#include "core/policy/priority.hpp"

#include "core/base/error.hpp"

namespace gerbang::policy {

namespace {

constexpr int kUrgentTurns = 4;
constexpr int kRankedTurns = 3;
constexpr int kRoutine = 10;  // later than every rank of the others

int rank_of_aspect(Aspect aspect) {
  switch (aspect) {
    case Aspect::order_fetch:
      return 0;
    case Aspect::order_accept:
    case Aspect::order_ship:
    case Aspect::order_cancel:
      return 1;
    case Aspect::stock:
      return 3;
    case Aspect::state:
      return 4;
    case Aspect::price:
      return 5;
    case Aspect::content:
      return 6;
  }
  invariant_broken("an aspect without a rank");
}

bool of_an_order(Aspect aspect) {
  return rank_of_aspect(aspect) <= 1;
}

}  // namespace

int rank_of(Aspect aspect, Urgency urgency) {
  if (of_an_order(aspect)) return rank_of_aspect(aspect);
  if (aspect == Aspect::stock && urgency == Urgency::order) return 2;
  return rank_of_aspect(aspect) + (urgency == Urgency::routine ? kRoutine : 0);
}

bool is_urgent(Aspect aspect, Urgency urgency) {
  return rank_of(aspect, urgency) <= 2;
}

std::optional<std::size_t> Turns::choose(const std::vector<Waiting>& waiting) {
  std::optional<std::size_t> urgent;  // best rank of the urgent kinds
  std::optional<std::size_t> ranked;  // best rank of the others
  std::optional<std::size_t> oldest;  // longest wait of the others
  const auto better_rank = [&](std::size_t a, const std::optional<std::size_t>& b) {
    return !b || rank_of(waiting[a].aspect, waiting[a].urgency) <
                     rank_of(waiting[*b].aspect, waiting[*b].urgency);
  };
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    const Waiting& w = waiting[i];
    if (w.count == 0) continue;
    if (is_urgent(w.aspect, w.urgency)) {
      if (better_rank(i, urgent)) urgent = i;
    } else {
      if (better_rank(i, ranked)) ranked = i;
      if (!oldest || w.oldest < waiting[*oldest].oldest) oldest = i;
    }
  }
  if (!ranked) urgent_in_a_row_ = 0;
  if (urgent && (!ranked || urgent_in_a_row_ < kUrgentTurns)) {
    if (ranked) ++urgent_in_a_row_;
    return urgent;
  }
  urgent_in_a_row_ = 0;
  if (!ranked) return std::nullopt;
  if (ranked_in_a_row_ < kRankedTurns) {
    ++ranked_in_a_row_;
    return ranked;
  }
  ranked_in_a_row_ = 0;
  return oldest;
}

}  // namespace gerbang::policy
