#include "tests/hostile/matrix.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "config/messages.hpp"

namespace gerbang::hostile {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

constexpr Duration kRetryAfter = minutes(2);

bool is_refresh(const Peace& peace, const Entry& e) {
  return peace.refreshes.contains(e.operation) && e.status == 200 && e.error.empty();
}

std::vector<json::Value> effects_of(const Entry& e) {
  std::vector<json::Value> out;
  if (e.effect.is_object()) out.push_back(e.effect);
  for (const json::Value& one : e.effect.items()) out.push_back(one);
  return out;
}

// Position of a value among those that were wanted one after the other; nothing when it is none of
// them (the amount of a product that was just made, another tool's value).
template <class T>
std::optional<std::size_t> version_of(const std::vector<T>& history, std::int64_t value) {
  for (std::size_t i = history.size(); i-- > 0;) {
    if (history[i] == value) return i;
  }
  return std::nullopt;
}

// No older value is written after a newer one.
void check_order_of_values(const Day& day, const std::vector<Entry>& ledger,
                           std::vector<std::string>& out) {
  const auto follow = [&](const char* field, const auto& histories) {
    std::map<std::string, std::size_t> newest;
    for (const Entry& e : ledger) {
      for (const json::Value& effect : effects_of(e)) {
        const std::string sku(effect["sku"].text());
        const auto history = histories.find(sku);
        const auto value = effect[field].to_integral();
        if (history == histories.end() || !value) continue;
        const auto version = version_of(history->second, *value);
        if (!version) continue;
        const auto last = newest.find(sku);
        if (last != newest.end() && *version < last->second)
          out.push_back("stale " + std::string(field) + " of " + sku + ": " +
                        std::to_string(*value) + " after a newer one");
        newest[sku] = *version;
      }
    }
  };
  follow("stock", day.stock_history);
  follow("price", day.price_history);
}

void check_retry_after(const Peace& peace, const Cell& cell, const FaultKind& kind,
                       const std::vector<Entry>& ledger, std::vector<std::string>& out) {
  if (kind.kind != "throttle") return;
  const bool app = peace.app_level.contains(cell.operation);
  for (std::size_t i = 0; i < ledger.size(); ++i) {
    if (ledger[i].error != "fault:throttle") continue;
    const TimePoint until = ledger[i].at + std::max<Duration>(kind.delay, seconds(1));
    for (std::size_t j = i + 1; j < ledger.size() && ledger[j].at < until; ++j) {
      const bool same = ledger[j].operation == cell.operation;
      const bool other = !app && kind.delay.count() > 0 && cell.chapter != Chapter::authorise &&
                         !peace.app_level.contains(ledger[j].operation);
      if (!same && !other) continue;
      out.push_back(ledger[j].operation + " was called " +
                    std::to_string((ledger[j].at - ledger[i].at).count()) +
                    " ms after the channel asked for " + std::to_string(kind.delay.count()));
      return;
    }
  }
}

void check_refreshes(const Peace& peace, const Cell& cell, const FaultKind& kind, Mode mode,
                     const std::vector<Entry>& ledger, int harness, Duration elapsed,
                     std::vector<std::string>& out) {
  if (cell.chapter == Chapter::authorise) return;
  int refreshes = -harness;
  std::optional<TimePoint> last;
  for (const Entry& e : ledger) {
    if (!is_refresh(peace, e)) continue;
    ++refreshes;
    if (kind.kind == "auth_expired" && harness == 0 && last && e.at - *last < minutes(10))
      out.push_back("a token that was minutes old was thrown away");
    last = e.at;
  }
  int allowed = 1 + static_cast<int>(elapsed / peace.token_use);
  // The channel calls good tokens expired: one in ten minutes may be replaced, as checked above.
  if (kind.kind == "auth_expired") return;
  if (kind.unclear) allowed += 1;  // a lost pair is tried once more
  // While every answer of the token endpoint is lost it is asked at 15 s doubling to 5 min; a
  // channel that does not mind the old pair makes a new one each time.
  if (kind.unclear && mode == Mode::until_cleared && peace.refreshes.contains(cell.operation))
    allowed += 5 + static_cast<int>(elapsed / minutes(5));
  if (refreshes > allowed)
    out.push_back(std::to_string(refreshes) + " token refreshes where " + std::to_string(allowed) +
                  " were needed");
}

// A channel that says "too many calls" without saying for how long, or refuses good tokens and
// keys, is asked at growing distance.
void check_distance(const FaultKind& kind, Mode mode, const std::vector<Entry>& ledger,
                    Duration elapsed, std::vector<std::string>& out) {
  const bool repeated =
      kind.kind == "auth_expired" || (kind.kind == "throttle" && kind.delay.count() == 0);
  if (!repeated || mode != Mode::until_cleared) return;
  const std::string mark = "fault:" + kind.kind;
  const auto refused =
      std::count_if(ledger.begin(), ledger.end(), [&](const Entry& e) { return e.error == mark; });
  const auto hours_begun = 1 + std::chrono::duration_cast<hours>(elapsed).count();
  if (refused > 100 * hours_begun)
    out.push_back("a channel that refuses was asked " + std::to_string(refused) + " times");
}

// After a create without a clear answer the gateway looks before it creates the same thing again.
void check_look_before_create(const Day& day, const Peace& peace, const Cell& cell,
                              const FaultKind& kind, std::vector<std::string>& out) {
  if (!kind.unclear || !peace.creates.contains(cell.operation)) return;
  std::map<std::string, bool> looked;  // by SKUs in the body of a create
  for (const Sent& s : day.sent) {
    if (s.effect == Effect::read && !peace.idle.contains(s.operation)) {
      for (auto& [tag, yes] : looked) yes = true;
      continue;
    }
    if (s.effect != Effect::create) continue;
    std::string tag;
    for (const std::string& sku : day.fresh_skus) {
      if (s.body.find(sku) != std::string::npos) tag += sku + " ";
    }
    if (tag.empty()) continue;
    const auto before = looked.find(s.operation + tag);
    if (before != looked.end() && !before->second)
      out.push_back(s.operation + " was repeated without a look");
    looked[s.operation + tag] = false;
  }
}

void check_words(const std::string& code, const std::string& about, std::vector<std::string>& out) {
  if (code.empty()) {
    out.push_back(about + " has no code");
  } else if (!messages::has_message(code)) {
    out.push_back(about + ": " + code + " is not in the catalogue");
  }
}

// What is parked shows why, in the list of what is parked and at its listing.
void check_parked(Day& day, const FaultKind& kind, std::vector<std::string>& out) {
  store::ListListings query;
  query.organisation = day.world.organisation();
  query.shop = day.shop.id;
  query.state = "rejected";
  query.limit = 1000;
  const auto shown = day.world.store().read_now(query);
  for (const store::ParkedWork& p : day.parked()) {
    const std::string about = std::string(gerbang::to_string(p.aspect)) + " of " + p.subject;
    check_words(p.problem.code, "parked " + about, out);
    if (!kind.permanent) out.push_back(about + " is parked: " + p.problem.code);
    const bool of_listing = p.aspect == Aspect::stock || p.aspect == Aspect::price ||
                            p.aspect == Aspect::content || p.aspect == Aspect::state;
    if (!of_listing) continue;
    const auto at = std::find_if(shown->data.begin(), shown->data.end(), [&](const Listing& l) {
      return l.sku == p.subject || l.product == parts_of_unit(p.subject).code;
    });
    if (at == shown->data.end() || !at->attempt || at->attempt->code.empty())
      out.push_back(about + " is parked and no listing says why");
  }
}

// Until nothing waits, with what a person would press. Says what kept it from settling.
void recover(Day& day, const FaultKind& kind, std::vector<std::string>& out) {
  for (int round = 0; round < 4; ++round) {
    check_parked(day, kind, out);
    const auto view = day.shop_view();
    if (view.shop.state == ShopState::needs_authorisation) {
      check_words(view.shop.reason, "the shop's state", out);
      if (!kind.permanent && !kind.unclear)
        out.push_back("the seller is asked for consent: " + view.shop.reason);
      const auto again = day.authorise_again();
      if (!again) out.push_back("consent is refused: " + again.error().describe());
    }
    day.try_parked_again();
    day.quiet(hours(12));
    // Nothing waits and no call has gone through since the channel asked for silence: the next poll
    // is one.
    if (!day.parked().empty() || day.shop_view().shop.state != ShopState::active)
      day.world.run_for(minutes(6));
    const auto after = day.shop_view();
    if (after.work.waiting == 0 && after.work.parked == 0 && after.shop.state == ShopState::active)
      return;
  }
}

Outcome conclude(Day& day, const Peace& peace, const Cell& cell, const FaultKind& kind, Mode mode,
                 std::int64_t began_at, TimePoint began, Outcome outcome) {
  auto& out = outcome.violations;
  const TimePoint cleared = day.world.clock.now();
  // A refresh without a clear answer is tried again in a while; what that brings belongs to this
  // run.
  if (peace.refreshes.contains(cell.operation)) day.world.run_for(minutes(12));
  recover(day, kind, out);
  if (!day.authorise_failure.empty()) {
    check_words(day.authorise_failure, "the failed consent", out);
    day.world.run_for(kRetryAfter);  // people wait when they are told to
    const auto again = day.authorise_again();
    if (!again) out.push_back("consent fails for good: " + again.error().describe());
  }
  const std::vector<std::string> early = day.duplicates();
  out.insert(out.end(), early.begin(), early.end());
  day.finish(cell.chapter);
  recover(day, kind, out);
  day.world.run_for(seconds(10));      // what the channel checks before it shows it
  day.quiet(std::chrono::minutes(1));  // a poll may just have begun
  const std::vector<std::string> different = day.differences();
  out.insert(out.end(), different.begin(), different.end());

  const std::vector<Entry> ledger = day.ledger(began_at);
  check_order_of_values(day, ledger, out);
  check_retry_after(peace, cell, kind, ledger, out);
  check_refreshes(peace, cell, kind, mode, ledger, day.reauthorised, day.world.clock.now() - began,
                  out);
  check_distance(kind, mode, ledger, cleared - began, out);
  check_look_before_create(day, peace, cell, kind, out);
  for (const Entry& e : ledger) {
    const bool marked = e.error == "fault:" + kind.kind;
    const bool served =
        e.operation == cell.operation && e.at < began + hours(5) &&
        (kind.kind == "slow" || kind.kind == "reset_after" || kind.kind == "truncated");
    if (marked || (served && outcome.struck == 0)) ++outcome.struck;
  }
  if (std::getenv("HOSTILE_LEDGER") && !out.empty()) {
    for (const Entry& e : ledger)
      std::fprintf(stderr, "  %s %s %d %s %s\n", to_rfc3339(e.at).c_str(), e.operation.c_str(),
                   e.status, e.error.c_str(), json::dump(e.effect).c_str());
  }
  ++totals().runs;
  totals().faults += outcome.struck;
  totals().violations += static_cast<int>(out.size());
  return outcome;
}

}  // namespace

