#include "tests/bench/scheduler/picture.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <sstream>

namespace gerbang::bench {

namespace {

constexpr double kLeft = 70, kTop = 50, kWidth = 700, kHeight = 330;
constexpr double kLowest = 0.01, kHighest = 1000;  // seconds
constexpr Duration kEach = std::chrono::seconds(10);

double height_of(double seconds) {
  const double share =
      std::log(std::clamp(seconds, kLowest, kHighest) / kLowest) / std::log(kHighest / kLowest);
  return kTop + kHeight * (1 - share);
}

double place_of(Duration at, Duration length) {
  return kLeft + kWidth * static_cast<double>(at.count()) / static_cast<double>(length.count());
}

}  // namespace

std::string picture(const std::string& title, Duration length, const std::vector<Line>& lines) {
  std::ostringstream out;
  out.precision(1);
  out << std::fixed;
  const auto text = [&](double x, double y, const char* anchor, const std::string& words) {
    out << "<text x='" << x << "' y='" << y << "' text-anchor='" << anchor << "'>" << words
        << "</text>\n";
  };
  out << "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 800 470' font-family='sans-serif'"
         " font-size='13' fill='#222'>\n<rect width='800' height='470' fill='#fff'/>\n";
  text(kLeft, 22, "start", title);
  const std::map<double, std::string> marks = {{0.01, "10 ms"}, {0.1, "0.1 s"}, {1, "1 s"},
                                               {10, "10 s"},    {100, "100 s"}, {1000, "1,000 s"}};
  for (const auto& [seconds, name] : marks) {
    const double y = height_of(seconds);
    out << "<path d='M" << kLeft << " " << y << "h" << kWidth << "' stroke='#ddd'/>\n";
    text(kLeft - 6, y + 4, "end", name);
  }
  for (Duration at{0}; at <= length; at += std::chrono::minutes(3)) {
    const double x = place_of(at, length);
    out << "<path d='M" << x << " " << kTop << "v" << kHeight << "' stroke='#eee'/>\n";
    text(x, kTop + kHeight + 18, "middle",
         std::to_string(std::chrono::duration_cast<std::chrono::minutes>(at).count()) + " min");
  }
  double row = kTop + kHeight + 40;
  double column = kLeft;
  for (const Line& line : lines) {
    std::map<Duration::rep, Duration> oldest;
    for (const Age& a : line.ages) {
      Duration& most = oldest[a.left / kEach];
      most = std::max(most, a.age);
    }
    out << "<polyline fill='none' stroke-width='1.6' stroke='" << line.colour << "' points='";
    for (const auto& [bucket, age] : oldest)
      out << place_of((bucket * kEach) + kEach / 2, length) << ","
          << height_of(std::chrono::duration<double>(age).count()) << " ";
    out << "'/>\n<path d='M" << column << " " << row - 4 << "h22' stroke-width='3' stroke='"
        << line.colour << "'/>\n";
    text(column + 28, row, "start", line.name);
    row += 20;
    if (row > 465) {
      row = kTop + kHeight + 40;
      column += 360;
    }
  }
  out << "</svg>\n";
  return out.str();
}

}  // namespace gerbang::bench
