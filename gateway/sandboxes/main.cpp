// gerbang-sandboxes: every sandbox marketplace in one process, one port each.
#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "connectors/list.hpp"
#include "core/base/log.hpp"
#include "gateway/sandboxes/host.hpp"

namespace {

using namespace gerbang;

// "shopee.calls_per_second=50": a channel's switch, its value as JSON or plain text.
bool read_setting(const std::string& text, sandboxes::HostOptions& options) {
  const auto dot = text.find('.');
  const auto equals = text.find('=');
  if (dot == std::string::npos || equals == std::string::npos || dot > equals) return false;
  const std::string value = text.substr(equals + 1);
  const auto parsed = json::parse(value);
  json::Object change;
  change.set(text.substr(dot + 1, equals - dot - 1), parsed ? *parsed : json::Value(value));
  json::Value& settings = options.settings[text.substr(0, dot)];
  settings = json::merge_patch(settings, json::Value(std::move(change)));
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  sandboxes::HostOptions options;
  std::uint16_t first = 8101;
  std::uint16_t images = 8099;
  std::vector<std::string> settings;
  std::string ready_file;
  CLI::App app{"The sandbox marketplaces: strict, stateful doubles with fault switches"};
  app.add_option("--first-port", first,
                 "The first marketplace's; the others follow; 0: any free ones")
      ->capture_default_str();
  app.add_option("--images-port", images, "Demo product images; 0: any free one")
      ->capture_default_str();
  app.add_option("--hook-base", options.hook_base,
                 "The gateway's address for webhooks, http://127.0.0.1:8080");
  app.add_option("--setting", settings, "A sandbox's switch: shopee.token_seconds=60 (repeatable)");
  app.add_option("--ready-file", ready_file, "Write the ports here once all are listening");
  CLI11_PARSE(app, argc, argv);
  for (const std::string& channel : sandbox_channels())
    options.ports[channel] = first == 0 ? std::uint16_t{0} : first++;
  options.images_port = images;
  for (const std::string& s : settings) {
    if (!read_setting(s, options)) {
      std::cerr << "not CHANNEL.NAME=VALUE: " << s << "\n";
      return 2;
    }
  }

  boost::asio::io_context context{1};
  SystemClock clock;
  SystemRandom random;
  sandboxes::Host host(context, clock, random, options);
  if (const auto started = host.start(); !started) {
    std::cerr << started.error().describe() << "\n";
    return 1;
  }
  json::Object listening;
  for (const auto& [channel, port] : options.ports) listening.set(channel, int{host.port(channel)});
  listening.set("images", int{host.port("images")});
  const std::string text = json::dump(json::Value(listening));
  if (ready_file.empty()) {
    std::cout << text << std::endl;
  } else {
    std::ofstream(ready_file + ".part") << text << "\n";
    std::filesystem::rename(ready_file + ".part", ready_file);
  }
  boost::asio::signal_set interrupts(context, SIGTERM, SIGINT);
  interrupts.async_wait([&](const boost::system::error_code& error, int) {
    if (error) return;
    boost::asio::co_spawn(context, host.stop(), [&](std::exception_ptr) { context.stop(); });
  });
  context.run();
  return 0;
}
