#include "connectors/shopee/sandbox/test_client.hpp"

namespace gerbang::sandbox::shopee {
namespace {

using testing::HasSubstr;

class ShopeeVariants : public ShopeeTest {
 protected:
  json::Value models(std::int64_t id) {
    return get("product/get_model_list", "item_id=" + std::to_string(id)).response();
  }
  // An item that has settled.
  std::int64_t settled_item() {
    const auto id = add_item();
    clock_.advance(std::chrono::seconds(5));
    return id;
  }
  std::string two_stocks(std::int64_t id, int a, int b) {
    return "{\"item_id\":" + std::to_string(id) +
           ",\"stock_list\":[{\"model_id\":" + std::to_string(models_[0]) +
           ",\"seller_stock\":[{\"stock\":" + std::to_string(a) +
           "}]},{\"model_id\":" + std::to_string(models_[1]) +
           ",\"seller_stock\":[{\"stock\":" + std::to_string(b) + "}]}]}";
  }
  void promote(std::int64_t item, std::int64_t model, const std::string& more) {
    control(Method::put, "settings",
            "{\"promotion\":{\"item_id\":" + std::to_string(item) +
                ",\"model_id\":" + std::to_string(model) + "," + more + "}}");
  }
};

TEST_F(ShopeeVariants, a_new_item_must_settle_before_it_gets_variants) {
  const auto id = add_item();
  clock_.advance(std::chrono::milliseconds(4999));
  EXPECT_EQ(post("product/init_tier_variation", init_body(id)).error(), "error_system_busy");
  clock_.advance(std::chrono::milliseconds(1));
  EXPECT_EQ(post("product/init_tier_variation", init_body(id)).error(), "");
}

TEST_F(ShopeeVariants, variants_are_answered_and_read_back) {
  const auto id = add_item_with_models();
  EXPECT_GT(models_[0], std::int64_t{1} << 53);
  const json::Value r = models(id);
  EXPECT_EQ(r["tier_variation"].items()[0]["option_list"].items()[1]["option"].text(), "500 g");
  EXPECT_EQ(r["standardise_tier_variation"].items()[0]["variation_name"].text(), "Ukuran");
  const json::Value& second = r["model"].items()[1];
  EXPECT_EQ(second["model_id"].as_int64(), models_[1]);
  EXPECT_EQ(second["model_sku"].text(), "KOPI-500");
  EXPECT_EQ(second["model_status"].text(), "MODEL_NORMAL");
  EXPECT_EQ(second["price_info"].items()[0]["current_price"].as_int64(), 85000);
  EXPECT_EQ(second["stock_info_v2"]["seller_stock"].items()[0]["stock"].as_int64(), 15);
  EXPECT_EQ(second["weight"].text(), "0.3");
  const Answered info = get("product/get_item_base_info", "item_id_list=" + std::to_string(id));
  const json::Value& base = info.response()["item_list"].items()[0];
  EXPECT_EQ(base["has_model"].as_bool(), true);
  EXPECT_TRUE(base["price_info"].is_null());
  EXPECT_TRUE(base["stock_info_v2"].is_null());
}

TEST_F(ShopeeVariants, the_older_form_of_tiers_is_taken_too) {
  const auto id = settled_item();
  const Answered reply = post(
      "product/init_tier_variation",
      "{\"item_id\":" + std::to_string(id) +
          R"(,"tier_variation":[{"name":"Rasa","option_list":[{"option":"Original"}]}],)"
          R"("model":[{"tier_index":[0],"original_price":9000,"seller_stock":[{"stock":3}]}]})");
  EXPECT_EQ(reply.error(), "");
  EXPECT_EQ(models(id)["tier_variation"].items()[0]["name"].text(), "Rasa");
}

struct BadInit {
  const char* name;
  const char* changes;
  const char* error;
};
class ShopeeInit : public ShopeeVariants, public testing::WithParamInterface<BadInit> {};
TEST_P(ShopeeInit, refuses) {
  const auto id = settled_item();
  const Answered reply = post("product/init_tier_variation", init_body(id, GetParam().changes));
  EXPECT_EQ(reply.error(), GetParam().error) << reply.http.body;
  EXPECT_EQ(models(id)["model"].items().size(), 0u);
}
INSTANTIATE_TEST_SUITE_P(
    Cases, ShopeeInit,
    testing::Values(
        BadInit{"no_models", R"({"model":[]})", "error_param"},
        BadInit{
            "index_too_far",
            R"({"model":[{"tier_index":[2],"original_price":5000,"seller_stock":[{"stock":1}]}]})",
            "error_param"},
        BadInit{
            "index_of_two_tiers",
            R"({"model":[{"tier_index":[0,0],"original_price":5000,"seller_stock":[{"stock":1}]}]})",
            "error_param"},
        BadInit{
            "same_index_twice",
            R"({"model":[{"tier_index":[0],"original_price":5000,"seller_stock":[{"stock":1}]},{"tier_index":[0],"original_price":5000,"seller_stock":[{"stock":1}]}]})",
            "error_param"},
        BadInit{
            "dearest_over_seven_times_the_cheapest",
            R"({"model":[{"tier_index":[0],"original_price":10000,"seller_stock":[{"stock":1}]},{"tier_index":[1],"original_price":70001,"seller_stock":[{"stock":1}]}]})",
            "error_param"},
        BadInit{"no_price", R"({"model":[{"tier_index":[0],"seller_stock":[{"stock":1}]}]})",
                "error_param"},
        BadInit{"no_stock", R"({"model":[{"tier_index":[0],"original_price":5000}]})",
                "error_param"},
        BadInit{
            "long_tier_name",
            R"({"standardise_tier_variation":[{"variation_name":"Ukuran Kemasan X","variation_option_list":[{"variation_option_name":"a"},{"variation_option_name":"b"}]}]})",
            "error_param"},
        BadInit{
            "long_option",
            R"({"standardise_tier_variation":[{"variation_name":"Ukuran","variation_option_list":[{"variation_option_name":"dua ratus lima puluh g"},{"variation_option_name":"b"}]}]})",
            "error_param"},
        BadInit{
            "option_twice",
            R"({"standardise_tier_variation":[{"variation_name":"Ukuran","variation_option_list":[{"variation_option_name":"a"},{"variation_option_name":"a"}]}]})",
            "error_param"},
        BadInit{
            "three_tiers",
            R"({"standardise_tier_variation":[{"variation_name":"A","variation_option_list":[{"variation_option_name":"a"}]},{"variation_name":"B","variation_option_list":[{"variation_option_name":"a"}]},{"variation_name":"C","variation_option_list":[{"variation_option_name":"a"}]}]})",
            "error_param"},
        BadInit{
            "unknown_option_image",
            R"({"standardise_tier_variation":[{"variation_name":"A","variation_option_list":[{"variation_option_name":"a","image_id":"x"},{"variation_option_name":"b"}]}]})",
            "error_param"},
        BadInit{"unknown_item", R"({"item_id":5})", "error_item_not_found"}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST_F(ShopeeVariants, images_stand_on_the_first_tier_only) {
  const auto id = settled_item();
  const auto init = [&](const std::string& first, const std::string& second) {
    return post(
               "product/init_tier_variation",
               "{\"item_id\":" + std::to_string(id) +
                   R"(,"standardise_tier_variation":[{"variation_name":"A","variation_option_list":)"
                   R"([{"variation_option_name":"a","image_id":")" +
                   first +
                   R"("}]},{"variation_name":"B","variation_option_list":[{"variation_option_name":)"
                   R"("b","image_id":")" +
                   second +
                   R"("}]}],"model":[{"tier_index":[0,0],"original_price":5000,)"
                   R"("seller_stock":[{"stock":1}]}]})")
        .error();
  };
  EXPECT_EQ(init(image_, image_), "error_param");
  EXPECT_EQ(init(image_, ""), "");
}

