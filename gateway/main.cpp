#include <CLI/CLI.hpp>

#include "gateway/cli/commands.hpp"

int main(int argc, char** argv) {
  using namespace gerbang::cli;
  Context context;
  CLI::App app{"gerbang keeps the shops of village enterprises true to one catalogue"};
  app.set_version_flag("--version", GERBANG_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  app.add_option("--config", context.config,
                 "Configuration of serve, migrate, migrate-store, check-config, restore")
      ->capture_default_str();
  app.add_option(
      "--url", context.url,
      "Address of the running gateway (default: GERBANG_URL, else http://127.0.0.1:8080)");
  app.add_option("--key-file", context.key_file, "File with the API key (default: GERBANG_KEY)");
  app.add_option("--ca-file", context.ca_file, "Authorities of the gateway's certificate, PEM");
  app.add_option("--lang", context.language, "Language of explanations: id or en")
      ->check(CLI::IsMember({"id", "en"}))
      ->capture_default_str();
  app.add_flag("--json", context.json, "Machine-readable output");
  add_serve(app, context);
  add_move(app, context);
  add_host(app, context);
  add_catalogue(app, context);
  add_shops(app, context);
  add_adoption(app, context);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    const int code = app.exit(e);
    return code == 0 ? kDone : kUsage;
  }
  return context.exit_code;
}
