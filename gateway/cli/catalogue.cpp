// Commands on the catalogue: import from a spreadsheet or another system, export.
#include <fstream>
#include <iostream>
#include <sstream>

#include "config/messages.hpp"
#include "core/model/product.hpp"
#include "gateway/cli/catalogue_csv.hpp"
#include "gateway/cli/commands.hpp"

namespace gerbang::cli {

namespace {

constexpr std::size_t kBatch = 100;

// One product or count on its way, and where in the file it stood.
struct Row {
  std::string place;  // "line 12", "/products/4"
  std::string code;
  json::Value body;
};

// What could not be taken, as a person needs to see it.
struct Refused {
  std::string place;
  std::string code;
  std::string field;
  std::string reason;
  std::string title;
  std::string remedy;
};

struct Load {
  std::vector<Row> products;
  std::vector<Row> stock;
  std::vector<Refused> refused;
};

Refused refusal(const Context& context, std::string place, std::string code, std::string field,
                std::string reason) {
  const messages::Language language =
      context.language == "en" ? messages::Language::en : messages::Language::id;
  const messages::Message& words = messages::message(reason, language);
  return {std::move(place),  std::move(code),          std::move(field),
          std::move(reason), std::string(words.title), std::string(words.remedy)};
}

Result<Load> load_csv(const Context& context, const std::string& bytes) {
  GERBANG_TRY(catalogue, read_catalogue(bytes));
  Load load;
  for (ImportedProduct& p : catalogue.products)
    load.products.push_back({"line " + std::to_string(p.line), p.code, std::move(p.body)});
  for (const ImportedCount& c : catalogue.stock)
    load.stock.push_back({"line " + std::to_string(c.line), c.item,
                          json::object({{"item", c.item}, {"on_hand", c.on_hand}})});
  for (const Rejection& r : catalogue.rejected)
    load.refused.push_back(
        refusal(context, "line " + std::to_string(r.line), r.code, r.column, r.reason));
  return load;
}

// {"products":[…],"stock":[…]} of a village system.
Result<Load> load_json(const Context& context, const std::string& bytes) {
  json::Limits limits;
  limits.bytes = 64 * 1024 * 1024;
  limits.values = 5'000'000;
  GERBANG_TRY(document, json::parse(bytes, limits));
  Load load;
  std::size_t index = 0;
  for (const json::Value& p : document["products"].items()) {
    const std::string place = "/products/" + std::to_string(index++);
    const std::string code(p["code"].text());
    const Result<Product> product = product_from_json(code, p);
    if (product) {
      load.products.push_back({place, code, p});
    } else if (product.error().fields.empty()) {
      load.refused.push_back(
          refusal(context, place, code, product.error().field, product.error().code));
    } else {
      for (const FieldError& f : product.error().fields)
        load.refused.push_back(refusal(context, place, code, f.field, f.code));
    }
  }
  index = 0;
  for (const json::Value& s : document["stock"].items())
    load.stock.push_back({"/stock/" + std::to_string(index++), s["item"].to_text(), s});
  if (load.products.empty() && load.refused.empty() && load.stock.empty())
    return Error(ErrorKind::invalid, "import_empty",
                 "neither \"products\" nor \"stock\" in the file");
  return load;
}

// Sends rows in batches; refused ones are noted, the rest go on. `changed` counts what was taken.
Result<void> send(Remote& remote, const std::string& path, const std::vector<Row>& rows,
                  Progress& progress, std::vector<Refused>& refused, std::size_t& taken) {
  for (std::size_t first = 0; first < rows.size(); first += kBatch) {
    const std::size_t last = std::min(rows.size(), first + kBatch);
    json::Array items;
    for (std::size_t i = first; i < last; ++i) items.push_back(rows[i].body);
    GERBANG_TRY(answer,
                remote.call(Method::post, path, json::object({{"items", std::move(items)}})));
    const json::Array& results = answer["results"].items();
    for (std::size_t i = first; i < last; ++i) {
      const json::Value& r = i - first < results.size() ? results[i - first] : answer["none"];
      const std::int64_t status = r["status"].as_int64().value_or(500);
      if (status < 300) {
        ++taken;
        continue;
      }
      const json::Value& problem = r["problem"];
      refused.push_back({rows[i].place, rows[i].code, problem["field"].to_text(),
                         problem["code"].to_text(), problem["title"].to_text(),
                         problem["remedy"].to_text()});
    }
    progress.advance(last - first);
  }
  return Result<void>();
}

void report(Context& context, std::size_t products, std::size_t counts,
            const std::vector<Refused>& refused) {
  json::Array list;
  std::string text = std::to_string(products) + " products and " + std::to_string(counts) +
                     " stock counts taken, " + std::to_string(refused.size()) + " refused\n";
  for (const Refused& r : refused) {
    list.push_back(json::object({{"place", r.place},
                                 {"code", r.code},
                                 {"field", r.field},
                                 {"reason", r.reason},
                                 {"title", r.title},
                                 {"remedy", r.remedy}}));
    text += r.place + "  " + r.code + "  " + r.field + "  [" + r.reason + "] " + r.title + ". " +
            r.remedy + "\n";
  }
  print(context,
        json::object({{"products", static_cast<std::int64_t>(products)},
                      {"stock", static_cast<std::int64_t>(counts)},
                      {"refused", std::move(list)}}),
        text);
  if (!refused.empty()) context.exit_code = kPartly;
}

void import_file(Context& context, const std::string& path, bool dry_run) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream bytes;
  bytes << file.rdbuf();
  if (!file)
    return fail(context, Error(ErrorKind::not_found, "file_unreadable", "cannot read " + path));
  Result<Load> load =
      path.ends_with(".json") ? load_json(context, bytes.str()) : load_csv(context, bytes.str());
  if (!load) return fail(context, load.error());
  if (dry_run) return report(context, load->products.size(), load->stock.size(), load->refused);
  auto remote = context.remote();
  if (!remote) return fail(context, remote.error());
  std::size_t products = 0, counts = 0;
  {
    Progress progress("import", load->products.size() + load->stock.size());
    // Stock first: the products' listings are then published with their number.
    auto counted = send(**remote, "/v1/stock:batch", load->stock, progress, load->refused, counts);
    if (!counted) return fail(context, counted.error());
    auto sent =
        send(**remote, "/v1/products:batch", load->products, progress, load->refused, products);
    if (!sent) return fail(context, sent.error());
  }
  report(context, products, counts, load->refused);
}

}  // namespace