TEST_F(ShopeeVariants, a_new_structure_makes_new_model_ids_and_no_tiers_a_plain_item) {
  const auto id = add_item_with_models();
  const auto before = models_;
  const Answered again = post("product/init_tier_variation", init_body(id));
  EXPECT_NE(again.response()["model"].items()[0]["model_id"].as_int64(), before[0]);
  EXPECT_EQ(post("product/update_stock", stock_body(id, before[0], 5)).error(),
            "error_busi_update_stock_failed");
  const Answered plain = post(
      "product/init_tier_variation",
      init_body(
          id,
          R"({"standardise_tier_variation":[],"model":[{"tier_index":[],"original_price":45000,"seller_stock":[{"stock":9}]}]})"));
  EXPECT_EQ(plain.error(), "");
  EXPECT_EQ(models(id)["model"].items().size(), 0u);
  EXPECT_EQ(post("product/update_stock", stock_body(id, 0, 5)).error(), "");
}

TEST_F(ShopeeVariants, models_are_added_changed_moved_and_deleted) {
  const auto id = add_item_with_models();
  const std::string item = "{\"item_id\":" + std::to_string(id);
  const std::string moved =
      item +
      R"(,"standardise_tier_variation":[{"variation_name":"Ukuran","variation_option_list":[)"
      R"({"variation_option_name":"1 kg"},{"variation_option_name":"500 g"},)"
      R"({"variation_option_name":"250 g"}]}],"model_list":[{"tier_index":[2],"model_id":)" +
      std::to_string(models_[0]) + R"(},{"tier_index":[1],"model_id":)" +
      std::to_string(models_[1]) + "}]}";
  EXPECT_EQ(post("product/update_tier_variation", moved).error(), "");
  EXPECT_EQ(json::dump(models(id)["model"].items()[0]["tier_index"]), "[2]");
  EXPECT_EQ(models(id)["model"].items()[0]["model_id"].as_int64(), models_[0]);

  const std::string kilo =
      item +
      R"(,"model_list":[{"tier_index":[0],"original_price":150000,"seller_stock":[{"stock":4}],)"
      R"("model_sku":"KOPI-1KG"}]})";
  const Answered added = post("product/add_model", kilo);
  EXPECT_EQ(added.error(), "");
  const auto third = added.response()["model"].items()[0]["model_id"].as_int64().value_or(0);
  EXPECT_EQ(post("product/add_model", kilo).error(), "error_param");  // the place is taken
  EXPECT_EQ(stock_of("KOPI-1KG"), 4);

  EXPECT_EQ(
      post("product/update_model", item + ",\"model\":[{\"model_id\":" + std::to_string(third) +
                                       ",\"model_sku\":\"KOPI-KILO\"}]}")
          .error(),
      "");
  EXPECT_EQ(stock_of("KOPI-KILO"), 4);
  EXPECT_EQ(
      post("product/update_model", item + R"(,"model":[{"model_id":5,"model_sku":"X"}]})").error(),
      "error_model_invalid_model_id");
  EXPECT_EQ(
      post("product/delete_model", item + ",\"model_id\":" + std::to_string(third) + "}").error(),
      "");
  EXPECT_EQ(stock_of("KOPI-KILO"), -1);
  EXPECT_EQ(models(id)["model"].items().size(), 2u);
}