Totals& totals() {
  static Totals all;
  return all;
}

const std::vector<FaultKind>& fault_kinds() {
  static const std::vector<FaultKind> kinds = {
      {"slow", "slow", seconds(8)},
      {"too slow", "slow", seconds(35), true},
      {"reset_before", "reset_before", Duration(0), true},
      {"reset_after", "reset_after", Duration(0), true},
      {"throttle", "throttle", kRetryAfter},
      {"throttle without Retry-After", "throttle"},
      {"server_error", "server_error", Duration(0), true},
      {"html", "html", Duration(0), true},
      {"empty", "empty", Duration(0), true},
      {"truncated", "truncated", Duration(0), true},
      {"auth_expired", "auth_expired", Duration(0), false, true},
      {"bad_gateway", "bad_gateway", Duration(0), true},
      {"refuse", "refuse", Duration(0), false, true},
  };
  return kinds;
}

namespace {

// Operations by day, of one life of a shop.
using Used = std::map<Chapter, std::set<std::string>>;

void live_through(Day& day, Chapter chapter, Peace& peace, Used& used) {
  // So that a poll no longer reaches back to the orders of the day before.
  if (chapter != Chapter::begin) day.world.run_for(minutes(40));
  const std::int64_t before = day.ledger_end();
  day.prepare(chapter);
  day.sent.clear();
  const std::int64_t from = day.ledger_end();
  for (const Entry& e : day.ledger(before)) {
    if (e.shop.empty() && chapter == Chapter::lost) peace.app_level.insert(e.operation);
  }
  day.act(chapter, hours(1));
  for (const Entry& e : day.ledger(from)) {
    used[chapter].insert(e.operation);
    if (e.shop.empty() && (chapter == Chapter::idle || chapter == Chapter::lost))
      peace.app_level.insert(e.operation);
    if (chapter != Chapter::publish) continue;
    for (const json::Value& effect : effects_of(e)) {
      const std::string sku(effect["sku"].text());
      if (std::find(day.fresh_skus.begin(), day.fresh_skus.end(), sku) != day.fresh_skus.end() &&
          !effect["stock"].is_null() && !effect["price"].is_null())
        peace.creates.insert(e.operation);
    }
  }
  // Where products are made by way of a queue the ledger shows them later, without the call.
  if (chapter == Chapter::publish) {
    for (const Sent& s : day.sent) {
      for (const std::string& sku : day.fresh_skus) {
        if (s.effect == Effect::create && s.body.find(sku) != std::string::npos)
          peace.creates.insert(s.operation);
      }
    }
  }
  day.finish(chapter);
  if (!day.quiet(hours(1))) peace.violations.push_back("it does not settle");
  for (const std::string& d : day.differences())
    peace.violations.push_back(std::string(to_string(chapter)) + " in peace: " + d);
}

// The call that makes new tokens, and for how long one is used.
void look_at_tokens(Day& day, Peace& peace) {
  const Connector& connector = day.world.connector(day.channel);
  if (!connector.info().can.authorise) return;
  store::LoadTokens query;
  query.shop = day.shop.id;
  const auto view = day.world.store().read_now(query);
  ensure(view.ok(), "a shop without tokens: " + day.channel);
  const Duration life = view->tokens.access_expires_at - view->tokens.obtained_at;
  peace.token_use = life * 69 / 100;  // it is replaced at 70 to 75 % of its life
  Exchange<TokenSet> exchange =
      connector.refresh_tokens(day.world.context_of(day.channel, day.shop));
  const std::optional<HttpRequest> request = exchange.start();
  ensure(request.has_value(), "a refresh that calls nobody: " + day.channel);
  peace.refreshes = {request->operation};
}

}  // namespace

