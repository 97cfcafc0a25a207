#include "core/store/postgres/peers.hpp"

#include <utility>

namespace gerbang::store::postgres {

// "<instance> n s<shop> h<shop in a hurry> o<organisation> …"; ids hold no blanks.
std::vector<std::string> announcements(const std::string& instance, const Committed& touched,
                                       std::size_t longest) {
  std::vector<std::string> out;
  std::string text;
  const auto say = [&](std::string_view mark, std::string_view what) {
    if (text.size() + mark.size() + what.size() + 1 > longest)
      out.push_back(std::exchange(text, {}));
    if (text.empty()) text = instance;
    text.append(" ").append(mark).append(what);
  };
  if (touched.nodes) say("n", "");
  for (const std::string& shop : touched.shops_with_work)
    say(touched.shops_in_a_hurry.contains(shop) ? "h" : "s", shop);
  for (const std::string& organisation : touched.organisations_with_events) say("o", organisation);
  if (!text.empty()) out.push_back(std::move(text));
  return out;
}

void hear(const std::string& instance, std::string_view announcement, Committed& heard) {
  bool first = true;
  while (!announcement.empty()) {
    const auto end = announcement.find(' ');
    const std::string_view word = announcement.substr(0, end);
    announcement =
        end == std::string_view::npos ? std::string_view() : announcement.substr(end + 1);
    if (std::exchange(first, false)) {
      if (word == instance) return;
      continue;
    }
    if (word == "n") heard.nodes = true;
    if (word.size() < 2) continue;
    if (word[0] == 'h') heard.shops_in_a_hurry.emplace(word.substr(1));
    if (word[0] == 's' || word[0] == 'h') heard.shops_with_work.emplace(word.substr(1));
    if (word[0] == 'o') heard.organisations_with_events.emplace(word.substr(1));
  }
}

}  // namespace gerbang::store::postgres
