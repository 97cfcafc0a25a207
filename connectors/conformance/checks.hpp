#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "connectors/conformance/conformance.hpp"

// Inside the kit: what a check has and how it tells.
namespace gerbang::conformance {

class Findings {
 public:
  // Something looked at; `finding` is told when it is not so.
  bool expect(bool so, const std::string& finding) {
    ++trials;
    if (!so && list.size() < 20) list.push_back(finding);
    return so;
  }
  // A value without which the check cannot go on.
  template <class T>
  T need(Result<T> result, const std::string& what) {
    ++trials;
    if (!result) throw Stop(what + ": " + result.error().describe());
    return std::move(*result);
  }
  // A failure of one of these kinds.
  template <class T>
  bool refused(const Result<T>& result, const std::string& what,
               std::initializer_list<ErrorKind> kinds) {
    if (result) return expect(false, what + " succeeds");
    return expect(std::find(kinds.begin(), kinds.end(), result.error().kind) != kinds.end(),
                  what + ": " + result.error().describe());
  }

  int trials = 0;
  std::vector<std::string> list;
};

// The shop in which the checks happen, one after the other.
struct Bench {
  explicit Bench(const Subject& s) : subject(s), market(s) { market.outcomes = &outcomes; }

  const Subject& subject;
  Market market;
  Outcomes outcomes;
  std::vector<Goods> goods;  // published and on offer; the first is the one that is bought
  int serial = 0;

  std::string code() { return "KRJ" + std::to_string(++serial); }
  const Goods& first();  // throws Stop when nothing could be published
};

struct Check {
  const char* group;
  const char* name;
  bool (*declared)(const Bench& bench);
  void (*run)(Bench& bench, Findings& findings);
};

std::span<const Check> access_checks();
std::span<const Check> listing_checks();
std::span<const Check> order_checks();
std::span<const Check> webhook_checks();
std::span<const Check> outcome_checks();

inline bool always(const Bench&) {
  return true;
}

// An id of the channel's own shape that stands for nothing.
std::string unknown_id(std::string id);

}  // namespace gerbang::conformance
