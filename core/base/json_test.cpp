#include "core/base/json.hpp"

#include <gtest/gtest.h>

namespace gerbang::json {
namespace {

TEST(JsonGuard, KeepsIntegersExactOverTheWholeRange) {
  const auto v = parse(R"([9223372036854775807, -9223372036854775808, 18446744073709551615])");
  ASSERT_TRUE(v);
  EXPECT_EQ((*v)[0].as_int64(), INT64_MAX);
  EXPECT_EQ((*v)[1].as_int64(), INT64_MIN);
  EXPECT_EQ((*v)[2].as_uint64(), UINT64_MAX);
  EXPECT_EQ((*v)[2].as_int64(), std::nullopt);
  EXPECT_EQ(dump(*v), "[9223372036854775807,-9223372036854775808,18446744073709551615]");
}

TEST(JsonGuard, ReadsPricesWrittenAsFloatsWithoutADouble) {
  const auto v = parse(R"({"a":35000.0,"b":0.3,"c":"2500","d":12.5,"e":"x1"})");
  ASSERT_TRUE(v);
  EXPECT_EQ((*v)["a"].to_integral(), 35000);
  EXPECT_EQ((*v)["a"].as_int64(), std::nullopt);
  EXPECT_EQ((*v)["c"].to_integral(), 2500);
  EXPECT_EQ((*v)["d"].to_integral(), std::nullopt);
  EXPECT_EQ((*v)["e"].to_integral(), std::nullopt);
  EXPECT_DOUBLE_EQ(*(*v)["b"].as_double(), 0.3);
  EXPECT_EQ(dump(*v), R"({"a":35000.0,"b":0.3,"c":"2500","d":12.5,"e":"x1"})");
}

struct Bad {
  const char* name;
  std::string text;
  const char* code;
};

class JsonGuardRefuses : public testing::TestWithParam<Bad> {};

TEST_P(JsonGuardRefuses, BadInput) {
  const auto v = parse(GetParam().text);
  ASSERT_FALSE(v) << GetParam().text.substr(0, 80);
  EXPECT_EQ(v.error().code, GetParam().code);
}

std::string nested(int depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

INSTANTIATE_TEST_SUITE_P(Table, JsonGuardRefuses,
                         testing::Values(Bad{"empty", "", "json_invalid"},
                                         Bad{"cut", R"({"a":)", "json_invalid"},
                                         Bad{"trailing", "{} x", "json_invalid"},
                                         Bad{"two_values", "1 2", "json_invalid"},
                                         Bad{"duplicate", R"({"a":1,"b":2,"a":3})", "json_invalid"},
                                         Bad{"nul", "\"a\\u0000b\"", "json_invalid"},
                                         Bad{"nul_key", "{\"a\\u0000b\":1}", "json_invalid"},
                                         Bad{"not_utf8", "\"\xff\"", "json_invalid"},
                                         Bad{"overlong", "\"\xc0\xaf\"", "json_invalid"},
                                         Bad{"half_surrogate", R"("\ud800")", "json_invalid"},
                                         Bad{"second_half", R"("\ude00")", "json_invalid"},
                                         Bad{"second_half_key", R"({"\ude00":1})", "json_invalid"},
                                         Bad{"nan", "NaN", "json_invalid"},
                                         Bad{"infinity", "1e999", "json_invalid"},
                                         Bad{"single_quotes", "{'a':1}", "json_invalid"},
                                         Bad{"comment", "{/* */}", "json_invalid"},
                                         Bad{"deep", nested(33), "json_too_large"},
                                         Bad{"very_deep", nested(200000), "json_too_large"}),
                         [](const auto& test) { return test.param.name; });

TEST(JsonGuard, AllowsTheDeclaredDepthAndNoMore) {
  EXPECT_TRUE(parse(nested(32)));
  EXPECT_TRUE(parse(nested(40), Limits{.bytes = 1000, .depth = 40, .values = 100}));
}

TEST(JsonGuard, BoundsBytesAndValues) {
  Limits limits;
  limits.bytes = 10;
  EXPECT_EQ(parse(R"("0123456789")", limits).error().code, "json_too_large");
  limits = {};
  limits.values = 3;
  EXPECT_TRUE(parse("[1,2]", limits));
  EXPECT_EQ(parse("[1,2,3]", limits).error().code, "json_too_large");
}

TEST(JsonGuard, FindsDuplicatesInLargeObjectsToo) {
  std::string text = "{";
  for (int i = 0; i < 100; ++i) text += "\"k" + std::to_string(i) + "\":1,";
  EXPECT_TRUE(parse(text + "\"last\":1}"));
  EXPECT_FALSE(parse(text + "\"k42\":1}"));
}

TEST(JsonGuard, WritesOnlyValidUtf8) {
  EXPECT_EQ(dump(Value("a\xff"
                       "b")),
            "\"a\xEF\xBF\xBD"
            "b\"");
  EXPECT_EQ(dump(Value("\x01\n\"\\é½☀")), "\"\\u0001\\n\\\"\\\\é½☀\"");
}

TEST(JsonGuard, MissingMembersAreNull) {
  const auto v = parse(R"({"a":{"b":[1]}})");
  ASSERT_TRUE(v);
  EXPECT_TRUE((*v)["x"]["y"][3].is_null());
  EXPECT_EQ((*v)["a"]["b"][0].as_int64(), 1);
}

TEST(MergePatch, FollowsTheExampleOfItsStandard) {
  const auto target = parse(
      R"({"title":"Goodbye!","author":{"givenName":"A","familyName":"B"},"tags":["x","y"],"content":"c"})");
  const auto patch =
      parse(R"({"title":"Hello!","phoneNumber":"1","author":{"familyName":null},"tags":["x"]})");
  EXPECT_EQ(
      dump(merge_patch(*target, *patch)),
      R"({"title":"Hello!","author":{"givenName":"A"},"tags":["x"],"content":"c","phoneNumber":"1"})");
}

TEST(Value, ObjectsAreEqualWhateverTheirOrder) {
  EXPECT_EQ(*parse(R"({"a":1,"b":[2,{"c":null}]})"), *parse(R"({"b":[2,{"c":null}],"a":1})"));
  EXPECT_FALSE(*parse(R"({"a":1})") == *parse(R"({"a":"1"})"));
}

}  // namespace
}  // namespace gerbang::json