TEST_F(ShopeeVariants, model_calls_need_tiers) {
  const auto id = settled_item();
  const std::string body =
      "{\"item_id\":" + std::to_string(id) +
      R"(,"model_list":[{"tier_index":[0],"original_price":5000,"seller_stock":[{"stock":4}]}]})";
  EXPECT_THAT(post("product/add_model", body).message(), HasSubstr("Item without tier_variation"));
  EXPECT_EQ(post("product/update_tier_variation", body).error(), "error_param");
}

TEST_F(ShopeeVariants, stock_is_set_absolutely_and_answered_per_model) {
  const auto id = add_item_with_models();
  const Answered both = post("product/update_stock", two_stocks(id, 7, 8));
  EXPECT_EQ(both.response()["success_list"].items().size(), 2u);
  EXPECT_EQ(stock_of("KOPI-250"), 7);
  EXPECT_EQ(stock_of("KOPI-500"), 8);
  post("product/update_stock", stock_body(id, models_[0], 7));
  EXPECT_EQ(stock_of("KOPI-250"), 7);

  const std::int64_t known = models_[1];
  models_[1] = 999;
  const Answered mixed = post("product/update_stock", two_stocks(id, 3, 3));
  EXPECT_EQ(mixed.error(), "");
  EXPECT_EQ(json::dump(mixed.response()["failure_list"]),
            R"([{"model_id":999,"failed_reason":"Wrong model_id."}])");
  EXPECT_EQ(stock_of("KOPI-250"), 3);
  const Answered none = post("product/update_stock", stock_body(id, 999, 3));
  EXPECT_EQ(none.error(), "error_busi_update_stock_failed");
  EXPECT_EQ(none.response()["failure_list"].items().size(), 1u);
  EXPECT_EQ(post("product/update_stock", stock_body(id, 0, 3)).error(),
            "error_edit_item_stock_for_item_has_model");
  models_ = {known, known};
  const Answered twice = post("product/update_stock", two_stocks(id, 1, 2));
  EXPECT_EQ(twice.error(), "error_param");
  EXPECT_EQ(twice.message(), "Repeat model_id.");
  EXPECT_EQ(stock_of("KOPI-500"), 8);
}

