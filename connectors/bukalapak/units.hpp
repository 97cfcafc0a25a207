#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/connector/types.hpp"

// Their words and ours: tables and text, no HTTP.
namespace gerbang::bukalapak {

// Every state of a transaction (facts bukalapak.md 6), for asking for all of them.
extern const std::vector<std::string> kStates;

// What a transaction's `state` means to us. Their `delivered` is "handed to the courier": our
// shipped; their `received` is our delivered. Money going back after the parcel left is a return
// once it went (refunded), and changes nothing while it is argued about (refund). A word we do not
// know is read from the timestamps in `state_changed_at`, so that a new state never frees stock.
OrderStatus status_of(const json::Value& transaction);

// One of the four fixed texts of a rejection (facts 7). The fourth, about a wrong price or delivery
// fee, answers no reason of ours.
std::string reject_reason(std::string_view reason);

// ISO 8601 with or without an offset; without, Indonesian western time (facts 6: clients send and
// read local time).
std::optional<TimePoint> read_time(std::string_view text);

// A name of its own for each variant, because each is a product of its own: the title, then the
// option values that the title does not hold yet.
std::string listing_name(const ListingDraft& draft);

// Plain text as HTML: escaped, line breaks kept (facts 5: the description is HTML).
std::string html_of(std::string_view text);

// The leaf categories of GET /categories: {"categories":[{"id","name"}]}, our shop facts.
json::Value leaf_categories(const json::Value& tree);

// The category of a draft: the one named for this channel, else the only leaf whose name equals the
// last part of our slug, regardless of case and accents, '-' standing for a space.
// Code category_unmapped at /category.
Result<std::string> category_of(const json::Value& shop_facts, const ListingDraft& draft);

}  // namespace gerbang::bukalapak
