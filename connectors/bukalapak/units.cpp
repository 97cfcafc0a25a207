#include "connectors/bukalapak/units.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace gerbang::bukalapak {

const std::vector<std::string> kStates = {"pending",   "paid",    "accepted",  "rejected",
                                          "cancelled", "expired", "delivered", "received",
                                          "remitted",  "refund",  "refunded"};

namespace {
// The ordinary course, with the v2 words for the steps of paying (facts 6).
constexpr std::array<std::pair<std::string_view, OrderStatus>, 12> kStatus = {{
    {"pending", OrderStatus::pending},
    {"addressed", OrderStatus::pending},
    {"payment_chosen", OrderStatus::pending},
    {"confirm_payment", OrderStatus::pending},
    {"paid", OrderStatus::paid},
    {"accepted", OrderStatus::accepted},
    {"delivered", OrderStatus::shipped},
    {"received", OrderStatus::delivered},
    {"remitted", OrderStatus::completed},
    {"rejected", OrderStatus::cancelled},
    {"cancelled", OrderStatus::cancelled},
    {"expired", OrderStatus::cancelled},
}};

// The furthest point that the timestamps prove.
OrderStatus proven(const json::Value& changed) {
  static constexpr std::array<std::pair<const char*, OrderStatus>, 5> kSteps = {{
      {"remitted_at", OrderStatus::completed},
      {"received_at", OrderStatus::delivered},
      {"delivered_at", OrderStatus::shipped},
      {"accepted_at", OrderStatus::accepted},
      {"paid_at", OrderStatus::paid},
  }};
  for (const auto& [stamp, status] : kSteps) {
    if (!changed[stamp].is_null()) return status;
  }
  return OrderStatus::pending;
}

// U+00C0 … U+00FF without their accents.
constexpr std::string_view kPlainLetters =
    "aaaaaaaceeeeiiiidnooooo*ouuuuytsaaaaaaaceeeeiiiidnooooo/ouuuuyty";

// Lower case, no accents, '-' and '_' as spaces, single spaces.
std::string folded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '\xC3' && i + 1 < text.size()) {
      c = kPlainLetters[static_cast<unsigned char>(text[++i]) & 0x3F];
    } else if (c >= 'A' && c <= 'Z') {
      c = static_cast<char>(c + 32);
    } else if (c == '-' || c == '_') {
      c = ' ';
    }
    if (c == ' ' && (out.empty() || out.back() == ' ')) continue;
    out += c;
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

void collect_leaves(const json::Value& nodes, json::Array& out) {
  for (const json::Value& node : nodes.items()) {
    if (!node["children"].items().empty()) {
      collect_leaves(node["children"], out);
    } else if (const std::string id = node["id"].to_text(); !id.empty()) {
      out.push_back(json::object({{"id", id}, {"name", node["name"].text()}}));
    }
  }
}
}  // namespace

OrderStatus status_of(const json::Value& transaction) {
  const std::string_view state = transaction["state"].text();
  const json::Value& changed = transaction["state_changed_at"];
  for (const auto& [word, status] : kStatus) {
    if (word == state) return status;
  }
  const OrderStatus reached = proven(changed);
  const bool left_the_house = !changed["delivered_at"].is_null();
  if (state == "refund" || state == "refunded") {
    if (!left_the_house) return OrderStatus::cancelled;
    return state == "refunded" ? OrderStatus::returned : reached;
  }
  return reached;
}

std::string reject_reason(std::string_view reason) {
  if (reason == "out_of_stock") return "Stok Habis";
  if (reason == "customer_request") return "Permintaan pembeli tidak dapat dilayani";
  return "Ada kesibukan lain yang sifatnya mendadak";
}

std::optional<TimePoint> read_time(std::string_view text) {
  if (const auto time = from_rfc3339(text)) return time;
  return from_rfc3339(std::string(text) + "+07:00");
}

std::string listing_name(const ListingDraft& draft) {
  std::string name = draft.title;
  if (draft.variants.empty()) return name;
  const std::string title = folded(draft.title);
  for (const std::string& value : draft.variants.front().options) {
    if ((" " + title + " ").find(" " + folded(value) + " ") == std::string::npos)
      name += " " + value;
  }
  return name;
}

std::string html_of(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 16);
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '\n':
        out += "<br>";
        break;
      case '\r':
        break;
      default:
        out += c;
    }
  }
  return out;
}

json::Value leaf_categories(const json::Value& tree) {
  json::Array leaves;
  collect_leaves(tree, leaves);
  return json::object({{"categories", std::move(leaves)}});
}

Result<std::string> category_of(const json::Value& shop_facts, const ListingDraft& draft) {
  if (!draft.channel_category.empty()) return draft.channel_category;
  const std::string wanted = folded(draft.category.substr(draft.category.rfind('/') + 1));
  std::string found;
  std::size_t matches = 0;
  for (const json::Value& leaf : shop_facts["categories"].items()) {
    if (wanted.empty() || folded(leaf["name"].text()) != wanted) continue;
    found = leaf["id"].to_text();
    ++matches;
  }
  if (matches == 1) return found;
  return Error(ErrorKind::rejected, "category_unmapped",
               matches == 0 ? "no category named like \"" + wanted + "\""
                            : std::to_string(matches) + " categories named \"" + wanted + "\"")
      .at_field("/category");
}

}  // namespace gerbang::bukalapak