TEST_F(ShopeeVariants, stock_requests_are_checked) {
  const auto id = add_item();
  const std::string item = "{\"item_id\":" + std::to_string(id);
  EXPECT_EQ(post("product/update_stock", item + "}").error(), "error_param");
  EXPECT_EQ(post("product/update_stock", item + R"(,"stock_list":[{"model_id":0}]})").error(),
            "error_param");
  EXPECT_EQ(post("product/update_stock",
                 item + R"(,"stock_list":[{"seller_stock":[{"location_id":"IDZ","stock":1}]}]})")
                .error(),
            "error_auth");
  EXPECT_EQ(
      post("product/update_stock", item + R"(,"stock_list":[{"seller_stock":[{"stock":2}]}]})")
          .error(),
      "");  // model_id may be left out
  EXPECT_EQ(post("product/update_stock", stock_body(id, 0, 1000000)).error(), "error_param");
  EXPECT_EQ(stock_of("SKM-KOPI-250"), 2);
}

TEST_F(ShopeeVariants, stock_cannot_fall_below_what_a_promotion_reserves) {
  const auto id = add_item_with_models();
  promote(id, models_[0], "\"reserved\":10");
  const Answered refused = post("product/update_stock", stock_body(id, models_[0], 9));
  EXPECT_EQ(refused.error(), "error_auth");
  EXPECT_EQ(refused.status, 200);  // raised by the module, not by the gateway
  EXPECT_EQ(refused.message(), "Total stock must be more than reserved stock.");
  EXPECT_EQ(post("product/update_stock", two_stocks(id, 9, 3)).error(), "");  // one of two
  EXPECT_EQ(stock_of("KOPI-250"), 40);
  EXPECT_EQ(post("product/update_stock", stock_body(id, models_[0], 10)).error(), "");
  const json::Value model = models(id)["model"].items()[0];
  EXPECT_EQ(model["stock_info_v2"]["summary_info"]["total_reserved_stock"].as_int64(), 10);
  EXPECT_EQ(model["has_promotion"].as_bool(), true);

  const Answered told = get("product/get_item_promotion", "item_id_list=" + std::to_string(id));
  const json::Value& p = told.response()["success_list"].items()[0]["promotion"].items()[0];
  EXPECT_EQ(p["promotion_staging"].text(), "ongoing");
  EXPECT_GT(p["promotion_id"].as_int64().value_or(0), std::int64_t{1} << 53);
  EXPECT_EQ(p["end_time"].as_int64(), unix_now() + 86400);

  control(Method::put, "settings", R"({"reserve_code":"error.param"})");
  EXPECT_EQ(post("product/update_stock", stock_body(id, models_[0], 0)).error(), "error.param");
  clock_.advance(std::chrono::days(1));  // it is over
  token_ = authorize(shop_);
  EXPECT_EQ(post("product/update_stock", stock_body(id, models_[0], 0)).error(), "");
}

