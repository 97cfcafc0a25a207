#pragma once

#include "connectors/bukalapak/bukalapak.hpp"
#include "connectors/bukalapak/replay.hpp"

// Tests only: a connector, the context of a shop, a product, and answers about them.
namespace gerbang {

inline constexpr const char* kApi = "https://bl.example";

class BukalapakReplay : public testing::Test {
 protected:
  std::unique_ptr<Connector> connector = make_bukalapak_connector();

  CallContext ctx() const {
    CallContext out;
    out.app.channel = "bukalapak";
    out.app.app_id = "klien";
    out.app.secret = Secret("rahasia");
    out.app.api_url = kApi;
    out.app.auth_url = "https://akun.example/oauth/authorize";
    out.app.redirect_url = "https://gerbang.example/oauth/bukalapak/callback";
    out.remote_shop_id = "51001";
    out.access_token = Secret("akses");
    out.refresh_token = Secret("segar");
    out.now = from_unix_seconds(1612137600);
    out.shop_facts = std::make_shared<const json::Value>(
        *json::parse(R"({"categories":[{"id":"1391","name":"Kopi"}]})"));
    return out;
  }

  static ListingDraft draft() {
    ListingDraft out;
    out.unit = "KOPI/KOPI-250";
    out.title = "Kopi Robusta";
    out.description = "Sangrai <segar>";
    out.category = "makanan-minuman/kopi";
    out.brand = "Sukamaju";
    out.attributes = {{"asal", "Temanggung"}};
    out.permits = {{"pirt", "2061234567890-28", std::nullopt}};
    out.images = {"https://img.example/1.png"};
    DraftVariant variant;
    variant.sku = "KOPI-250";
    variant.options = {"250 g"};
    variant.price = Money{35000};
    variant.stock = 200'000;
    variant.weight_grams = 280;
    out.variants.push_back(std::move(variant));
    return out;
  }

  static HttpResponse png() { return replaying::json_reply("\x89PNG\r\n\x1a\n…"); }
  static HttpResponse image_id(const char* id) {
    return replaying::json_reply(
        std::string(R"({"data":{"id":")") + id + R"("},"meta":{"http_status":201}})", 201);
  }
  static HttpResponse refused(int status, int code) {
    return replaying::json_reply(R"({"errors":[{"message":"tidak","code":)" + std::to_string(code) +
                                     R"(}],"meta":{"http_status":)" + std::to_string(status) + "}}",
                                 status);
  }
  static std::string with_state(const std::string& state, const std::string& tracking = "") {
    auto body = *json::parse(replaying::fixture("transaction.json").body);
    json::Object& data = *body.as_object()->find("data")->as_object();
    data.set("state", state);
    if (!tracking.empty()) data.find("delivery")->as_object()->set("tracking_number", tracking);
    return json::dump(body);
  }
};

}  // namespace gerbang
