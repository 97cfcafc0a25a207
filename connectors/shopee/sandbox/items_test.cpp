#include "connectors/shopee/sandbox/test_client.hpp"

namespace gerbang::sandbox::shopee {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class ShopeeItems : public ShopeeTest {
 protected:
  static std::string id_body(std::int64_t id) { return "{\"item_id\":" + std::to_string(id) + "}"; }
  json::Value base_info(std::int64_t id) {
    const Answered reply = get("product/get_item_base_info", "item_id_list=" + std::to_string(id));
    return reply.response()["item_list"].items().empty() ? json::Value()
                                                         : reply.response()["item_list"].items()[0];
  }
  Answered update(std::int64_t id, const std::string& fields) {
    return post("product/update_item", "{\"item_id\":" + std::to_string(id) + "," + fields + "}");
  }
  Answered unlist(const std::string& list) {
    return post("product/unlist_item", "{\"item_list\":[" + list + "]}");
  }
  static std::string unlist_entry(std::int64_t id, bool off) {
    return "{\"item_id\":" + std::to_string(id) + ",\"unlist\":" + (off ? "true}" : "false}");
  }
};

TEST_F(ShopeeItems, a_new_item_is_answered_and_read_back_in_their_different_shapes) {
  const Answered added = post("product/add_item", item_body());
  ASSERT_EQ(added.error(), "") << added.http.body;
  EXPECT_EQ(added.body["warning"].text(), "");
  const json::Value& r = added.response();
  const std::int64_t id = r["item_id"].as_int64().value_or(0);
  EXPECT_GT(id, std::int64_t{1} << 53);
  EXPECT_EQ(id % 2, 1);  // a double would lose it
  EXPECT_TRUE(r["price_info"].is_object());
  EXPECT_EQ(r["images"]["image_id_list"].items().size(), 1u);
  EXPECT_EQ(r["attribute"].items()[0]["attribute_value_list"].items()[0]["original_value_name"],
            json::Value("Indonesia"));
  EXPECT_EQ(json::dump(r["weight"]), "0.3");

  const json::Value info = base_info(id);
  EXPECT_EQ(info["item_name"].text(), "Kopi Robusta Desa Sukamaju 250 g");
  EXPECT_EQ(info["price_info"].items()[0]["original_price"].as_int64(), 45000);
  EXPECT_EQ(info["stock_info_v2"]["summary_info"]["total_available_stock"].as_int64(), 40);
  EXPECT_EQ(info["weight"].text(), "0.3");  // text here
  EXPECT_EQ(info["image"]["image_id_list"].items()[0].text(), image_);
  EXPECT_EQ(info["attribute_list"].items()[0]["is_mandatory"].as_bool(), true);
  EXPECT_EQ(info["item_status"].text(), "NORMAL");
  EXPECT_EQ(info["has_model"].as_bool(), false);
}

TEST_F(ShopeeItems, ids_can_be_small_and_prices_can_be_floats) {
  start(json::object({{"small_ids", true}, {"float_prices", true}}));
  image_.clear();
  const auto id = add_item();
  EXPECT_LT(id, std::int64_t{1} << 53);
  const json::Value info = base_info(id);
  EXPECT_EQ(json::dump(info["price_info"].items()[0]["original_price"]), "45000.0");
}

struct Refused {
  const char* name;
  const char* changes;
  const char* error;
  const char* message;  // a part of it
};
class ShopeeAddItem : public ShopeeItems, public testing::WithParamInterface<Refused> {};

TEST_P(ShopeeAddItem, refuses) {
  const Refused& c = GetParam();
  const Answered reply = post("product/add_item", item_body(c.changes));
  EXPECT_EQ(reply.error(), c.error) << reply.http.body;
  EXPECT_THAT(reply.message(), HasSubstr(c.message));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body.members().find("response"), nullptr);
  EXPECT_EQ(control(Method::get, "listings")["listings"].items().size(), 0u);
}

constexpr const char* kLong =
    R"({"item_name":"0123456789012345678901234567890123456789012345678901234567890123456789012345678)"
    R"(90123456789012345678901234567890123456789012345678901234567890123456789012345678901234567)"
    R"(89012345678901234567890123456789012345678901234567890123456789012345678901234567890123456"})";

