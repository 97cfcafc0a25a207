// The webhook of one marketplace: nothing but what the marketplace signed is let in.
//
// An input is "path?query", then "Name: value" lines, an empty line, the raw body. Among the seeds
// are deliveries of the sandbox, signed with the secrets of app_of(); the file signed_<channel>
// beside their folder lists what was signed. Any other input that is let in, and is more than a
// console's harmless test, is a forgery.
#include <algorithm>
#include <fstream>

#include "tests/fuzz/session.hpp"

namespace gerbang {
std::unique_ptr<Connector> GERBANG_FUZZ_CONNECTOR();
}

using namespace gerbang;

namespace {

const Connector& connector() {
  static const std::unique_ptr<Connector> one = GERBANG_FUZZ_CONNECTOR();
  return *one;
}

const std::vector<std::string>& signed_deliveries() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> out;
    std::ifstream in(GERBANG_FUZZ_SEEDS "/signed_" + connector().info().channel);
    for (std::string line; std::getline(in, line);) out.push_back(line);
    return out;
  }();
  return all;
}

InboundRequest read_request(fuzz::Input input) {
  InboundRequest out;
  const std::string_view target = input.until('\n');
  const auto mark = target.find('?');
  out.path = std::string(target.substr(0, mark));
  if (mark != std::string_view::npos) out.query = std::string(target.substr(mark + 1));
  while (!input.empty()) {
    const std::string_view line = input.until('\n');
    if (line.empty()) break;
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    std::string_view value = line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    out.headers.add(line.substr(0, colon), value);
  }
  out.body = std::string(input.rest());
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const App app = fuzz::app_of(connector().info().channel, "http://kanal.test");
  const std::vector<std::string> secrets = {app.secret.reveal(), app.push_secret.reveal()};
  static_cast<void>(signed_deliveries());
  const InboundRequest request = read_request(fuzz::Input(data, size));

  const fuzz::MemoryWatch memory;
  const auto opened = connector().open_webhook(request, app, from_unix_seconds(1795485600));
  fuzz::check_memory(memory, size, 256 * 1024);
  if (opened) {
    fuzz::check_events(*opened);
    const bool harmless = std::all_of(opened->begin(), opened->end(), [](const HookEvent& e) {
      return e.kind == HookKind::verification;
    });
    FUZZ_CHECK(harmless || fuzz::was_signed(request, signed_deliveries()),
               "let in: " + fuzz::print_signed(request) + " " + request.body);
  } else {
    fuzz::check_error(opened.error(), secrets);
  }

  // The same body, recovered by an API call: what it says is read without a signature.
  const auto events = connector().read_event(request.body);
  if (events) fuzz::check_events(*events);
  if (!events) fuzz::check_error(events.error(), secrets);
  return 0;
}
