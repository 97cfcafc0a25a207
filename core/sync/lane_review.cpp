// Adoption: the shop's listings are read page by page, then matched with our variants. Both go on
// where a crash left them; a person decides afterwards.
#include <algorithm>

#include "core/base/log.hpp"
#include "core/policy/backoff.hpp"
#include "core/policy/matching.hpp"
#include "core/sync/await.hpp"
#include "core/sync/lane_call.hpp"

namespace gerbang::sync {

using boost::asio::awaitable;

namespace {

// Seconds of a processor at most; a village has some hundred of each.
constexpr std::size_t kMostPairs = 4'000'000;
constexpr std::size_t kLongestText = 500;  // bytes that are kept of what a channel calls a title

// Cut between characters.
std::string cut(std::string text) {
  if (text.size() <= kLongestText) return text;
  std::size_t end = kLongestText;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0u) == 0x80u) --end;
  text.resize(end);
  return text;
}

FoundListing found_from(RemoteListing& l) {
  FoundListing out;
  out.remote_product = std::move(l.remote_product);
  out.remote_variant = std::move(l.remote_variant);
  out.title = std::move(l.title);
  for (const std::string& option : l.options) out.title += (out.title.empty() ? "" : " ") + option;
  out.title = cut(std::move(out.title));
  out.sku = cut(std::move(l.remote_sku));
  out.barcode = cut(std::move(l.barcode));
  out.price = std::move(l.price);
  out.stock = l.stock;
  out.listed = l.listed;
  out.remote_state = cut(std::move(l.remote_state));
  return out;
}

std::vector<store::KeepMatches::Match> matches_of(store::LoadReviewCandidates::Answer all) {
  std::vector<policy::RemoteCandidate> listings;
  for (LinkProposal& p : all.listings)
    listings.push_back({std::move(p.id), std::move(p.found.sku), std::move(p.found.barcode),
                        std::move(p.found.title), std::move(p.found.price)});
  std::vector<policy::VariantCandidate> variants;
  for (auto& v : all.variants)
    variants.push_back(
        {std::move(v.sku), std::move(v.barcode), std::move(v.title), std::move(v.price)});
  std::vector<store::KeepMatches::Match> out;
  for (policy::MatchProposal& p :
       policy::propose_matches_within(kMostPairs, std::move(listings), std::move(variants)))
    out.push_back(
        {std::move(p.key), std::move(p.sku), p.confidence, std::string(to_string(p.reason))});
  return out;
}

}  // namespace

bool Lane::review_due(TimePoint now) {
  if (review_.state != ReviewState::reading && review_.state != ReviewState::matching) {
    review_retry_.reset();
    review_failures_ = 0;
    return false;
  }
  return !review_retry_ || *review_retry_ <= now;
}

awaitable<void> Lane::review_step() {
  const bool reading = review_.state == ReviewState::reading;
  auto stepping = reading ? read_review_page() : match_review();
  Result<void> done = co_await std::move(stepping);
  ports_.metrics->count("gerbang_review_steps_total", "Pages read and matchings made for reviews.",
                        {{"channel", connector_.info().channel},
                         {"step", reading ? "page" : "match"},
                         {"outcome", done ? "done" : std::string(to_string(done.error().kind))}});
  if (done) {
    review_failures_ = 0;
    review_retry_.reset();
    co_return;
  }
  const Error& error = done.error();
  if (error.kind == ErrorKind::cancelled) co_return;  // we are stopping: the next start goes on
  log::warning("review.step_failed", {{"shop", shop_id_}, {"error", error.describe()}});
  const Duration wait = std::max<Duration>(policy::backoff(++review_failures_, *ports_.random),
                                           error.retry_after.value_or(Duration(0)));
  review_retry_ = ports_.clock->now() + wait;
  // No call was free, or the channel asked us to wait: the shop's own state says so.
  if (error.kind == ErrorKind::throttled) co_return;
  store::NoteReviewProblem script;
  script.shop = shop_id_;
  script.round = review_.round;
  script.code = error.code;
  // A cursor that the channel no longer takes would be refused for ever.
  script.from_start = error.kind == ErrorKind::invalid || error.kind == ErrorKind::rejected ||
                      error.kind == ErrorKind::not_found || error.code == "paging_stuck";
  if (script.from_start) trail_round_ = 0;
  auto noting = write(std::move(script));
  Result<bool> noted = co_await std::move(noting);
  if (!noted)
    log::warning("review.problem_not_kept",
                 {{"shop", shop_id_}, {"error", noted.error().describe()}});
}

awaitable<Result<void>> Lane::read_review_page() {
  if (trail_round_ != review_.round) {
    review_trail_ = PageTrail();
    trail_round_ = review_.round;
  }
  Make<ListingPage> make = [this, cursor = review_.cursor](CallContext context) {
    return connector_.read_listings(std::move(context), cursor);
  };
  auto calling = call<ListingPage>(std::move(make));
  Result<ListingPage> page = co_await std::move(calling);
  if (!page) co_return std::move(page).error();
  const std::string next = page->next;
  store::KeepReviewPage script;
  script.shop = shop_id_;
  script.round = review_.round;
  script.cursor = review_.cursor;
  script.next = std::move(page->next);
  for (RemoteListing& l : page->listings) script.listings.push_back(found_from(l));
  auto keeping = write(std::move(script), store::WriteLane::bulk);
  Result<bool> kept = co_await std::move(keeping);
  if (!kept) co_return std::move(kept).error();
  // After it was kept: a page that is read again because it could not be kept is no circle.
  if (next.empty()) co_return Result<void>();
  co_return review_trail_.go_on(next);
}

awaitable<Result<void>> Lane::match_review() {
  store::LoadReviewCandidates query;
  query.shop = shop_id_;
  auto reading = read(*ports_.store, std::move(query));
  Result<store::LoadReviewCandidates::Answer> all = co_await std::move(reading);
  if (!all) co_return std::move(all).error();

  using Matches = std::vector<store::KeepMatches::Match>;
  auto start = [worker = ports_.worker,
                given = std::move(*all)](std::function<void(Result<Matches>)> done) mutable {
    auto task = [given = std::move(given), done = std::move(done)]() mutable {
      done(matches_of(std::move(given)));
    };
    if (!worker) return task();
    // std::function wants copies.
    auto shared = std::make_shared<decltype(task)>(std::move(task));
    worker->run([shared] { (*shared)(); });
  };
  auto matching = detail::await_callback<Matches>(std::move(start));
  Result<Matches> matched = co_await std::move(matching);
  if (!matched) co_return std::move(matched).error();

  store::KeepMatches script;
  script.shop = shop_id_;
  script.round = review_.round;
  script.matches = std::move(*matched);
  auto keeping = write(std::move(script), store::WriteLane::bulk);
  Result<Review> kept = co_await std::move(keeping);
  if (!kept) co_return std::move(kept).error();
  log::info("review.open", {{"shop", shop_id_}, {"count", kept->pages}});
  co_return Result<void>();
}

}  // namespace gerbang::sync
