#include "core/policy/priority.hpp"

#include <algorithm>

#include "core/base/error.hpp"

namespace gerbang::policy {

namespace {

constexpr int kUrgentTurns = 4;    // for each one of the others
constexpr int kUrgentCredit = 16;  // beyond that, for a burst
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

struct Who {
  bool urgent = false;
  bool others = false;
};

Who who_waits(const std::vector<Waiting>& waiting) {
  Who who;
  for (const Waiting& w : waiting) {
    if (w.count > 0) (is_urgent(w.aspect, w.urgency) ? who.urgent : who.others) = true;
  }
  return who;
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

std::optional<std::size_t> Turns::choose_among(const std::vector<Waiting>& waiting, bool urgent) {
  std::optional<std::size_t> best;  // by rank
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    const Waiting& w = waiting[i];
    if (w.count == 0 || is_urgent(w.aspect, w.urgency) != urgent) continue;
    if (!best ||
        rank_of(w.aspect, w.urgency) < rank_of(waiting[*best].aspect, waiting[*best].urgency))
      best = i;
  }
  if (!best) return std::nullopt;
  const auto last = [&](std::size_t i) {
    const auto at = last_turn_.find({waiting[i].aspect, waiting[i].urgency});
    return at == last_turn_.end() ? 0 : at->second;
  };
  std::optional<std::size_t> patient;  // longest without a turn, then waiting longest
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    const Waiting& w = waiting[i];
    if (w.count == 0 || is_urgent(w.aspect, w.urgency) != urgent || i == *best) continue;
    if (!patient || last(i) < last(*patient) ||
        (last(i) == last(*patient) && w.oldest < waiting[*patient].oldest))
      patient = i;
  }
  int& in_a_row = ranked_in_a_row_[urgent ? 1 : 0];
  std::size_t chosen = *best;
  if (patient && ++in_a_row > kRankedTurns) {
    in_a_row = 0;
    chosen = *patient;
  }
  last_turn_[{waiting[chosen].aspect, waiting[chosen].urgency}] = ++turn_;
  return chosen;
}

bool Turns::urgent_next(const std::vector<Waiting>& waiting) const {
  const Who who = who_waits(waiting);
  return who.urgent && (!who.others || owed_ < kUrgentTurns);
}

std::optional<std::size_t> Turns::choose(const std::vector<Waiting>& waiting) {
  const Who who = who_waits(waiting);
  if (!who.others) owed_ = std::min(owed_, 0);  // nobody is kept waiting
  if (urgent_next(waiting)) {
    if (who.others) ++owed_;
    return choose_among(waiting, true);
  }
  if (who.others) owed_ = std::max(owed_ - kUrgentTurns, -kUrgentCredit);
  return choose_among(waiting, false);
}

}  // namespace gerbang::policy
