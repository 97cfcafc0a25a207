// Every operation of one marketplace against answers of any kind (session.hpp has the format). The
// connector is named by CMake.
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

std::vector<std::string> play(fuzz::Input input) {
  const std::uint8_t operation = input.byte();
  const std::uint8_t variation = input.byte();
  static const App app = fuzz::app_of(connector().info().channel, "http://kanal.test");
  fuzz::Session session(connector(), app, from_unix_seconds(1795485600),
                        fuzz::Remembered::read(input.until(fuzz::kSectionEnd)));
  return session.perform(operation, variation, [&](const HttpRequest&) {
    if (!input.empty()) return fuzz::read_answer(input.until(fuzz::kSectionEnd));
    HttpResponse nothing_more;
    nothing_more.status = 503;
    return nothing_more;
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool ready = (static_cast<void>(play(fuzz::Input(std::string_view()))), true);
  static_cast<void>(ready);  // what is made once is not charged to the first input
  const fuzz::MemoryWatch memory;
  const auto first = play(fuzz::Input(data, size));
  fuzz::check_memory(memory, size, 1024 * 1024);
  // The same context and answers, the same requests and outcome.
  if (size > 1 && (data[1] & 0x80)) {
    const auto second = play(fuzz::Input(data, size));
    FUZZ_CHECK(first == second, first.empty() ? "" : first.back());
  }
  return 0;
}