INSTANTIATE_TEST_SUITE_P(
    Cases, ShopeeAddItem,
    testing::Values(
        Refused{"no_name", R"({"item_name":null})", "error_param",
                "invalid field ItemName: value must  Not Null"},
        Refused{"no_description", R"({"description":null})", "error_param", "Description"},
        Refused{"no_price", R"({"original_price":null})", "error_param", "OriginalPrice"},
        Refused{"no_weight", R"({"weight":null})", "error_param", "Weight"},
        Refused{"no_category", R"({"category_id":null})", "error_param", "CategoryId"},
        Refused{"no_image", R"({"image":null})", "error_param", "Image"},
        Refused{"no_logistics", R"({"logistic_info":null})", "error_param", "LogisticInfo"},
        Refused{"no_stock", R"({"seller_stock":null})", "error_param", "SellerStock"},
        Refused{"no_brand", R"({"brand":null})", "error_less_required_brand", ""},
        Refused{"name_as_number", R"({"item_name":12345})", "error_param", "string"},
        Refused{"weight_zero", R"({"weight":0})", "error_param", "Invalid Weight."},
        Refused{"weight_as_text", R"({"weight":"0.3"})", "error_param", "Invalid Weight."},
        Refused{"parent_category", R"({"category_id":100656})", "error_invalid_category", ""},
        Refused{"unknown_category", R"({"category_id":5})", "error_invalid_category", ""},
        Refused{"blocked_category", R"({"category_id":100786})", "error_category_is_block", ""},
        Refused{"short_name", R"({"item_name":"Kopi"})", "error_item_name_is_too_short", ""},
        Refused{"long_name", kLong, "error_title_exceeds_max_length", ""},
        Refused{"control_in_name", R"({"item_name":"Kopi\tRobusta"})",
                "error_title_character_forbidden", ""},
        Refused{"short_description", R"({"description":"Kopi enak."})",
                "error_desc_length_min_limit", ""},
        Refused{"nineteen_hash_tags",
                R"({"description":"#a #b #c #d #e #f #g #h #i #j #k #l #m #n #o #p #q #r #s"})",
                "error_desc_hash_tag_over_limit", ""},
        Refused{"extended_description", R"({"description_type":"extended"})", "error_param",
                "whitelist"},
        Refused{"no_images", R"({"image":{"image_id_list":[]}})", "error_image_num_min", ""},
        Refused{"short_image_id", R"({"image":{"image_id_list":["abc"]}})",
                "error_image_unavailable", ""},
        Refused{"unknown_image",
                R"({"image":{"image_id_list":["id-11134207-7r98o-00000000000000000000"]}})",
                "error_param", "Image not exist."},
        Refused{"half_a_rupiah", R"({"original_price":45000.5})", "error_invalid_price", ""},
        Refused{"price_as_text", R"({"original_price":"45000"})", "error_param", "OriginalPrice"},
        Refused{"cheap", R"({"original_price":98})", "error_price_exceed_min_limitt", ""},
        Refused{"dear", R"({"original_price":150000001})", "error_price_exceed_max_limitt", ""},
        Refused{"negative_stock", R"({"seller_stock":[{"stock":-1}]})", "error_param", "stock"},
        Refused{"too_much_stock", R"({"seller_stock":[{"stock":1000000}]})", "error_param",
                "stock"},
        Refused{"location", R"({"seller_stock":[{"location_id":"IDZ","stock":1}]})", "error_auth",
                "seller location_id"},
        Refused{"two_stocks", R"({"seller_stock":[{"stock":1},{"stock":2}]})", "error_param",
                "different stock structure"},
        Refused{
            "attribute_missing",
            R"({"attribute_list":[{"attribute_id":100095,"attribute_value_list":[{"value_id":702}]}]})",
            "error_less_required_attribute", "Shelf Life"},
        Refused{
            "attribute_without_value",
            R"({"attribute_list":[{"attribute_id":100095,"attribute_value_list":[{"value_id":702}]},{"attribute_id":100010,"attribute_value_list":[]}]})",
            "error_less_required_attribute", ""},
        Refused{
            "attribute_of_another_category",
            R"({"attribute_list":[{"attribute_id":100134,"attribute_value_list":[{"value_id":601}]}]})",
            "error_invalid_attribute", ""},
        Refused{
            "value_of_another_attribute",
            R"({"attribute_list":[{"attribute_id":100095,"attribute_value_list":[{"value_id":575}]}]})",
            "error_invalid_attribute_value", ""},
        Refused{
            "own_value_in_a_drop_down",
            R"({"attribute_list":[{"attribute_id":100095,"attribute_value_list":[{"value_id":0,"original_value_name":"Jawa"}]}]})",
            "error_invalid_attribute_value", ""},
        Refused{
            "two_values_for_one",
            R"({"attribute_list":[{"attribute_id":100095,"attribute_value_list":[{"value_id":702},{"value_id":703}]}]})",
            "error_invalid_attribute_value", ""},
        Refused{
            "text_with_value_id",
            R"({"attribute_list":[{"attribute_id":100370,"attribute_value_list":[{"value_id":5,"original_value_name":"x"}]}]})",
            "error_value_id_must_equal_zero", ""},
        Refused{
            "own_value_without_name",
            R"({"attribute_list":[{"attribute_id":100370,"attribute_value_list":[{"value_id":0}]}]})",
            "error_value_name_required", ""},
        Refused{
            "quantity_without_unit",
            R"({"attribute_list":[{"attribute_id":100061,"attribute_value_list":[{"value_id":0,"original_value_name":"250"}]}]})",
            "error_invalid_attribute_value", ""},
        Refused{
            "integer_with_fraction",
            R"({"attribute_list":[{"attribute_id":100374,"attribute_value_list":[{"value_id":0,"original_value_name":"2.5"}]}]})",
            "error_invalid_attribute_value", ""},
        Refused{"unknown_brand", R"({"brand":{"brand_id":77,"original_brand_name":"X"}})",
                "error_invalid_brand", ""},
        Refused{"courier_behind_a_channel",
                R"({"logistic_info":[{"logistic_id":80003,"enabled":true}]})",
                "error_invalid_logistic_info", ""},
        Refused{"channel_off_for_the_shop",
                R"({"logistic_info":[{"logistic_id":8006,"enabled":true}]})",
                "error_invalid_logistic_info", ""},
        Refused{"no_channel_enabled", R"({"logistic_info":[{"logistic_id":8003,"enabled":false}]})",
                "error_invalid_logistic_info", ""},
        Refused{"too_heavy_for_the_channel",
                R"({"weight":6,"logistic_info":[{"logistic_id":8005,"enabled":true}]})",
                "error_invalid_logistic_info", "heavy"},
        Refused{"half_a_dimension", R"({"dimension":{"package_length":null}})", "error_param",
                "all three"},
        Refused{"condition", R"({"condition":"BEKAS"})", "error_param", "condition"},
        Refused{"status", R"({"item_status":"BANNED"})", "error_param_item_status", ""},
        Refused{"long_pre_order", R"({"pre_order":{"is_pre_order":true,"days_to_ship":31}})",
                "error_param_dts_exceeds_max_limit", ""},
        Refused{"short_pre_order", R"({"pre_order":{"is_pre_order":true,"days_to_ship":6}})",
                "error_category_dts", ""},
        Refused{"dear_wholesale",
                R"({"wholesale":[{"min_count":2,"max_count":9,"unit_price":45000}]})",
                "error_busi_price_lower_then_wholesale_price", ""},
        Refused{"publish_time_of_a_listed_item", R"({"scheduled_publish_time":1771040000})",
                "error_param", "scheduled"}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST_F(ShopeeItems, limits_are_what_get_item_limit_says) {
  EXPECT_EQ(get("product/get_item_limit").response()["price_limit"]["min_limit"].as_int64(), 99);
  control(
      Method::put, "settings",
      R"({"item_limit":{"price_limit":{"min_limit":50000},"item_count_limit":{"max_limit":1}}})");
  const json::Value limits = get("product/get_item_limit").response();
  EXPECT_EQ(limits["price_limit"]["min_limit"].as_int64(), 50000);
  EXPECT_EQ(limits["price_limit"]["max_limit"].as_int64(), 150000000);
  EXPECT_EQ(post("product/add_item", item_body()).error(), "error_price_exceed_min_limitt");
  add_item(R"({"original_price":50000})");
  EXPECT_EQ(post("product/add_item", item_body(R"({"original_price":50000})")).error(),
            "error_reach_shop_item_limit");
}

TEST_F(ShopeeItems, mandatory_attributes_can_be_switched_off) {
  const char* none = R"({"attribute_list":[]})";
  EXPECT_EQ(post("product/add_item", item_body(none)).error(), "error_less_required_attribute");
  control(Method::put, "settings", R"({"mandatory_attributes":false})");
  EXPECT_EQ(post("product/add_item", item_body(none)).error(), "");
  const Answered tree = get("product/get_attribute_tree", "category_id_list=100782");
  const json::Value& first = tree.response()["list"].items()[0];
  for (const json::Value& a : first["attribute_tree"].items())
    EXPECT_EQ(a["mandatory"].as_bool(), false);
}

TEST_F(ShopeeItems, lengths_count_code_points_or_bytes) {
  const char* name = R"({"item_name":"½½½½"})";  // four signs, eight bytes
  EXPECT_EQ(post("product/add_item", item_body(name)).error(), "error_item_name_is_too_short");
  control(Method::put, "settings", R"({"count_lengths_in":"bytes"})");
  EXPECT_EQ(post("product/add_item", item_body(name)).error(), "");
}

TEST_F(ShopeeItems, skus_are_not_unique_but_similar_products_can_be_refused) {
  add_item();
  add_item();
  control(Method::put, "settings", R"({"refuse_similar":true})");
  EXPECT_EQ(post("product/add_item", item_body()).error(), "error_repeated_mtsku");
}

TEST_F(ShopeeItems, review_holds_a_new_item) {
  control(Method::put, "settings", R"({"review_seconds":60})");
  const auto id = add_item();
  EXPECT_EQ(base_info(id)["item_status"].text(), "REVIEWING");
  EXPECT_EQ(update(id, R"("condition":"USED")").error(), "error_item_uneditable");
  control(Method::post, "orders", R"({"lines":[{"sku":"SKM-KOPI-250","quantity":1}]})", 409);
  clock_.advance(std::chrono::seconds(60));
  EXPECT_EQ(base_info(id)["item_status"].text(), "NORMAL");
}

TEST_F(ShopeeItems, update_replaces_what_is_sent_and_checks_the_whole_product) {
  const auto id = add_item();
  const Answered good = update(id, R"("item_name":"Kopi Robusta Sangrai","item_sku":"BARU")");
  EXPECT_EQ(good.error(), "");
  EXPECT_EQ(good.response()["item_name"].text(), "Kopi Robusta Sangrai");
  EXPECT_EQ(base_info(id)["item_sku"].text(), "BARU");
  EXPECT_EQ(base_info(id)["description"].text().empty(), false);
  // The attribute list is replaced, not merged.
  EXPECT_EQ(
      update(
          id,
          R"("attribute_list":[{"attribute_id":100095,"attribute_value_list":[{"value_id":702}]}])")
          .error(),
      "error_less_required_attribute");
  EXPECT_EQ(update(id, R"("category_id":100100)").error(), "error_invalid_attribute");
  EXPECT_EQ(update(id, R"("item_name":"K")").error(), "error_item_name_is_too_short");
  EXPECT_EQ(base_info(id)["item_name"].text(), "Kopi Robusta Sangrai");
  EXPECT_EQ(update(1, R"("item_name":"K")").error(), "error_item_not_found");
}

TEST_F(ShopeeItems, update_neither_changes_price_and_stock_nor_channels) {
  const auto id = add_item();
  const Answered reply = update(
      id,
      R"("original_price":1,"seller_stock":[{"stock":1}],"logistic_info":[{"logistic_id":1,"enabled":true}])");
  EXPECT_EQ(reply.error(), "");
  EXPECT_THAT(std::string(reply.body["warning"].text()), HasSubstr("logistic_info"));
  const json::Value info = base_info(id);
  EXPECT_EQ(info["price_info"].items()[0]["original_price"].as_int64(), 45000);
  EXPECT_EQ(info["stock_info_v2"]["summary_info"]["total_available_stock"].as_int64(), 40);
  EXPECT_EQ(info["logistic_info"].items()[0]["logistic_id"].as_int64(), 8003);
}

TEST_F(ShopeeItems, a_deleted_item_stays_readable_and_takes_nothing_more) {
  const auto id = add_item();
  const Answered reply = post("product/delete_item", id_body(id));
  EXPECT_EQ(reply.error(), "");
  EXPECT_EQ(reply.body.members().find("response"), nullptr);
  EXPECT_EQ(base_info(id)["item_status"].text(), "SELLER_DELETE");
  EXPECT_EQ(post("product/update_stock", stock_body(id, 0, 5)).error(), "error_item_not_found");
  EXPECT_EQ(post("product/update_price", price_body(id, 0, "5000")).error(),
            "error_item_not_found");
  EXPECT_EQ(post("product/delete_item", id_body(id)).error(), "error_item_not_found");
  EXPECT_EQ(get("product/search_item", "page_size=10&item_sku=SKM-KOPI-250")
                .response()["total_count"]
                .as_int64(),
            0);
  EXPECT_EQ(control(Method::get, "listings")["listings"].items().size(), 0u);
}

TEST_F(ShopeeItems, unlisting_answers_per_item) {
  const auto a = add_item(), b = add_item();
  control(Method::put, "settings", "{\"ban\":{\"item_id\":" + std::to_string(b) + "}}");
  const Answered mixed = unlist(unlist_entry(a, true) + "," + unlist_entry(b, true));
  EXPECT_EQ(mixed.error(), "");
  EXPECT_EQ(mixed.response()["success_list"].items()[0]["item_id"].as_int64(), a);
  EXPECT_THAT(std::string(mixed.response()["failure_list"].items()[0]["failed_reason"].text()),
              HasSubstr("banned"));
  EXPECT_EQ(base_info(a)["item_status"].text(), "UNLIST");
  EXPECT_EQ(unlist(unlist_entry(b, true)).error(), "error_unlist_item_all_failed");
  EXPECT_EQ(unlist(unlist_entry(a, false)).error(), "");
  EXPECT_EQ(base_info(a)["item_status"].text(), "NORMAL");
  EXPECT_EQ(unlist("").error(), "error_param");
}

TEST_F(ShopeeItems, a_banned_item_is_pushed_and_cannot_be_touched) {
  const auto id = add_item();
  control(Method::put, "settings", "{\"ban\":{\"item_id\":" + std::to_string(id) + "}}");
  const std::vector<json::Value> sent = pushes();
  ASSERT_THAT(codes(sent), ElementsAre(16));
  EXPECT_EQ(sent[0]["data"]["item_id"].as_int64(), id);
  EXPECT_EQ(sent[0]["data"]["item_status"].text(), "BANNED");
  EXPECT_EQ(update(id, R"("condition":"USED")").error(), "error_item_uneditable");
  EXPECT_EQ(post("product/update_stock", stock_body(id, 0, 5)).error(), "error_item_uneditable");
  control(Method::put, "settings", "{\"unban\":{\"item_id\":" + std::to_string(id) + "}}");
  EXPECT_EQ(update(id, R"("condition":"USED")").error(), "");
  control(Method::put, "settings", R"({"ban":{"item_id":5}})", 404);
}

TEST_F(ShopeeItems, content_of_a_promoted_item_can_be_locked) {
  const auto id = add_item();
  control(Method::put, "settings",
          "{\"promotion\":{\"locks_content\":true,\"item_id\":" + std::to_string(id) + "}}");
  EXPECT_EQ(update(id, R"("item_name":"Kopi Baru")").error(), "error_cannt_edit_name_in_promotion");
  EXPECT_EQ(update(id, R"("condition":"USED")").error(), "");
  EXPECT_EQ(post("product/delete_item", id_body(id)).error(), "error_cannt_delete_in_promotion");
  EXPECT_EQ(unlist(unlist_entry(id, true)).error(), "error_unlist_item_all_failed");
}

TEST_F(ShopeeItems, another_shops_items_are_out_of_reach) {
  const auto id = add_item();
  control(Method::post, "shops", R"({"shop_id":"880012346"})", 201);
  shop_ = 880012346;
  token_ = authorize(shop_);
  EXPECT_EQ(post("product/update_stock", stock_body(id, 0, 5)).error(),
            "error_item_not_belong_shop");
  EXPECT_TRUE(base_info(id).is_null());
  EXPECT_EQ(get("product/get_item_list", "offset=0&page_size=10&item_status=NORMAL")
                .response()["total_count"]
                .as_int64(),
            0);
}

TEST_F(ShopeeItems, lists_are_filtered_and_paged) {
  std::vector<std::int64_t> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(add_item());
  unlist(unlist_entry(ids[1], true));
  const Answered first = get("product/get_item_list", "offset=0&page_size=3&item_status=NORMAL");
  EXPECT_EQ(first.response()["item"].items().size(), 3u);
  EXPECT_EQ(first.response()["has_next_page"].as_bool(), true);
  EXPECT_EQ(first.response()["next_offset"].as_int64(), 3);
  const Answered both =
      get("product/get_item_list", "offset=3&page_size=3&item_status=NORMAL&item_status=UNLIST");
  EXPECT_EQ(both.response()["item"].items().size(), 2u);
  EXPECT_EQ(both.response()["total_count"].as_int64(), 5);
  EXPECT_EQ(both.response()["has_next_page"].as_bool(), false);
  const Answered none = get("product/get_item_list", "offset=0&page_size=3&item_status=BANNED");
  EXPECT_EQ(none.response().members().find("item"), nullptr);  // absent, not empty
  const std::string base = "offset=0&page_size=3&item_status=";
  EXPECT_EQ(get("product/get_item_list", base + "DELETED").error(), "error_param_item_status");
  EXPECT_EQ(get("product/get_item_list", "offset=0&page_size=3").error(),
            "error_param_item_status");
  EXPECT_EQ(get("product/get_item_list", "offset=0&page_size=101&item_status=NORMAL").error(),
            "error_param");
  EXPECT_EQ(
      get("product/get_item_list", base + "NORMAL&update_time_from=9&update_time_to=8").error(),
      "error_update_time_range");
}

TEST_F(ShopeeItems, base_info_takes_fifty_and_leaves_out_the_unknown) {
  const auto id = add_item();
  EXPECT_EQ(get("product/get_item_base_info", "item_id_list=1,2").error(), "error_item_not_found");
  EXPECT_EQ(get("product/get_item_base_info", "item_id_list=1," + std::to_string(id)).error(), "");
  std::string many = "item_id_list=" + std::to_string(id);
  for (int i = 0; i < 49; ++i) many += "," + std::to_string(i);
  EXPECT_EQ(get("product/get_item_base_info", many).error(), "");
  EXPECT_EQ(get("product/get_item_base_info", many + ",50").error(), "error_param");
}

TEST_F(ShopeeItems, search_finds_by_sku_and_name_after_its_lag) {
  control(Method::put, "settings", R"({"search_lag_seconds":30})");
  const auto id = add_item();
  const auto found = [&](const std::string& query) {
    return json::dump(
        get("product/search_item", "page_size=10&" + query).response()["item_id_list"]);
  };
  EXPECT_EQ(found("item_sku=SKM-KOPI-250"), "[]");
  clock_.advance(std::chrono::seconds(30));
  const std::string only = "[" + std::to_string(id) + "]";
  EXPECT_EQ(found("item_sku=SKM-KOPI-250"), only);
  EXPECT_EQ(found("item_name=robusta"), only);
  EXPECT_EQ(found("item_sku=SKM-KOPI"), "[]");
  EXPECT_EQ(found("attribute_status=2"), only);
  EXPECT_EQ(found("attribute_status=1"), "[]");
  update(id, R"("item_sku":"LAIN")");
  EXPECT_EQ(found("item_sku=SKM-KOPI-250"), "[]");
  EXPECT_EQ(found("item_sku=LAIN"), only);
  EXPECT_EQ(get("product/search_item", "page_size=10").error(), "error_param");
}

TEST_F(ShopeeItems, pictures_are_checked) {
  const std::string path = "/api/v2/media_space/upload_image";
  const auto upload_files = [&](const std::vector<MultipartFile>& files,
                                const std::vector<std::pair<std::string, std::string>>& fields) {
    const MultipartBody body = multipart(fields, files);
    return decode(send(Method::post, path + "?" + open_query(path), body.body, body.content_type));
  };
  const MultipartFile jpeg{"image", "a.jpg", "image/jpeg", "\xFF\xD8\xFF\xE0"};
  const MultipartFile png{"image", "a.png", "image/png", "\x89PNG\r\n\x1A\n"};
  const MultipartFile text{"image", "a.png", "image/png", "not a picture"};
  MultipartFile nameless = jpeg, untyped = jpeg, huge = jpeg;
  nameless.filename = "";
  untyped.content_type = "";
  huge.bytes.resize(10 * 1024 * 1024 + 1);

  const Answered two = upload_files({jpeg, png}, {{"scene", "normal"}});
  EXPECT_EQ(two.error(), "");
  ASSERT_EQ(two.response()["image_info_list"].items().size(), 2u);
  EXPECT_GE(two.response()["image_info"]["image_id"].text().size(), 32u);
  const Answered mixed = upload_files({text, jpeg}, {});
  EXPECT_EQ(mixed.error(), "");
  EXPECT_EQ(mixed.response()["image_info_list"].items()[0]["error"].text(), "error_param");
  EXPECT_EQ(mixed.response()["image_info_list"].items()[1]["error"].text(), "");
  EXPECT_EQ(upload_files({text}, {}).error(), "error_param");
  EXPECT_THAT(upload_files({nameless}, {}).message(), HasSubstr("can't find image file"));
  EXPECT_THAT(upload_files({untyped}, {}).message(), HasSubstr("can't find image file"));
  EXPECT_THAT(upload_files({}, {{"scene", "normal"}}).message(), HasSubstr("can't find"));
  EXPECT_THAT(upload_files({huge}, {}).message(), HasSubstr("10 MB"));
  EXPECT_EQ(upload_files({jpeg}, {{"scene", "other"}}).error(), "error_param");
  EXPECT_EQ(upload_files({jpeg}, {{"ratio", "3:4"}}).error(), "error_param");
  EXPECT_EQ(upload_files(std::vector<MultipartFile>(10, jpeg), {}).error(), "error_param");
  EXPECT_EQ(open_post("media_space/upload_image", "{}").error(), "error_param");
}

TEST_F(ShopeeItems, the_catalogue_has_indonesian_leaves_and_their_facts) {
  const json::Value tree = get("product/get_category", "language=id").response()["category_list"];
  EXPECT_GE(tree.items().size(), 40u);
  std::set<std::string> leaves;
  for (const json::Value& c : tree.items()) {
    if (c["has_children"].as_bool() == false) leaves.emplace(c["display_category_name"].text());
  }
  for (const char* name : {"Kopi", "Gula", "Keripik", "Madu", "Rempah", "Beras", "Minuman Herbal",
                           "Batik", "Anyaman", "Sabun", "Tas", "Hampers"})
    EXPECT_TRUE(leaves.contains(name)) << name;
  EXPECT_FALSE(leaves.contains("Minuman"));
  EXPECT_EQ(get("product/get_category", "language=xx").error(), "error_invalid_language");

  for (const char* name : {"category_id_list", "category_ids"}) {
    const Answered attributes =
        get("product/get_attribute_tree", "language=id&" + std::string(name) + "=100782");
    const json::Value& list = attributes.response()["list"].items()[0]["attribute_tree"];
    EXPECT_EQ(list.items()[0]["name"].text(), "Negara Asal");
    EXPECT_EQ(list.items()[0]["mandatory"].as_bool(), true);
  }
  EXPECT_EQ(get("product/get_attribute_tree", "category_id_list=100656").error(),
            "error_invalid_category");
  const Answered brands =
      get("product/get_brand_list", "offset=0&page_size=3&category_id=100782&status=1");
  EXPECT_EQ(brands.response()["brand_list"].items().size(), 3u);
  EXPECT_EQ(brands.response()["next_offset"].as_int64(), 3);
  EXPECT_EQ(
      get("product/get_brand_list", "offset=0&page_size=3&category_id=100782&status=3").error(),
      "error_param");
}

TEST_F(ShopeeItems, channels_are_switched_for_the_shop) {
  post("logistics/update_channel", R"({"logistics_channel_id":8007,"enabled":true})");
  const json::Value list = get("logistics/get_channel_list").response()["logistics_channel_list"];
  for (const json::Value& c : list.items()) {
    if (c["logistics_channel_id"].as_int64() == 8007) {
      EXPECT_EQ(c["enabled"].as_bool(), true);
      EXPECT_TRUE(c["size_list"].items()[0]["size_id"].is_string());
    }
  }
  const char* without = R"({"logistic_info":[{"logistic_id":8007,"enabled":true}]})";
  const char* with = R"({"logistic_info":[{"logistic_id":8007,"enabled":true,"size_id":2}]})";
  EXPECT_EQ(post("product/add_item", item_body(without)).error(), "error_invalid_logistic_info");
  EXPECT_EQ(post("product/add_item", item_body(with)).error(), "");
}

}  // namespace
}  // namespace gerbang::sandbox::shopee
