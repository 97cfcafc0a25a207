#include "gateway/api/world.hpp"

namespace gerbang::api {
namespace {

std::string line_of(const std::string& code, const std::string& sku) {
  return R"({"code":")" + code + R"(","title":{"id":"Teh"},"variants":[{"sku":")" + sku + R"("}]})";
}

const HeaderList kLines = {{"Content-Type", "application/x-ndjson"}};

TEST(Batch, answers_each_product) {
  World w;
  const std::string body = R"({"items":[)" + line_of("TEH-1", "TEH-1") + "," +
                           R"({"code":"TEH-2","title":{"id":"Teh"},"variants":[]},)" +
                           R"({"title":{"id":"Tanpa kode"}},7,)" + line_of("TEH-3", "TEH-1") + "]}";
  const Seen seen = w.post("/v1/products:batch", body);
  EXPECT_EQ(seen.status, 200);
  std::vector<std::int64_t> statuses;
  for (const json::Value& r : seen.json["results"].items())
    statuses.push_back(*r["status"].as_int64());
  EXPECT_EQ(statuses, (std::vector<std::int64_t>{201, 422, 422, 422, 409}));
  EXPECT_EQ(seen.json["results"][1]["problem"]["errors"][std::size_t{0}]["field"].text(),
            "/variants");
  EXPECT_EQ(w.get("/v1/products").json["data"].items().size(), 1u);
}

TEST(Batch, is_repeated_without_a_second_effect) {
  World w;
  const std::string body = R"({"items":[)" + line_of("TEH-1", "TEH-1") + "]}";
  const HeaderList key = {{"Idempotency-Key", "muat-1"}};
  const Seen first = w.post("/v1/products:batch", body, key);
  const Seen second = w.post("/v1/products:batch", body, key);
  EXPECT_EQ(first.json["results"][std::size_t{0}]["status"].as_int64(), 201);
  EXPECT_EQ(second.body, first.body);
}

TEST(Batch, takes_a_thousand_and_no_more) {
  World w;
  std::string items;
  for (int i = 0; i < 1001; ++i) items += std::string(i ? "," : "") + "{}";
  const Seen seen = w.post("/v1/products:batch", R"({"items":[)" + items + "]}");
  EXPECT_EQ(seen.status, 422);
  EXPECT_EQ(seen.code(), "too_many");
  EXPECT_EQ(seen.json["field"].text(), "/items");
}

TEST(Import, good_and_bad_rows_each_get_their_line) {
  World w;
  const std::string body = line_of("TEH-1", "TEH-1") + "\n\r\n{rusak\n" +
                           R"({"code":"TEH-2","title":{"id":"Teh"},"variants":[{"sku":"teh"}]})" +
                           "\r\n" + line_of("TEH-3", "TEH-3");
  const Seen seen = w.post("/v1/products:import", body, kLines);
  EXPECT_EQ(seen.status, 200);
  std::vector<json::Value> lines;
  for (std::string_view rest = seen.body; !rest.empty(); rest.remove_prefix(rest.find('\n') + 1))
    lines.push_back(json::parse(rest.substr(0, rest.find('\n'))).value());
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_EQ(lines[0]["line"].as_int64(), 1);
  EXPECT_EQ(lines[0]["status"].as_int64(), 201);
  EXPECT_EQ(lines[1]["line"].as_int64(), 3);
  EXPECT_EQ(lines[1]["status"].as_int64(), 400);
  EXPECT_EQ(lines[1]["problem"]["code"].text(), "json_invalid");
  EXPECT_EQ(lines[2]["line"].as_int64(), 4);
  EXPECT_EQ(lines[2]["status"].as_int64(), 422);
  EXPECT_EQ(lines[3]["line"].as_int64(), 5);
  EXPECT_EQ(lines[3]["code"].text(), "TEH-3");
  EXPECT_EQ(w.get("/v1/products").json["data"].items().size(), 2u);
}

std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t n = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

TEST(Import, goes_in_groups_and_comes_out_again) {
  World w;
  std::string body;
  for (int i = 0; i < 450; ++i) {
    const std::string code = "TEH-" + std::to_string(1000 + i);
    body += line_of(code, code) + "\n";
  }
  const Seen in = w.post("/v1/products:import", body, kLines);
  EXPECT_EQ(count_of(in.body, "\"status\":201"), 450u);
  const Seen out = w.get("/v1/products:export");
  EXPECT_EQ(count_of(out.body, "\n"), 450u);
  const Seen again = w.post("/v1/products:import", out.body, kLines);
  EXPECT_EQ(count_of(again.body, "\"status\":200"), 450u);
}

TEST(Import, with_a_key_is_repeated_without_a_second_effect) {
  World w;
  HeaderList headers = kLines;
  headers.emplace_back("Idempotency-Key", "impor-1");
  const std::string body = line_of("TEH-1", "TEH-1") + "\n" + line_of("TEH-2", "TEH-2") + "\n";
  const Seen first = w.post("/v1/products:import", body, headers);
  EXPECT_EQ(count_of(first.body, "\"status\":201"), 2u);
  EXPECT_EQ(w.post("/v1/products:import", body, headers).body, first.body);
  const Seen other = w.post("/v1/products:import", line_of("TEH-9", "TEH-9"), headers);
  EXPECT_EQ(count_of(other.body, "idempotency_key_reused"), 1u);
  EXPECT_EQ(w.get("/v1/products/TEH-9").status, 404);
}

TEST(Import, an_endless_line_ends_the_import) {
  World w;
  const std::string body = line_of("TEH-1", "TEH-1") + "\n" + std::string(300 * 1024, 'x');
  const Seen seen = w.post("/v1/products:import", body, kLines);
  EXPECT_EQ(count_of(seen.body, "\"status\":201"), 1u);
  EXPECT_EQ(count_of(seen.body, "line_too_long"), 1u);
}

TEST(Import, of_something_else_is_refused) {
  World w;
  EXPECT_EQ(w.post("/v1/products:import", "kode;nama\n", {{"Content-Type", "text/csv"}}).status,
            415);
}

}  // namespace
}  // namespace gerbang::api
