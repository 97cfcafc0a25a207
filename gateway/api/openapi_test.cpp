#include "gateway/api/openapi.hpp"

#include <algorithm>
#include <set>

#include "gateway/api/world.hpp"

namespace gerbang::api {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

// Every "$ref" below `value`.
void references(const json::Value& value, std::set<std::string>& out) {
  if (const auto* ref = value["$ref"].as_string()) out.insert(*ref);
  for (const auto& [name, member] : value.members()) references(member, out);
  for (const json::Value& item : value.items()) references(item, out);
}

TEST(OpenApi, and_the_running_table_are_the_same) {
  World w;
  const Seen seen = w.call(Method::get, "/openapi.json");
  const json::Value document =
      json::parse(seen.body, {.bytes = 1 << 20, .values = 100'000}).value();
  EXPECT_EQ(document["openapi"].text(), "3.1.0");
  std::set<std::string> documented, routed, ids;
  for (const auto& [path, operations] : document["paths"].members()) {
    for (const auto& [method, operation] : operations.members()) {
      documented.insert(method + " " + path);
      EXPECT_TRUE(ids.insert(std::string(operation["operationId"].text())).second)
          << "twice: " << operation["operationId"].text();
      EXPECT_FALSE(operation["responses"].members().empty());
    }
  }
  for (const Route& route : w.api->routes())
    routed.insert(lower(to_string(route.method)) + " " + documented_path(route.path));
  EXPECT_EQ(documented, routed);
  EXPECT_EQ(routed.size(), w.api->routes().size()) << "a route stands in the table twice";
}

TEST(OpenApi, every_reference_leads_somewhere_and_every_schema_is_used) {
  World w;
  std::set<std::string> used;
  references(w.document, used);
  for (const std::string& ref : used) {
    const json::Value* at = &w.document;
    for (std::string_view rest = std::string_view(ref).substr(2); !rest.empty();) {
      const auto slash = rest.find('/');
      at = &(*at)[rest.substr(0, slash)];
      rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
    }
    EXPECT_TRUE(at->is_object()) << ref;
  }
  for (const auto& [name, schema] : w.document["components"]["schemas"].members())
    EXPECT_TRUE(used.count("#/components/schemas/" + name)) << name << " is not used";
}

// Walks the document and calls each GET; World::call checks status and body against it.
TEST(OpenApi, each_get_answers_as_documented) {
  World w;
  w.coffee();
  const std::string shop = w.shop();
  const std::string order = w.order(shop);
  ShippingLabel label;
  label.document = Secret("%PDF-1.4 %%EOF");
  label.media_type = "application/pdf";
  label.file_name = "label-PO-1.pdf";
  w.labels.answer = std::move(label);
  const std::map<std::string, std::string> examples = {
      {"code", "KOPI-ROBUSTA"}, {"item", "KOPI-SANGRAI"},
      {"sku", "KOPI-250"},      {"shop", shop},
      {"order", order},         {"organisation", w.organisation("desa")},
      {"channel", "pasar"},     {"rest", "x"}};
  int called = 0;
  for (const auto& [path, operations] : w.document["paths"].members()) {
    const json::Value& get = operations["get"];
    if (get.is_null()) continue;
    std::string target = path;
    for (auto open = target.find('{'); open != std::string::npos; open = target.find('{')) {
      const auto close = target.find('}', open);
      target.replace(open, close - open + 1,
                     examples.at(target.substr(open + 1, close - open - 1)));
    }
    SCOPED_TRACE(target);
    const json::Value& security = get["security"][std::size_t{0}];
    const bool host = !security["host_key"].is_null() || path == "/metrics";
    const Seen seen = host                   ? w.admin(Method::get, target)
                      : security.is_object() ? w.get(target)
                                             : w.call(Method::get, target);
    // Unsigned webhooks and a consent nobody gave are refused; everything else is there.
    const int expected = path.starts_with("/hooks/")   ? 401
                         : path.starts_with("/oauth/") ? 403
                                                       : 200;
    EXPECT_EQ(seen.status, expected) << seen.body;
    EXPECT_EQ(documented_path(seen.route), path);
    ++called;
  }
  EXPECT_GE(called, 20);
}

TEST(OpenApi, what_the_catalogue_example_shows_fits_the_request_schema) {
  World w;
  const json::Value product = json::object({{"$ref", "#/components/schemas/Product"}});
  const json::Value coffee = json::parse(kCoffee).value();
  EXPECT_TRUE(misfits(coffee, product, w.document).empty());
}

TEST(Docs, show_every_operation_without_scripts) {
  World w;
  const Seen page = w.call(Method::get, "/docs");
  for (const Route& route : w.api->routes()) {
    EXPECT_NE(page.body.find("id=\"" + std::string(route.operation.id) + "\""), std::string::npos)
        << route.operation.id;
  }
  EXPECT_EQ(page.body.find("<script"), std::string::npos);
  EXPECT_EQ(page.body.find("http://"), std::string::npos);
}

TEST(Router, heads_are_answered_like_gets_and_405_names_the_methods) {
  World w;
  w.coffee();
  EXPECT_EQ(w.as("desa", Method::head, "/v1/products/KOPI-ROBUSTA").status, 200);
  const Seen wrong = w.post("/v1/products/KOPI-ROBUSTA");
  EXPECT_EQ(wrong.header("Allow"), "PUT, PATCH, GET, HEAD, DELETE");
  EXPECT_EQ(wrong.route, "/v1/products/{code}");
  EXPECT_EQ(w.get("/tidak/ada").route, "none");
}

// One path must not fit two templates, or the order of the table would decide.
TEST(Router, no_two_templates_fit_one_path) {
  const Router router(all_routes());
  for (const Route& route : router.routes()) {
    std::vector<std::string> segments;
    for (const auto segment : split_path(route.path)) segments.emplace_back(segment);
    for (const Route& other : router.routes()) {
      const auto match = router.match(other.method, segments);
      EXPECT_EQ(match.path, route.path);
    }
  }
}

}  // namespace
}  // namespace gerbang::api