void add_catalogue(CLI::App& app, Context& context) {
  struct Options {
    std::string file;
    bool dry_run = false;
  };
  auto o = std::make_shared<Options>();
  CLI::App* import = app.add_subcommand(
      "import",
      "Take a catalogue in: a spreadsheet's .csv or a village system's .json. Good rows are "
      "taken, bad ones come back with line, field, reason and remedy (exit code 3)");
  import->add_option("file", o->file, "katalog.csv or katalog.json")->required();
  import->add_flag("--dry-run", o->dry_run, "Check only, send nothing");
  import->callback([&context, o] { import_file(context, o->file, o->dry_run);
});

auto output = std::make_shared<std::string>();
CLI::App* export_command =
    app.add_subcommand("export", "All products as NDJSON, fit for import elsewhere");
export_command->add_option("--output", *output, "File (default: standard output)");
export_command->callback([&context, output] {
  auto remote = context.remote();
  if (!remote) return fail(context, remote.error());
  auto text = (*remote)->text(Method::get, "/v1/products:export");
  if (!text) return fail(context, text.error());
  if (output->empty()) {
    std::cout << *text;
    return;
  }
  std::ofstream file(*output, std::ios::binary);
  file << *text;
  file.close();
  if (!file)
    return fail(context, Error(ErrorKind::transient, "file_unwritable", "cannot write " + *output));
  print(context, json::object({{"written", *output}}), "written: " + *output);
});
}  // namespace gerbang::cli

}  // namespace gerbang::cli
