// gerbang adopt: a shop that sells already. Read it, look at what each listing may be, confirm,
// end.
#include <algorithm>
#include <chrono>
#include <iostream>
#include <thread>

#include "core/base/url.hpp"
#include "gateway/cli/commands.hpp"

namespace gerbang::cli {

namespace {

std::string text(const json::Value& v) {
  return v.to_text();
}

std::string review_path(const std::string& shop) {
  return "/v1/shops/" + percent_encode(shop) + "/review";
}

std::string proposal_path(const std::string& shop, const std::string& proposal) {
  return review_path(shop) + "/proposals/" + percent_encode(proposal);
}

std::string summary_of(const json::Value& review) {
  std::string out = text(review["shop"]) + ": " + text(review["state"]) + ", " +
                    text(review["pages"]) + " pages read\n";
  if (const json::Value& n = review["counts"]; !n.is_null())
    out += "found " + text(n["found"]) + ", undecided " + text(n["undecided"]) + " (" +
           text(n["proposed"]) + " with a candidate), confirmed " + text(n["confirmed"]) +
           ", refused " + text(n["refused"]) + "\n";
  if (const json::Value& problem = review["problem"]; !problem.is_null())
    out += text(problem["title"]) + ". " + text(problem["remedy"]) + " [" + text(problem["code"]) +
           "]\n";
  return out;
}

// Until the shop's listings are read and matched, or the time is over.
Result<json::Value> wait_until_open(Remote& remote, const std::string& shop, int seconds) {
  for (int waited = 0;; ++waited) {
    GERBANG_TRY(review, remote.call(Method::get, review_path(shop)));
    const std::string state = text(review["state"]);
    if ((state != "reading" && state != "matching") || waited >= seconds) return review;
    std::this_thread::sleep_for(std::chrono::seconds(1));
  }
}

CLI::App* of_shop(CLI::App& group, const char* name, const char* help,
                  const std::shared_ptr<std::string>& shop) {
  CLI::App* command = group.add_subcommand(name, help);
  command->add_option("shop", *shop, "shp_…")->required();
  return command;
}

void start_command(CLI::App& group, Context& context) {
  auto shop = std::make_shared<std::string>();
  auto wait = std::make_shared<int>(0);
  CLI::App* start =
      of_shop(group, "start", "Read the listings of a shop (again); publishing stops", shop);
  start->add_option("--wait", *wait, "Wait so many seconds until they are read");
  start->callback([&context, shop, wait] {
    auto remote = context.remote();
    if (!remote) return fail(context, remote.error());
    auto review = (*remote)->call(Method::post, review_path(*shop));
    if (review && *wait > 0) review = wait_until_open(**remote, *shop, *wait);
    if (!review) return fail(context, review.error());
    print(context, *review, summary_of(*review));
  });
  CLI::App* status = of_shop(group, "status", "How far it is", shop);
  status->add_option("--wait", *wait, "Wait so many seconds until the listings are read");
  status->callback([&context, shop, wait] {
    auto remote = context.remote();
    if (!remote) return fail(context, remote.error());
    auto review = wait_until_open(**remote, *shop, *wait);
    if (!review) return fail(context, review.error());
    print(context, *review, summary_of(*review));
  });
}

void list_command(CLI::App& group, Context& context) {
  auto shop = std::make_shared<std::string>();
  auto decision = std::make_shared<std::string>();
  CLI::App* list =
      of_shop(group, "list", "Listings found, the variant that each may be, and why", shop);
  list->add_option("--decision", *decision, "undecided, confirmed or refused");
  list->callback([&context, shop, decision] {
    auto remote = context.remote();
    if (!remote) return fail(context, remote.error());
    std::string path = review_path(*shop) + "/proposals?limit=200";
    if (!decision->empty()) path += "&decision=" + percent_encode(*decision);
    auto all = (*remote)->all_pages(path);
    if (!all) return fail(context, all.error());
    std::vector<const json::Value*> sorted;
    for (const json::Value& p : (*all)["data"].items()) sorted.push_back(&p);
    std::stable_sort(sorted.begin(), sorted.end(), [](const json::Value* a, const json::Value* b) {
      return (*a)["confidence"].as_int64().value_or(0) > (*b)["confidence"].as_int64().value_or(0);
    });
    std::vector<std::vector<std::string>> rows{
        {"PROPOSAL", "TITLE", "THEIR SKU", "PRICE", "VARIANT", "CONFIDENCE", "DECISION", "WHY"}};
    for (const json::Value* p : sorted) {
      const json::Value& l = (*p)["listing"];
      const std::string sku = text((*p)["sku"]);
      rows.push_back({text((*p)["id"]), text(l["title"]), text(l["sku"]),
                      text(l["price"]["amount"]), sku.empty() ? text((*p)["candidate"]) : sku,
                      text((*p)["confidence"]), text((*p)["decision"]),
                      text((*p)["reason"]["title"])});
    }
    print(context, *all, table(rows));
  });
}

void confirm_all(Context& context, Remote& remote, const std::string& shop, int above) {
  json::Array failed;
  std::int64_t confirmed = 0;
  std::string after, lines;
  do {
    json::Value body = json::object({{"min_confidence", above}});
    if (!after.empty()) body.as_object()->set("after", after);
    auto done = remote.call(Method::post, review_path(shop) + "/proposals:confirm", body);
    if (!done) return fail(context, done.error());
    confirmed += (*done)["confirmed"].as_int64().value_or(0);
    for (const json::Value& f : (*done)["failed"].items()) {
      lines += text(f["proposal"]) + ": " + text(f["problem"]["title"]) + ". " +
               text(f["problem"]["remedy"]) + " [" + text(f["problem"]["code"]) + "]\n";
      failed.push_back(f);
    }
    after = text((*done)["next"]);
  } while (!after.empty());
  if (!failed.empty()) context.exit_code = kPartly;
  print(context, json::object({{"confirmed", confirmed}, {"failed", std::move(failed)}}),
        std::to_string(confirmed) + " linked\n" + lines);
}

void decision_commands(CLI::App& group, Context& context) {
  struct Options {
    std::string shop, proposal, sku;
    int above = -1;
    bool refuse_rest = false;
  };
  auto o = std::make_shared<Options>();
  CLI::App* confirm = group.add_subcommand("confirm", "The listing is that variant: link them");
  confirm->add_option("shop", o->shop, "shp_…")->required();
  auto* one = confirm->add_option("proposal", o->proposal, "lnk_…");
  auto* sku = confirm->add_option("--sku", o->sku, "This variant instead of the candidate");
  auto* above = confirm
                    ->add_option("--above", o->above,
                                 "Every proposal with at least this confidence instead of one")
                    ->check(CLI::Range(0, 100));
  sku->needs(one);
  above->excludes(one);
  confirm->callback([&context, o] {
    if (o->proposal.empty() && o->above < 0) throw CLI::RequiredError("a proposal, or --above N");
    auto remote = context.remote();
    if (!remote) return fail(context, remote.error());
    if (o->proposal.empty()) return confirm_all(context, **remote, o->shop, o->above);
    json::Value body = json::object({});
    if (!o->sku.empty()) body.as_object()->set("sku", o->sku);
    auto done =
        (*remote)->call(Method::post, proposal_path(o->shop, o->proposal) + "/confirm", body);
    if (!done) return fail(context, done.error());
    print(context, *done, text((*done)["listing"]["title"]) + " is " + text((*done)["sku"]));
  });

  CLI::App* refuse =
      group.add_subcommand("refuse", "The listing is not that variant; takes a link back");
  refuse->add_option("shop", o->shop, "shp_…")->required();
  refuse->add_option("proposal", o->proposal, "lnk_…")->required();
  refuse->callback([&context, o] {
    auto remote = context.remote();
    if (!remote) return fail(context, remote.error());
    auto done = (*remote)->call(Method::post, proposal_path(o->shop, o->proposal) + "/refuse");
    if (!done) return fail(context, done.error());
    print(context, *done, text((*done)["listing"]["title"]) + " is refused");
  });

  CLI::App* end =
      group.add_subcommand("end", "Done: variants without a link are published from now on");
  end->add_option("shop", o->shop, "shp_…")->required();
  end->add_flag("--refuse-rest", o->refuse_rest, "Refuse the proposals that are undecided");
  end->callback([&context, o] {
    auto remote = context.remote();
    if (!remote) return fail(context, remote.error());
    auto done = (*remote)->call(Method::post, review_path(o->shop) + "/end",
                                json::object({{"refuse_undecided", o->refuse_rest}}));
    if (!done) return fail(context, done.error());
    print(context, *done, summary_of(*done));
  });
}

}  // namespace

void add_adoption(CLI::App& app, Context& context) {
  CLI::App* group =
      app.add_subcommand("adopt", "A shop that sells already: link its listings to the catalogue");
  group->require_subcommand(1);
  start_command(*group, context);
  list_command(*group, context);
  decision_commands(*group, context);
}

}  // namespace gerbang::cli
