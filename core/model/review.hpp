#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/time.hpp"
#include "core/model/money.hpp"

// Adoption of a shop that sells already: its listings are read, each is proposed as a variant of
// ours, and a person decides. Until the review has ended nothing new is published there.
namespace gerbang {

enum class ReviewState {
  none,      // never asked for
  reading,   // the listings are being read, page by page
  matching,  // all are read; what each may be is being worked out
  open,      // a person decides
  ended,     // what has no link is published as in any other shop
};
std::string_view to_string(ReviewState s);
std::optional<ReviewState> review_state_from(std::string_view name);

struct Review {
  std::string shop;
  ReviewState state = ReviewState::none;
  std::int64_t round = 0;  // rises each time the shop is read anew
  std::string cursor;      // the page to read next; empty: the first
  std::int64_t pages = 0;  // read in this round
  TimePoint started_at;    // of this round
  std::optional<TimePoint> ended_at;
  std::string problem;  // stable code: why reading does not go on just now

  // Nothing that is not there yet may be created at the channel.
  bool holds_publishing() const {
    return state == ReviewState::reading || state == ReviewState::matching ||
           state == ReviewState::open;
  }
};

enum class LinkDecision { undecided, confirmed, refused };
std::string_view to_string(LinkDecision d);
std::optional<LinkDecision> link_decision_from(std::string_view name);

// A listing that was found in the shop and that gerbang did not make.
struct FoundListing {
  std::string remote_product;
  std::string remote_variant;
  std::string title;  // with the variant's options
  std::string sku;    // as the seller typed it there
  std::string barcode;
  std::optional<Money> price;
  std::optional<Quantity> stock;
  std::optional<bool> listed;
  std::string remote_state;
};

struct LinkProposal {
  std::string id;  // lnk_…
  FoundListing found;
  std::string candidate;  // our SKU that it may be; empty: none comes near
  int confidence = 0;     // 0..100
  std::string reason;     // stable code, see core/policy/matching; empty without a candidate
  LinkDecision decision = LinkDecision::undecided;
  std::string sku;  // confirmed: the SKU it is linked to
  std::optional<TimePoint> decided_at;
};

}  // namespace gerbang
