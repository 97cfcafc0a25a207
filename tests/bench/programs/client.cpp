// gerbang-bench-client: the gateway's own HTTP client against a server that answers at once; what
// an outbound push costs. Prints one JSON object.
//
//   gerbang-bench-client URL CONNECTIONS SECONDS [CA_FILE]
//
// Each connection's coroutine sends its next request when the last one is answered: a stock push of
// about 90 bytes. Only 2xx answers count; any other ends the program.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "core/base/log.hpp"
#include "gateway/http/client.hpp"
#include "tests/bench/programs/report.hpp"

namespace gerbang::bench {
namespace {

using boost::asio::awaitable;
using Steady = std::chrono::steady_clock;

awaitable<void> push(http::HttpTransport& transport, std::string url, Steady::time_point stop,
                     std::int64_t& done) {
  const SystemClock clock;
  while (Steady::now() < stop) {
    HttpRequest request;
    request.method = Method::post;
    request.url = url;
    request.effect = Effect::set;
    request.headers.set("Content-Type", "application/json");
    request.body =
        R"({"item":"KOPI-ROBUSTA-250","on_hand":417,"reserved":3,"available":414,"revision":812345})";
    auto sending = transport.send(std::move(request), clock.now() + std::chrono::seconds(5));
    const Result<HttpResponse> answer = co_await std::move(sending);
    if (!answer || answer->status / 100 != 2) {
      std::fprintf(
          stderr, "gerbang-bench-client: %s\n",
          answer ? std::to_string(answer->status).c_str() : answer.error().describe().c_str());
      std::_Exit(1);
    }
    ++done;
  }
}

int run(int argc, char** argv) {
  if (argc != 4 && argc != 5) {
    std::fprintf(stderr, "usage: gerbang-bench-client URL CONNECTIONS SECONDS [CA_FILE]\n");
    return 2;
  }
  log::set_level(log::Level::warning);
  const int connections = std::atoi(argv[2]);
  const std::chrono::duration<double> time(std::atof(argv[3]));
  boost::asio::io_context context{1};
  http::TransportOptions options;
  options.idle_per_host = static_cast<std::size_t>(connections);
  if (argc == 5) options.ca_file = argv[4];
  http::HttpTransport transport(context, options);
  std::int64_t done = 0;
  // Connections and handshakes first: they are not what is counted.
  const auto spawn = [&](std::chrono::duration<double> for_so_long) {
    const auto stop = Steady::now() + std::chrono::duration_cast<Steady::duration>(for_so_long);
    for (int i = 0; i < connections; ++i)
      boost::asio::co_spawn(context, push(transport, argv[1], stop, done), boost::asio::detached);
    context.restart();
    // The transport keeps timers of its own: it is the coroutines that have to end.
    while (Steady::now() < stop + std::chrono::milliseconds(100))
      context.run_one_until(stop + std::chrono::milliseconds(100));
  };
  spawn(std::chrono::milliseconds(500));
  done = 0;
  const double before = cpu_seconds();
  const auto began = Steady::now();
  spawn(time);
  const double cpu = cpu_seconds() - before;
  const double seconds = std::chrono::duration<double>(Steady::now() - began).count();
  Report().add("pushes", done).add("seconds", seconds).add("cpu_seconds", cpu).print();
  transport.close();
  std::fflush(stdout);
  std::_Exit(0);
}

}  // namespace
}  // namespace gerbang::bench

int main(int argc, char** argv) {
  return gerbang::bench::run(argc, argv);
}
