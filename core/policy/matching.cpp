#include "core/policy/matching.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace gerbang::policy {

namespace {

bool digit(char c) {
  return c >= '0' && c <= '9';
}
// Bytes beyond ASCII belong to words: titles are UTF-8.
bool letter(char c) {
  return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80;
}

struct Unit {
  std::string_view name;
  std::int64_t thousandths;  // of the base unit
  std::string_view base;
};
constexpr std::array<Unit, 31> kUnits = {{
    {"mg", 1, "g"},
    {"g", 1'000, "g"},
    {"gr", 1'000, "g"},
    {"grm", 1'000, "g"},
    {"gram", 1'000, "g"},
    {"ons", 100'000, "g"},
    {"kg", 1'000'000, "g"},
    {"kilo", 1'000'000, "g"},
    {"kilogram", 1'000'000, "g"},
    {"ml", 1'000, "ml"},
    {"cc", 1'000, "ml"},
    {"mili", 1'000, "ml"},
    {"cl", 10'000, "ml"},
    {"l", 1'000'000, "ml"},
    {"lt", 1'000'000, "ml"},
    {"ltr", 1'000'000, "ml"},
    {"liter", 1'000'000, "ml"},
    {"litre", 1'000'000, "ml"},
    {"mm", 1'000, "mm"},
    {"cm", 10'000, "mm"},
    {"m", 1'000'000, "mm"},
    {"meter", 1'000'000, "mm"},
    {"pcs", 1'000, "x"},
    {"pc", 1'000, "x"},
    {"buah", 1'000, "x"},
    {"bh", 1'000, "x"},
    {"biji", 1'000, "x"},
    {"butir", 1'000, "x"},
    {"lembar", 1'000, "x"},
    {"lusin", 12'000, "x"},
    {"kodi", 20'000, "x"},
}};
const Unit* unit_of(std::string_view word) {
  const auto found =
      std::find_if(kUnits.begin(), kUnits.end(), [&](const Unit& u) { return u.name == word; });
  return found == kUnits.end() ? nullptr : &*found;
}

// Words that sellers add to be found; they tell no product from another.
constexpr std::array<std::string_view, 17> kFiller = {
    "asli", "original", "ori",  "murah", "promo",    "ready", "stok", "stock", "dan",
    "the",  "of",       "khas", "dari",  "terlaris", "best",  "and",  "dengan"};

bool size_token(std::string_view token) {
  if (token.empty() || !digit(token.front())) return false;
  const std::size_t end = token.find_first_not_of("0123456789.");
  if (end == std::string_view::npos) return false;
  const std::string_view unit = token.substr(end);
  return unit == "g" || unit == "ml" || unit == "mm" || unit == "x";
}

// Amount in thousandths; nothing where it is no plain number. "0,25", "1.5", "1/4", "1.000" (a
// thousand: three digits after one dot and no comma, as Indonesians write it).
std::optional<std::int64_t> thousandths(std::string_view text) {
  const auto whole = [](std::string_view digits) -> std::optional<std::int64_t> {
    if (digits.empty() || digits.size() > 7) return std::nullopt;
    std::int64_t out = 0;
    for (const char c : digits) {
      if (!digit(c)) return std::nullopt;
      out = out * 10 + (c - '0');
    }
    return out;
  };
  if (const auto slash = text.find('/'); slash != std::string_view::npos) {
    const auto a = whole(text.substr(0, slash)), b = whole(text.substr(slash + 1));
    if (!a || !b || *b == 0) return std::nullopt;
    return *a * 1'000 / *b;
  }
  const auto mark = text.find_first_of(".,");
  if (mark == std::string_view::npos) {
    const auto n = whole(text);
    return n ? std::optional(*n * 1'000) : std::nullopt;
  }
  const auto a = whole(text.substr(0, mark));
  const std::string_view rest = text.substr(mark + 1);
  const auto b = whole(rest);
  if (!a || !b || rest.size() > 3) return std::nullopt;
  if (text[mark] == '.' && rest.size() == 3 && *a != 0) {
    // Up to 999.999: more, in kilograms, would not fit.
    return *a <= 999 ? std::optional((*a * 1'000 + *b) * 1'000) : std::nullopt;
  }
  std::int64_t fraction = *b;
  for (std::size_t i = rest.size(); i < 3; ++i) fraction *= 10;
  return *a * 1'000 + fraction;
}

std::string sized(std::int64_t amount, const Unit& unit) {
  const std::int64_t value = amount * unit.thousandths / 1'000;  // thousandths of the base
  std::string out = std::to_string(value / 1'000);
  if (value % 1'000 != 0) {
    std::string fraction = std::to_string(value % 1'000 + 1'000).substr(1);
    while (fraction.back() == '0') fraction.pop_back();
    out += "." + fraction;
  }
  return out + std::string(unit.base);
}

// Runs of letters and runs of number signs, in order: "Kopi 250gr" → kopi, 250, gr.
std::vector<std::string> pieces(std::string_view title) {
  std::string text(title);
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  std::vector<std::string> out;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t begin = i;
    if (digit(text[i])) {
      const auto within = [&](std::size_t at) {
        return digit(text[at]) || ((text[at] == '.' || text[at] == ',' || text[at] == '/') &&
                                   at + 1 < text.size() && digit(text[at + 1]));
      };
      while (i < text.size() && within(i)) ++i;
    } else if (letter(text[i])) {
      while (i < text.size() && letter(text[i])) ++i;
    } else {
      ++i;
      continue;
    }
    out.push_back(text.substr(begin, i - begin));
  }
  return out;
}

std::string normalised_barcode(std::string_view barcode) {
  std::string out;
  for (const char c : barcode)
    if (digit(c)) out += c;
  if (out.size() == 12) out.insert(out.begin(), '0');
  return out.size() == 8 || out.size() == 13 ? out : std::string();
}

struct Score {
  int confidence = 0;
  MatchReason reason = MatchReason::title_similar;
};

// By how much the price speaks for or against it; nothing where it is not known.
std::optional<int> price_says(const std::optional<Money>& a, const std::optional<Money>& b) {
  if (!a || !b || a->currency != b->currency || a->amount <= 0 || b->amount <= 0)
    return std::nullopt;
  const std::int64_t high = std::max(a->amount, b->amount);
  const std::int64_t apart = high - std::min(a->amount, b->amount);
  if (apart <= high / 50) return 9;
  if (apart <= high / 10) return 4;
  if (apart >= high / 10 * 3) return -10;
  return 0;
}

struct Prepared {
  std::string sku;
  std::string barcode;
  std::vector<std::string> tokens;
};

template <class T>
std::vector<Prepared> prepare(const std::vector<T>& all) {
  std::vector<Prepared> out;
  out.reserve(all.size());
  for (const T& one : all)
    out.push_back(
        {normalised_sku(one.sku), normalised_barcode(one.barcode), title_tokens(one.title)});
  return out;
}

Score score(const RemoteCandidate& listing, const Prepared& l, const VariantCandidate& variant,
            const Prepared& v) {
  const bool skus_named = !l.sku.empty() && !v.sku.empty();
  const bool barcodes_named = !l.barcode.empty() && !v.barcode.empty();
  const bool sku = skus_named && l.sku == v.sku;
  const bool barcode = barcodes_named && l.barcode == v.barcode;
  const int similarity = title_similarity(l.tokens, v.tokens);
  if (sku) {
    // The same number on another thing: a typing error, or another seller's numbering.
    const bool doubtful =
        (barcodes_named && !barcode) || (similarity == 0 && !l.tokens.empty() && !v.tokens.empty());
    return doubtful ? Score{kAmbiguousCeiling, MatchReason::ambiguous}
                    : Score{98, MatchReason::sku_equal};
  }
  if (barcode) return {95, MatchReason::barcode_equal};
  if (barcodes_named) return {};
  const std::optional<int> price = price_says(listing.price, variant.price);
  const int confidence = std::clamp(similarity * 85 / 100 + price.value_or(0), 0, 94);
  const bool near = price.value_or(0) > 0;
  return {confidence, near ? MatchReason::title_and_price : MatchReason::title_similar};
}

}  // namespace

std::string_view to_string(MatchReason reason) {
  switch (reason) {
    case MatchReason::sku_equal:
      return "sku_equal";
    case MatchReason::barcode_equal:
      return "barcode_equal";
    case MatchReason::title_and_price:
      return "title_and_price";
    case MatchReason::title_similar:
      return "title_similar";
    case MatchReason::ambiguous:
      return "ambiguous";
  }
  return "ambiguous";
}

std::optional<MatchReason> match_reason_from(std::string_view name) {
  for (const MatchReason reason :
       {MatchReason::sku_equal, MatchReason::barcode_equal, MatchReason::title_and_price,
        MatchReason::title_similar, MatchReason::ambiguous})
    if (to_string(reason) == name) return reason;
  return std::nullopt;
}

std::string normalised_sku(std::string_view sku) {
  std::string out;
  for (const char c : sku) {
    if (c == ' ' || c == '-' || c == '_' || c == '.' || c == '/' || c == '\t') continue;
    out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return out;
}

std::vector<std::string> title_tokens(std::string_view title) {
  const std::vector<std::string> all = pieces(title);
  std::set<std::string> out;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string& piece = all[i];
    const auto amount = digit(piece.front()) ? thousandths(piece) : std::nullopt;
    if (amount) {
      const Unit* unit = i + 1 < all.size() ? unit_of(all[i + 1]) : nullptr;
      if (unit) {
        out.insert(sized(*amount, *unit));
        ++i;
      } else if (i > 0 && all[i - 1] == "isi") {
        out.insert(sized(*amount, *unit_of("pcs")));
      } else {
        out.insert(piece);
      }
      continue;
    }
    if (piece == "isi" || std::find(kFiller.begin(), kFiller.end(), piece) != kFiller.end())
      continue;
    out.insert(piece);
  }
  return {out.begin(), out.end()};
}

int title_similarity(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  if (a.empty() || b.empty()) return 0;
  std::vector<std::string> common;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(common));
  if (common.empty()) return 0;
  const auto sizes = [](const std::vector<std::string>& words) {
    return std::count_if(words.begin(), words.end(), size_token);
  };
  // Both tell sizes, and none is the same: two packings of one thing, not one thing.
  if (sizes(a) > 0 && sizes(b) > 0 && sizes(common) == 0) return 0;
  // Only a size in common says nothing.
  if (sizes(common) == std::ssize(common)) return 0;
  return static_cast<int>(200 * common.size() / (a.size() + b.size()));
}

std::vector<MatchProposal> propose_matches(const std::vector<RemoteCandidate>& listings,
                                           const std::vector<VariantCandidate>& variants) {
  const std::vector<Prepared> ls = prepare(listings), vs = prepare(variants);
  // Only pairs that share a number or a word can match.
  std::map<std::string, std::vector<std::size_t>> by_word;
  for (std::size_t v = 0; v < vs.size(); ++v) {
    std::set<std::string> words(vs[v].tokens.begin(), vs[v].tokens.end());
    if (!vs[v].sku.empty()) words.insert("sku " + vs[v].sku);
    if (!vs[v].barcode.empty()) words.insert("barcode " + vs[v].barcode);
    for (const std::string& word : words) by_word[word].push_back(v);
  }
  struct Pair {
    std::size_t listing, variant;
    Score score;
  };
  std::vector<Pair> pairs;
  for (std::size_t l = 0; l < ls.size(); ++l) {
    std::set<std::size_t> near;
    const auto meet = [&](const std::string& word) {
      const auto found = by_word.find(word);
      if (found != by_word.end()) near.insert(found->second.begin(), found->second.end());
    };
    for (const std::string& word : ls[l].tokens) {
      if (!size_token(word)) meet(word);
    }
    meet("sku " + ls[l].sku);
    meet("barcode " + ls[l].barcode);
    for (const std::size_t v : near) {
      const Score s = score(listings[l], ls[l], variants[v], vs[v]);
      if (s.confidence >= kMatchFloor) pairs.push_back({l, v, s});
    }
  }
  const auto before = [&](const Pair& a, const Pair& b) {
    return std::make_tuple(-a.score.confidence, std::cref(listings[a.listing].key).get(),
                           std::cref(variants[a.variant].sku).get()) <
           std::make_tuple(-b.score.confidence, std::cref(listings[b.listing].key).get(),
                           std::cref(variants[b.variant].sku).get());
  };
  std::sort(pairs.begin(), pairs.end(), before);
  // The two best of each listing and of each variant: where they are close, neither is sure.
  std::map<std::size_t, std::vector<int>> of_listing, of_variant;
  for (const Pair& p : pairs) {
    of_listing[p.listing].push_back(p.score.confidence);
    of_variant[p.variant].push_back(p.score.confidence);
  }
  const auto contested = [](const std::vector<int>& scores, int own) {
    return std::count_if(scores.begin(), scores.end(),
                         [&](int other) { return other > own - kMatchMargin; }) > 1;
  };
  std::set<std::size_t> listing_taken, variant_taken;
  std::vector<MatchProposal> out;
  for (const Pair& p : pairs) {
    if (listing_taken.contains(p.listing) || variant_taken.contains(p.variant)) continue;
    listing_taken.insert(p.listing);
    variant_taken.insert(p.variant);
    MatchProposal proposal{listings[p.listing].key, variants[p.variant].sku, p.score.confidence,
                           p.score.reason};
    if (contested(of_listing[p.listing], p.score.confidence) ||
        contested(of_variant[p.variant], p.score.confidence)) {
      proposal.confidence = std::min(proposal.confidence, kAmbiguousCeiling);
      proposal.reason = MatchReason::ambiguous;
    }
    out.push_back(std::move(proposal));
  }
  std::sort(out.begin(), out.end(),
            [](const MatchProposal& a, const MatchProposal& b) { return a.key < b.key; });
  return out;
}

std::vector<MatchProposal> propose_matches_within(std::size_t most_pairs,
                                                  std::vector<RemoteCandidate> listings,
                                                  std::vector<VariantCandidate> variants) {
  const auto within = [&] {
    return listings.size() <= most_pairs / std::max<std::size_t>(1, variants.size());
  };
  if (within()) return propose_matches(listings, variants);
  std::vector<RemoteCandidate> numbers = listings;
  for (RemoteCandidate& l : numbers) l.title.clear();
  std::vector<VariantCandidate> ours = variants;
  for (VariantCandidate& v : ours) v.title.clear();
  std::vector<MatchProposal> out = propose_matches(numbers, ours);
  std::set<std::string> keys, skus;
  for (const MatchProposal& p : out) {
    keys.insert(p.key);
    skus.insert(p.sku);
  }
  std::erase_if(listings, [&](const auto& l) { return keys.contains(l.key); });
  std::erase_if(variants, [&](const auto& v) { return skus.contains(v.sku); });
  if (within()) {
    for (MatchProposal& p : propose_matches(listings, variants)) out.push_back(std::move(p));
  }
  std::sort(out.begin(), out.end(),
            [](const MatchProposal& a, const MatchProposal& b) { return a.key < b.key; });
  return out;
}

}  // namespace gerbang::policy