std::set<std::string> observe_app_calls(const std::string& channel) {
  Peace peace;
  Used used;
  Day day(channel);
  for (const Chapter chapter : {Chapter::idle, Chapter::lost})
    live_through(day, chapter, peace, used);
  return peace.app_level;
}

Peace observe_peace(const std::string& channel) {
  Peace peace;
  Used first, second, beginning;
  {
    Day day(channel, false);
    live_through(day, Chapter::begin, peace, beginning);
  }
  Day day(channel);
  look_at_tokens(day, peace);
  // First what happens by itself: the rest is what a chapter adds.
  std::vector<Chapter> chapters = all_chapters();
  std::rotate(chapters.rbegin(), chapters.rbegin() + 1, chapters.rend());
  for (const Chapter chapter : chapters) live_through(day, chapter, peace, first);
  for (const Chapter chapter : chapters) live_through(day, chapter, peace, second);
  if (!peace.refreshes.empty() && !first[Chapter::tokens].contains(*peace.refreshes.begin()))
    peace.violations.push_back("no token was refreshed on the day of tokens");

  // The short form puts a fault on an operation on the first day that uses it.
  const std::size_t days = std::getenv("GERBANG_LONG") ? 3 : 1;
  std::map<std::string, std::vector<Chapter>> regular;
  for (const Chapter c : chapters) {
    for (const std::string& operation : first[c]) {
      if (second[c].contains(operation)) regular[operation].push_back(c);
    }
  }
  for (const auto& [operation, where] : regular) {
    // A token that grows old on another day than its own does so by chance.
    const bool refresh = peace.refreshes.contains(operation);
    if (where.front() == Chapter::idle && !refresh) peace.idle.insert(operation);
    std::vector<Chapter> chosen;
    for (const Chapter c : all_chapters()) {
      if (std::find(where.begin(), where.end(), c) == where.end() || c == Chapter::idle) continue;
      if (refresh && c != Chapter::tokens && c != Chapter::authorise) continue;
      const bool poll = peace.idle.contains(operation);
      if (poll && c != Chapter::orders && c != Chapter::lost) continue;
      if (chosen.size() < days) chosen.push_back(c);
    }
    if (chosen.empty()) chosen.push_back(where.front());
    for (const Chapter c : chosen) peace.cells.push_back({c, operation});
  }
  for (const std::string& operation : beginning[Chapter::begin]) {
    if (!regular.contains(operation)) peace.cells.push_back({Chapter::begin, operation});
  }
  return peace;
}

