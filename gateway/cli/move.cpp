// gerbang migrate-store: everything from one engine's database into another's.
#include <memory>

#include "config/config.hpp"
#include "core/base/log.hpp"
#include "core/base/random.hpp"
#include "core/store/move/move.hpp"
#include "gateway/cli/commands.hpp"

namespace gerbang::cli {

namespace {

Result<store::move::Moved> move(const Context& context, const std::string& from,
                                const std::string& to, bool start_over) {
  GERBANG_TRY(config, config::load_config(context.config));
  if (const auto level = log::level_from(config.log.level)) log::set_level(*level);
  GERBANG_TRY(source, store::move::read_end(from));
  GERBANG_TRY(target, store::move::read_end(to));
  SystemRandom random;
  GERBANG_TRY(vault, Vault::create(config.store.master_keys, random));
  store::move::Options options{std::move(source), std::move(target), vault};
  options.start_over = start_over;
  std::unique_ptr<Progress> bar;
  bool checking = false;
  std::int64_t shown = 0;
  options.progress = [&](const store::move::Step& step) {
    // The two sides are checked one after the other: the count starts anew.
    if (!bar || checking != step.checking || step.done < shown) {
      checking = step.checking;
      bar.reset();  // it wipes its line
      bar = std::make_unique<Progress>(checking ? "checking" : "copying",
                                       static_cast<std::size_t>(step.total));
      shown = 0;
    }
    bar->advance(static_cast<std::size_t>(step.done - shown));
    shown = step.done;
    return true;
  };
  return store::move::move_store(options);
}

}  // namespace

void add_move(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand(
      "migrate-store", "Move the database to another engine; goes on where a killed run stopped");
  auto from = std::make_shared<std::string>();
  auto to = std::make_shared<std::string>();
  auto start_over = std::make_shared<bool>(false);
  command->add_option("--from", *from, "sqlite:PATH or postgresql:ADDRESS; is only read")
      ->required();
  command->add_option("--to", *to, "sqlite:PATH or postgresql:ADDRESS; must be empty")->required();
  command->add_flag("--start-over", *start_over,
                    "Throw away what an unfinished move has left in the target");
  command->callback([&context, from, to, start_over] {
    auto moved = move(context, *from, *to, *start_over);
    if (!moved) return fail(context, moved.error());
    json::Array all;
    std::vector<std::vector<std::string>> rows{{"TABLE", "ROWS", "CHECKSUM"}};
    for (const auto& one : moved->tables) {
      all.push_back(
          json::object({{"table", one.name}, {"rows", one.rows}, {"checksum", one.checksum}}));
      rows.push_back({one.name, std::to_string(one.rows), one.checksum.substr(0, 16)});
    }
    print(context,
          json::object({{"ok", true},
                        {"resumed", moved->resumed},
                        {"revision", moved->revision},
                        {"tables", json::Value(std::move(all))}}),
          table(rows) + "The same on both sides. Changes go on above revision " +
              std::to_string(moved->revision) + ".");
  });
}

}  // namespace gerbang::cli
