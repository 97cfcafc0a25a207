// Commands of the host: organisations, keys, nodes, backup. They need the admin key.
#include <filesystem>

#include "core/base/url.hpp"
#include "gateway/cli/commands.hpp"

namespace gerbang::cli {

namespace {

std::string text(const json::Value& v) {
  return v.to_text();
}

void all_shops_command(CLI::App& group, Context& context) {
  auto troubled = std::make_shared<bool>(false);
  CLI::App* shops =
      group.add_subcommand("shops", "Shops of all organisations and how they are (admin key)");
  shops->add_flag("--troubled", *troubled, "Only those that somebody has to look at");
  shops->callback([&context, troubled] {
    auto remote = context.remote();
    if (!remote) return fail(context, remote.error());
    auto all = (*remote)->call(Method::get, "/admin/v1/shops");
    if (!all) return fail(context, all.error());
    std::vector<std::vector<std::string>> rows{
        {"ORGANISATION", "ID", "CHANNEL", "STATE", "WAITING", "PARKED", "OLDEST", "REASON"}};
    json::Array kept;
    for (const json::Value& s : (*all)["data"].items()) {
      const bool recovering = s["recovering"].as_bool().value_or(false);
      const bool quiet = s["state"].text() == "active" && !recovering &&
                         s["work"]["parked"].as_int64().value_or(0) == 0;
      if (*troubled && quiet) continue;
      rows.push_back({text(s["organisation"]), text(s["id"]), text(s["channel"]),
                      text(s["state"]) + (recovering ? ", recovering" : ""),
                      text(s["work"]["waiting"]), text(s["work"]["parked"]),
                      text(s["work"]["oldest_seconds"]), text(s["reason"])});
      kept.push_back(s);
    }
    print(context, json::object({{"data", std::move(kept)}}), table(rows));
  });
}

void node_commands(CLI::App& app, Context& context) {
  CLI::App* group = app.add_subcommand("node", "Gateways on one database (admin key)");
  group->require_subcommand(1);
  CLI::App* list = group->add_subcommand("list", "Those that live, and how much each of them has");
  list->callback([&context] {
    auto remote = context.remote();
    if (!remote) return fail(context, remote.error());
    auto all = (*remote)->call(Method::get, "/admin/v1/nodes");
    if (!all) return fail(context, all.error());
    std::vector<std::vector<std::string>> rows{
        {"ID", "NAME", "STARTED", "LEASES", "LEFT", "SERVING"}};
    for (const json::Value& n : (*all)["data"].items())
      rows.push_back({text(n["id"]), text(n["name"]), text(n["started_at"]), text(n["leases"]),
                      text(n["lease_left_seconds"]),
                      n["serving"].as_bool().value_or(false) ? "yes" : "no"});
    print(context, *all, table(rows));
  });
}

void organisation_commands(CLI::App& app, Context& context) {
  CLI::App* group = app.add_subcommand("organisation", "Organisations (admin key)");
  group->require_subcommand(1);

  struct Create {
    std::string name, kind = "bumdes", zone = "WIB", village;
  };
  auto create = std::make_shared<Create>();
  CLI::App* add = group->add_subcommand("create", "Make an organisation");
  add->add_option("--name", create->name, "Its name")->required();
  add->add_option("--kind", create->kind, "bumdes, bumdesma, koperasi, …")->capture_default_str();
  add->add_option("--zone", create->zone, "WIB, WITA or WIT")->capture_default_str();
  add->add_option("--village-code", create->village, "Kode desa with dots, 32.04.10.2005");
  add->callback([&context, create] {
    auto remote = context.remote();
    if (!remote) return fail(context, remote.error());
    json::Object body;
    body.set("name", create->name).set("kind", create->kind).set("zone", create->zone);
    if (!create->village.empty()) body.set("village_code", create->village);
    auto made = (*remote)->call(Method::post, "/admin/v1/organisations", json::Value(body));
    if (!made) return fail(context, made.error());
    print(context, *made, text((*made)["id"]));
  });

  CLI::App* list = group->add_subcommand("list", "All organisations");
  list->callback([&context] {
    auto remote = context.remote();
    if (!remote) return fail(context, remote.error());
    auto all = (*remote)->call(Method::get, "/admin/v1/organisations?limit=200");
    if (!all) return fail(context, all.error());
    std::vector<std::vector<std::string>> rows{{"ID", "NAME", "KIND", "ZONE"}};
    for (const json::Value& o : (*all)["data"].items())
      rows.push_back({text(o["id"]), text(o["name"]), text(o["kind"]), text(o["zone"])});
    print(context, *all, table(rows));
  });
  all_shops_command(*group, context);
}

void key_commands(CLI::App& app, Context& context) {
  CLI::App* group = app.add_subcommand("keys", "API keys of an organisation (admin key)");
  group->require_subcommand(1);
  auto organisation = std::make_shared<std::string>();
  auto label = std::make_shared<std::string>();
  auto scopes = std::make_shared<std::vector<std::string>>();
  auto id = std::make_shared<std::string>();

  CLI::App* create = group->add_subcommand("create", "Make a key; it is shown this once");
  create->add_option("--organisation", *organisation, "org_…")->required();
  create->add_option("--label", *label, "What it is for")->required();
  create->add_option("--scope", *scopes, "read, write (default: both)");
  create->callback([&context, organisation, label, scopes] {
    auto remote = context.remote();
    if (!remote) return fail(context, remote.error());
    json::Object body;
    body.set("label", *label);
    if (!scopes->empty()) {
      json::Array list;
      for (const std::string& s : *scopes) list.emplace_back(s);
      body.set("scopes", std::move(list));
    }
    auto made = (*remote)->call(
        Method::post, "/admin/v1/organisations/" + percent_encode(*organisation) + "/keys",
        json::Value(body));
    if (!made) return fail(context, made.error());
    print(context, *made, text((*made)["key"]));
  });

  CLI::App* list = group->add_subcommand("list", "Keys, without their secrets");
  list->add_option("--organisation", *organisation, "org_…")->required();
  list->callback([&context, organisation] {
    auto remote = context.remote();
    if (!remote) return fail(context, remote.error());
    auto all = (*remote)->call(
        Method::get, "/admin/v1/organisations/" + percent_encode(*organisation) + "/keys");
    if (!all) return fail(context, all.error());
    std::vector<std::vector<std::string>> rows{{"ID", "LABEL", "CREATED", "REVOKED"}};
    for (const json::Value& k : (*all)["data"].items())
      rows.push_back(
          {text(k["id"]), text(k["label"]), text(k["created_at"]), text(k["revoked_at"])});
    print(context, *all, table(rows));
  });

  CLI::App* revoke = group->add_subcommand("revoke", "Make a key useless");
  revoke->add_option("--organisation", *organisation, "org_…")->required();
  revoke->add_option("id", *id, "key_…")->required();
  revoke->callback([&context, organisation, id] {
    auto remote = context.remote();
    if (!remote) return fail(context, remote.error());
    auto done =
        (*remote)->call(Method::post, "/admin/v1/organisations/" + percent_encode(*organisation) +
                                          "/keys/" + percent_encode(*id) + "/revoke");
    if (!done) return fail(context, done.error());
    print(context, *done, *id + " is revoked");
  });
}

}  // namespace

void add_host(CLI::App& app, Context& context) {
  organisation_commands(app, context);
  key_commands(app, context);
  node_commands(app, context);

  auto path = std::make_shared<std::string>();
  CLI::App* backup =
      app.add_subcommand("backup", "A consistent copy of the database while it runs (admin key)");
  backup->add_option("path", *path, "New file, on the gateway's machine")->required();
  backup->callback([&context, path] {
    auto remote = context.remote();
    if (!remote) return fail(context, remote.error());
    const std::string absolute = std::filesystem::absolute(*path).string();
    auto done =
        (*remote)->call(Method::post, "/admin/v1/backup", json::object({{"path", absolute}}));
    if (!done) return fail(context, done.error());
    print(context, *done, "written: " + absolute);
  });
}

}  // namespace gerbang::cli