TEST_F(ShopeeVariants, promotions_can_lock_stock_and_structure) {
  const auto id = add_item_with_models();
  promote(id, models_[0], "\"locks_stock\":true");
  EXPECT_EQ(post("product/update_stock", stock_body(id, models_[0], 50)).error(),
            "error_promotion_cantnot_update_stock");
  EXPECT_EQ(post("product/init_tier_variation", init_body(id)).error(), "error_item_in_promotion");
  promote(id, models_[0], "\"off\":true");
  EXPECT_EQ(post("product/update_stock", stock_body(id, models_[0], 50)).error(), "");
  control(Method::put, "settings",
          "{\"promotion\":{\"item_id\":" + std::to_string(id) +
              ",\"model_id\":" + std::to_string(models_[0]) + ",\"reserved\":51}}",
          422);
}

TEST_F(ShopeeVariants, prices_are_checked_and_answered_per_model) {
  const auto id = add_item_with_models();
  const Answered good = post("product/update_price", price_body(id, models_[0], "47000.0"));
  EXPECT_EQ(json::dump(good.response()["success_list"]),
            "[{\"model_id\":" + std::to_string(models_[0]) + ",\"original_price\":47000}]");
  const auto error = [&](std::int64_t model, const char* price) {
    return post("product/update_price", price_body(id, model, price)).error();
  };
  EXPECT_EQ(error(models_[0], "47000.5"), "error_invalid_price");
  EXPECT_EQ(error(models_[0], "10"), "error_price_exceed_min_limitt");
  EXPECT_EQ(error(models_[0], "150000001"), "error_price_exceed_max_limitt");
  EXPECT_EQ(error(models_[0], "12000"), "error_param");  // 85000 is more than 7 × 12000
  EXPECT_EQ(error(0, "47000"), "error_edit_item_price_for_item_has_model");
  EXPECT_EQ(error(999, "47000"), "error_param");
  EXPECT_EQ(models(id)["model"].items()[0]["price_info"].items()[0]["original_price"].as_int64(),
            47000);
}

TEST_F(ShopeeVariants, a_promotion_keeps_its_price_and_can_lock_the_base_price) {
  const auto id = add_item_with_models();
  promote(id, models_[0], "\"price\":40000");
  EXPECT_EQ(post("product/update_price", price_body(id, models_[0], "46000")).error(), "");
  const json::Value price = models(id)["model"].items()[0]["price_info"].items()[0];
  EXPECT_EQ(price["original_price"].as_int64(), 46000);
  EXPECT_EQ(price["current_price"].as_int64(), 40000);
  promote(id, models_[0], "\"locks_price\":true");
  EXPECT_EQ(post("product/update_price", price_body(id, models_[0], "47000")).error(),
            "error_cannt_edit_price_in_promotion");
  EXPECT_EQ(post("product/update_price", price_body(id, models_[1], "86000")).error(), "");
}

TEST_F(ShopeeVariants, several_changes_make_several_effects) {
  const auto id = add_item_with_models();
  post("product/update_stock", two_stocks(id, 1, 2));
  const json::Value page = control(Method::get, "ledger?operation=product.update_stock");
  const json::Value& effect = page["entries"].items()[0]["effect"];
  ASSERT_EQ(effect.items().size(), 2u);
  EXPECT_EQ(effect.items()[1]["sku"].text(), "KOPI-500");
  EXPECT_EQ(effect.items()[1]["stock"].as_int64(), 2);
}

}  // namespace
}  // namespace gerbang::sandbox::shopee
