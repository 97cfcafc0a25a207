#include "config/messages.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <deque>
#include <map>
#include <string>

#include "config/message_table.hpp"
#include "core/base/error.hpp"

namespace gerbang::messages {

namespace {

constexpr std::string_view kUnexpected = "unexpected";

constexpr std::array<std::string_view, 17> kEventTypes = {
    "product.changed",     "product.withdrawn",
    "stock.changed",       "stock.shortage",
    "listing.published",   "listing.rejected",
    "listing.blocked",     "listing.drifted",
    "listing.linked",      "order.created",
    "order.changed",       "order.cancelled",
    "shop.authorised",     "shop.needs_authorisation",
    "shop.state_changed",  "shop.retired",
    "shop.review_changed",
};

// What was added at start; never taken away.
struct Added {
  std::deque<std::string> texts;
  std::map<std::string_view, Entry> entries;
};
Added& added() {
  static Added all;
  return all;
}

const Entry* find(std::string_view code) {
  const auto entries = table();
  const auto at = std::lower_bound(entries.begin(), entries.end(), code,
                                   [](const Entry& e, std::string_view c) { return e.code < c; });
  if (at != entries.end() && at->code == code) return &*at;
  const auto more = added().entries.find(code);
  return more == added().entries.end() ? nullptr : &more->second;
}

bool is_code(std::string_view text) {
  return !text.empty() && text[0] >= 'a' && text[0] <= 'z' &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
         });
}

std::optional<Entry> entry_of(std::string_view line) {
  std::array<std::string_view, 5> cells;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto tab = line.find('\t');
    if ((tab == std::string_view::npos) != (i + 1 == cells.size())) return std::nullopt;
    cells[i] = line.substr(0, tab);
    if (cells[i].empty()) return std::nullopt;
    line = tab == std::string_view::npos ? std::string_view() : line.substr(tab + 1);
  }
  if (!is_code(cells[0])) return std::nullopt;
  return Entry{cells[0], {cells[1], cells[2]}, {cells[3], cells[4]}};
}

bool same_words(const Entry& a, const Entry& b) {
  return a.id.title == b.id.title && a.id.remedy == b.id.remedy && a.en.title == b.en.title &&
         a.en.remedy == b.en.remedy;
}

std::string_view trimmed(std::string_view s) {
  while (!s.empty() && (s.front() == ' ' || s.front() == '\t')) s.remove_prefix(1);
  while (!s.empty() && (s.back() == ' ' || s.back() == '\t')) s.remove_suffix(1);
  return s;
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

// "id", "id-ID", "ID" are Indonesian; so is "in", its name before 1989 that old systems send.
bool names(std::string_view range, std::string_view language) {
  return range.size() >= 2 && lower(range[0]) == language[0] && lower(range[1]) == language[1] &&
         (range.size() == 2 || range[2] == '-');
}

// The value of ";q=0.8"; 1 without one, 0 when it is broken.
double weight_of(std::string_view parameters) {
  const auto equals = parameters.find("q=");
  if (equals == std::string_view::npos) return 1;
  const std::string_view text = trimmed(parameters.substr(equals + 2));
  double q = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), q);
  if (error != std::errc() || end != text.data() + text.size() || !(q >= 0) || q > 1) return 0;
  return q;
}

}  // namespace

Language language_from(std::string_view header) {
  double indonesian = 0;
  double english = 0;
  while (!header.empty()) {
    const auto comma = header.find(',');
    const std::string_view part = header.substr(0, comma);
    header = comma == std::string_view::npos ? std::string_view() : header.substr(comma + 1);
    const auto semicolon = part.find(';');
    const std::string_view range = trimmed(part.substr(0, semicolon));
    const double q =
        semicolon == std::string_view::npos ? 1 : weight_of(part.substr(semicolon + 1));
    if (names(range, "id") || names(range, "in")) indonesian = std::max(indonesian, q);
    if (names(range, "en")) english = std::max(english, q);
  }
  return english > indonesian ? Language::en : Language::id;
}

std::string_view to_string(Language language) {
  return language == Language::en ? "en" : "id";
}

const Message& message(std::string_view code, Language language) {
  const Entry* entry = find(code);
  if (entry == nullptr) entry = find(kUnexpected);
  ensure(entry != nullptr, "the message catalogue has no entry for what is not in it");
  return language == Language::en ? entry->en : entry->id;
}

bool has_message(std::string_view code) {
  return find(code) != nullptr;
}

std::vector<std::string_view> all_codes() {
  std::vector<std::string_view> out;
  for (const Entry& e : table()) out.push_back(e.code);
  for (const auto& [code, entry] : added().entries) out.push_back(code);
  std::sort(out.begin(), out.end());
  return out;
}

Result<void> add_messages(std::string_view lines) {
  const std::string& text = added().texts.emplace_back(lines);
  std::map<std::string_view, Entry> fresh;
  std::string_view rest = text;
  for (int number = 1; !rest.empty(); ++number) {
    const auto end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    if (line.empty() || line[0] == '#') continue;
    const std::optional<Entry> entry = entry_of(line);
    if (!entry)
      return Error(ErrorKind::invalid, "connector_words_broken",
                   "line " + std::to_string(number) + ": not a code and four texts");
    const Entry* known = find(entry->code);
    if (const auto here = fresh.find(entry->code); known == nullptr && here != fresh.end())
      known = &here->second;
    if (known != nullptr && !same_words(*known, *entry))
      return Error(ErrorKind::conflict, "connector_words_differ",
                   "line " + std::to_string(number) + ": " + std::string(entry->code));
    if (known == nullptr) fresh.emplace(entry->code, *entry);
  }
  added().entries.merge(fresh);
  return {};
}

std::span<const std::string_view> event_types() {
  return kEventTypes;
}

}  // namespace gerbang::messages