Outcome run_cell(Day& day, const Peace& peace, const Cell& cell, const FaultKind& kind, Mode mode) {
  day.prepare(cell.chapter);
  day.sent.clear();
  day.reauthorised = 0;
  const std::int64_t began_at = day.ledger_end();
  const TimePoint began = day.world.clock.now();
  day.fault(cell.operation, kind.kind, kind.delay, mode == Mode::once ? 1 : -1);
  if (mode == Mode::once) {
    day.act(cell.chapter, hours(1));
  } else {
    day.act(cell.chapter, minutes(4));
    day.world.run_for(minutes(15));
  }
  Outcome outcome;
  // Those faults that leave no mark in the ledger: the calls that were served meanwhile.
  if (kind.kind == "slow" || kind.kind == "reset_after" || kind.kind == "truncated") {
    for (const Entry& e : day.ledger(began_at)) {
      if (e.operation == cell.operation && (mode == Mode::until_cleared || outcome.struck == 0))
        ++outcome.struck;
    }
  }
  day.clear_faults();
  outcome = conclude(day, peace, cell, kind, mode, began_at, began, std::move(outcome));
  // A recurring job that failed comes back within a quarter of an hour; the next run begins after.
  if (mode == Mode::until_cleared &&
      (peace.idle.contains(cell.operation) || cell.chapter == Chapter::read_back ||
       cell.chapter == Chapter::tokens))
    day.world.run_for(minutes(16));
  return outcome;
}

