#include "tests/sim/trace.hpp"

#include <algorithm>

namespace gerbang::sim {

namespace {

void tell(const Trace::Line& line_, TimePoint start, std::string& out) {
  const Trace::Line* line = &line_;
  const auto since = line->at - start;
  const auto h = std::chrono::floor<std::chrono::hours>(since);
  const auto m = std::chrono::floor<std::chrono::minutes>(since - h);
  const auto s = std::chrono::floor<std::chrono::seconds>(since - h - m);
  char stamp[96];
  std::snprintf(stamp, sizeof stamp, "%3ld:%02ld:%02ld.%03ld", static_cast<long>(h.count()),
                static_cast<long>(m.count()), static_cast<long>(s.count()),
                static_cast<long>((since - h - m - s).count()));
  out += "  " + std::string(stamp) + "  " + line->kind;
  out.append(line->kind.size() < 8 ? 8 - line->kind.size() : 1, ' ');
  out += line->subject.empty() ? line->text : line->subject + ": " + line->text;
  out += '\n';
}

}  // namespace

std::string Trace::story(const std::string& subject, const std::vector<std::string>& channels,
                         TimePoint start) const {
  constexpr std::size_t kOfSubject = 50, kOfChannels = 25;
  std::size_t of_subject = 0, of_channels = 0;
  std::vector<const Line*> told;
  for (auto line = last_.rbegin(); line != last_.rend(); ++line) {
    const bool of_channel =
        std::find(channels.begin(), channels.end(), line->subject) != channels.end();
    const bool concerns =
        line->kind == "gateway" || (!of_channel && line->subject == subject) ||
        (!subject.empty() && !of_channel && line->text.find(subject) != std::string::npos);
    if (concerns && of_subject++ < kOfSubject) told.push_back(&*line);
    if (!concerns && of_channel && of_channels++ < kOfChannels) told.push_back(&*line);
  }
  std::reverse(told.begin(), told.end());
  std::string out;
  for (const Line* line : told) tell(*line, start, out);
  return out;
}

std::string Trace::whole(TimePoint start) const {
  std::string out;
  for (const Line& line : last_) tell(line, start, out);
  return out;
}

}  // namespace gerbang::sim
