// Commands of an operator: shops, synchronisation, orders.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <thread>

#include "core/base/url.hpp"
#include "gateway/cli/commands.hpp"
#include "gateway/cli/credentials.hpp"

namespace gerbang::cli {

namespace {

std::string text(const json::Value& v) {
  return v.to_text();
}

// A shop's fixed keys, never on the command line, where every process of the machine could read
// them: from a file or from GERBANG_SHOP_CREDENTIALS, as a JSON object or as lines name=value.
// Nothing: none were given.
Result<json::Value> read_credentials(const std::string& file) {
  std::string content;
  if (!file.empty()) {
    std::ifstream in(file, std::ios::binary);
    if (!in) return Error(ErrorKind::invalid, "credentials_file", "cannot open " + file);
    content.assign(std::istreambuf_iterator<char>(in), {});
  } else if (const char* given = std::getenv("GERBANG_SHOP_CREDENTIALS")) {
    content = given;
  } else {
    return json::Value();
  }
  return parse_credentials(content);
}

void connect_command(CLI::App& group, Context& context) {
  struct Options {
    std::string channel, name, credentials;
    int wait_seconds = 0;
    bool adopt = false;
  };
  auto o = std::make_shared<Options>();
  CLI::App* connect = group.add_subcommand("connect", "Add a shop and get the link for its seller");
  connect->add_option("--channel", o->channel, "shopee, …")->required();
  connect->add_option("--name", o->name, "What you call it")->required();
  connect->add_option("--wait", o->wait_seconds, "Wait so many seconds for the seller's consent");
  connect->add_option("--credentials-file", o->credentials,
                      "Keys of a channel without a consent page, lines name=value or JSON; else "
                      "GERBANG_SHOP_CREDENTIALS");
  connect->add_flag("--adopt", o->adopt,
                    "It sells already: review its listings before anything is published");
  connect->callback([&context, o] {
    auto remote = context.remote();
    if (!remote) return fail(context, remote.error());
    auto keys = read_credentials(o->credentials);
    if (!keys) return fail(context, keys.error());
    json::Value body = json::object({{"channel", o->channel}, {"name", o->name}});
    if (!keys->is_null()) body.as_object()->set("credentials", *keys);
    if (o->adopt) body.as_object()->set("adopt", true);
    auto made = (*remote)->call(Method::post, "/v1/shops", body);
    if (!made) return fail(context, made.error());
    if (!keys->is_null()) {
      const json::Value& problem = (*made)["problem"];
      print(context, *made,
            text((*made)["id"]) + (problem.is_null() ? "\nconnected" : "\nnot connected yet"));
      if (!problem.is_null())
        fail(context, Error(ErrorKind::rejected, text(problem["code"]), text(problem["title"])));
      return;
    }
    print(
        context, *made,
        text((*made)["id"]) + "\nOpen this link as the seller:\n" + text((*made)["authorise_url"]));
    for (int waited = 0; waited < o->wait_seconds; ++waited) {
      std::this_thread::sleep_for(std::chrono::seconds(1));
      auto shop = (*remote)->call(Method::get, "/v1/shops/" + text((*made)["id"]));
      if (!shop) return fail(context, shop.error());
      if (text((*shop)["state"]) == "active") {
        if (!context.json) std::cout << "connected\n";
        return;
      }
    }
    if (o->wait_seconds > 0)
      fail(context, Error(ErrorKind::transient, "still_waiting", "the seller has not agreed yet"));
  });
}

void shop_commands(CLI::App& app, Context& context) {
  CLI::App* group = app.add_subcommand("shop", "Shops");
  group->require_subcommand(1);
  connect_command(*group, context);

  CLI::App* list = group->add_subcommand("list", "All shops and what waits for them");
  list->callback([&context] {
    auto remote = context.remote();
    if (!remote) return fail(context, remote.error());
    auto all = (*remote)->call(Method::get, "/v1/shops");
    if (!all) return fail(context, all.error());
    std::vector<std::vector<std::string>> rows{
        {"ID", "CHANNEL", "NAME", "STATE", "WAITING", "REASON"}};
    for (const json::Value& s : (*all)["data"].items())
      rows.push_back({text(s["id"]), text(s["channel"]), text(s["name"]), text(s["state"]),
                      text(s["work"]["waiting"]), text(s["reason"])});
    print(context, *all, table(rows));
  });

  struct Keys {
    std::string id, file;
  };
  auto keys = std::make_shared<Keys>();
  CLI::App* credentials =
      group->add_subcommand("credentials", "Give the keys of a channel without a consent page");
  credentials->add_option("id", keys->id, "shp_…")->required();
  credentials->add_option("--credentials-file", keys->file,
                          "Lines name=value or JSON; else GERBANG_SHOP_CREDENTIALS");
  credentials->callback([&context, keys] {
    auto remote = context.remote();
    if (!remote) return fail(context, remote.error());
    auto given = read_credentials(keys->file);
    if (given && given->is_null())
      given = Error(ErrorKind::invalid, "credentials_file",
                    "neither --credentials-file nor GERBANG_SHOP_CREDENTIALS");
    if (!given) return fail(context, given.error());
    auto done =
        (*remote)->call(Method::put, "/v1/shops/" + percent_encode(keys->id) + "/credentials",
                        json::object({{"credentials", *given}}));
    if (!done) return fail(context, done.error());
    print(context, *done, keys->id + " is " + text((*done)["state"]));
  });

  struct Verb {
    const char* name;
    const char* help;
  };
  for (const Verb verb :
       {Verb{"pause", "Send nothing; changes keep collecting"}, Verb{"resume", "Send again"},
        Verb{"retire", "End it for good; its history stays readable"}}) {
    auto id = std::make_shared<std::string>();
    CLI::App* command = group->add_subcommand(verb.name, verb.help);
    command->add_option("id", *id, "shp_…")->required();
    command->callback([&context, id, name = std::string(verb.name)] {
      auto remote = context.remote();
      if (!remote) return fail(context, remote.error());
      auto done = (*remote)->call(Method::post, "/v1/shops/" + percent_encode(*id) + "/" + name);
      if (!done) return fail(context, done.error());
      print(context, *done, *id + " is " + text((*done)["state"]));
    });
  }
}

// For nobody else's eyes: a label names the buyer and the street.
Result<void> write_private(const std::string& file, const std::string& bytes) {
  const auto fail = [&file](const char* why) {
    return Error(ErrorKind::invalid, "file_not_written", std::string(why) + " " + file);
  };
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return fail("cannot open");
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = ::write(fd, bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    done += static_cast<std::size_t>(n);
  }
  if (::close(fd) != 0 || done != bytes.size()) return fail("cannot write");
  return {};
}

// The name that the gateway suggests, without anything that leads elsewhere.
std::string suggested_name(const HttpResponse& response) {
  const std::string header(response.headers.find("Content-Disposition").value_or(""));
  const auto begin = header.find("filename=\"");
  if (begin == std::string::npos) return "label";
  const std::string name = header.substr(begin + 10, header.find('"', begin + 10) - begin - 10);
  const bool plain = !name.empty() && !name.starts_with(".") &&
                     name.find_first_not_of(
                         "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                         "0123456789-_.") == std::string::npos;
  return plain ? name : "label";
}

void label_command(CLI::App& group, Context& context) {
  struct Options {
    std::string order, parcel, out;
    int wait_seconds = 60;
  };
  auto o = std::make_shared<Options>();
  CLI::App* label = group.add_subcommand("label", "The shipping label, as a file to print");
  label->add_option("id", o->order, "ord_…")->required();
  label->add_option("--parcel", o->parcel, "Of this parcel only");
  label->add_option("--out", o->out, "File; - for standard output (default: as it is called)");
  label->add_option("--wait", o->wait_seconds,
                    "Wait at most so many seconds while the channel makes it (60)");
  label->callback([&context, o] {
    auto remote = context.remote();
    if (!remote) return fail(context, remote.error());
    std::string path = "/v1/orders/" + percent_encode(o->order) + "/label";
    if (!o->parcel.empty()) path += "?parcel=" + percent_encode(o->parcel);
    std::chrono::milliseconds left = std::chrono::seconds(o->wait_seconds);
    auto answer = (*remote)->document(path);
    while (!answer && answer.error().retry_after && *answer.error().retry_after <= left &&
           (answer.error().code == "label_not_ready" || answer.error().code == "shop_busy")) {
      const auto wait = *answer.error().retry_after;
      left -= wait;
      std::this_thread::sleep_for(wait);
      answer = (*remote)->document(path);
    }
    if (!answer) return fail(context, answer.error());
    if (o->out == "-") {
      std::cout << answer->body << std::flush;
      return;
    }
    const std::string file = o->out.empty() ? suggested_name(*answer) : o->out;
    if (auto written = write_private(file, answer->body); !written)
      return fail(context, written.error());
    print(context, json::object({{"file", file}, {"bytes", answer->body.size()}}), file);
  });
}

void order_commands(CLI::App& app, Context& context) {
  CLI::App* group = app.add_subcommand("order", "Orders");
  group->require_subcommand(1);
  label_command(*group, context);
  auto status = std::make_shared<std::string>();
  auto shop = std::make_shared<std::string>();
  CLI::App* list = group->add_subcommand("list", "Orders, oldest change first");
  list->add_option("--status", *status, "pending, paid, accepted, shipped, …");
  list->add_option("--shop", *shop, "shp_…");
  list->callback([&context, status, shop] {
    auto remote = context.remote();
    if (!remote) return fail(context, remote.error());
    std::string path = "/v1/orders?limit=200";
    if (!status->empty()) path += "&status=" + percent_encode(*status);
    if (!shop->empty()) path += "&shop=" + percent_encode(*shop);
    auto all = (*remote)->all_pages(path);
    if (!all) return fail(context, all.error());
    std::vector<std::vector<std::string>> rows{
        {"ID", "CHANNEL", "NUMBER", "STATUS", "PLACED", "LINES"}};
    for (const json::Value& o : (*all)["data"].items()) {
      std::string lines;
      for (const json::Value& l : o["lines"].items())
        lines += (lines.empty() ? "" : ", ") + text(l["quantity"]) + "× " + text(l["sku"]);
      rows.push_back({text(o["id"]), text(o["channel"]), text(o["external_id"]), text(o["status"]),
                      text(o["placed_at"]), lines});
    }
    print(context, *all, table(rows));
  });
}

}  // namespace

void add_shops(CLI::App& app, Context& context) {
  shop_commands(app, context);
  order_commands(app, context);

  struct Options {
    std::string shop;
    bool price = false, content = false;
  };
  auto o = std::make_shared<Options>();
  CLI::App* sync = app.add_subcommand("sync", "Push all stock (and more) of a shop again");
  sync->add_option("--shop", o->shop, "shp_… (default: every shop)");
  sync->add_flag("--price", o->price, "Prices too");
  sync->add_flag("--content", o->content, "Texts, images and variants too");
  sync->callback([&context, o] {
    auto remote = context.remote();
    if (!remote) return fail(context, remote.error());
    std::vector<std::string> shops;
    if (!o->shop.empty()) {
      shops.push_back(o->shop);
    } else {
      auto all = (*remote)->call(Method::get, "/v1/shops");
      if (!all) return fail(context, all.error());
      for (const json::Value& s : (*all)["data"].items()) {
        if (text(s["state"]) != "retired") shops.push_back(text(s["id"]));
      }
    }
    json::Array done;
    std::string lines;
    for (const std::string& id : shops) {
      auto answer = (*remote)->call(
          Method::post, "/v1/shops/" + percent_encode(id) + "/sync",
          json::object({{"stock", true}, {"price", o->price}, {"content", o->content}}));
      if (!answer) return fail(context, answer.error());
      lines += id + ": asked for\n";
      done.push_back(std::move(*answer));
    }
    print(context, json::object({{"data", std::move(done)}}), lines);
  });
}

}  // namespace gerbang::cli