bool used_in_peace(Day& day, const Cell& cell) {
  day.prepare(cell.chapter);
  const std::int64_t from = day.ledger_end();
  day.act(cell.chapter, hours(1));
  const std::vector<Entry> calls = day.ledger(from);
  day.finish(cell.chapter);
  return std::any_of(calls.begin(), calls.end(),
                     [&](const Entry& e) { return e.operation == cell.operation; });
}

Outcome run_pushes(Day& day, const Peace& peace, const json::Value& faults) {
  const Cell cell{Chapter::orders, "webhook"};
  const FaultKind kind{"webhooks", "", Duration(0), false, false};
  day.prepare(cell.chapter);
  day.sent.clear();
  day.reauthorised = 0;
  const std::int64_t began_at = day.ledger_end();
  const TimePoint began = day.world.clock.now();
  const auto made = [&] {
    return day.world.control(day.channel, Method::get, "pushes")["made"].as_int64().value_or(0);
  };
  const std::int64_t before = made();
  day.pushes(faults);
  day.act(cell.chapter, minutes(4));
  Outcome outcome;
  outcome.struck = static_cast<int>(std::max<std::int64_t>(made() - before, 1));
  day.clear_faults();
  return conclude(day, peace, cell, kind, Mode::until_cleared, began_at, began, std::move(outcome));
}

}  // namespace gerbang::hostile
