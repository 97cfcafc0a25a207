// The channel's check of a product (facts tiktok_tokopedia 4.4, 4.5, 8), asynchronous: it begins
// with a change and ends `audit_seconds` later.
#include "connectors/tokopedia/sandbox/defaults.hpp"
#include "connectors/tokopedia/sandbox/handlers.hpp"

namespace gerbang::sandbox::tokopedia {

namespace {

// `audit_result`: "APPROVED", "FAILED", or {"TOKOPEDIA":"FAILED"} for one of the platforms.
bool would_pass(const World& world, const std::string& platform) {
  const json::Value& result = world.setting("audit_result");
  if (result.is_object()) return result[platform].text() != "FAILED";
  return result.text() != "FAILED";
}

json::Value id_number(const Product& product) {
  return json::Value(product.id);  // integers in webhooks 5 and 37 (facts 7.4)
}

}  // namespace

void push_product(World& world, const Product& product, std::string_view status, Duration after) {
  world.push(5, "PRODUCT_STATUS_CHANGE", *world.shop(product.shop_id),
             json::object({{"product_id", id_number(product)},
                           {"status", status},
                           {"suspended_reason", ""},
                           {"update_time", to_unix_seconds(world.now() + after)}}),
             after);
}

void begin_audit(World& world, Product& product) {
  const Duration wait = std::chrono::seconds(world.number("audit_seconds", 30));
  product.auditing = true;
  product.audit_until = world.now() + wait;
  product.passes.clear();
  product.reasons.clear();
  bool all = true;
  for (const auto& [platform, state] : product.status) {
    const bool passes = would_pass(world, platform);
    product.passes[platform] = passes;
    all = all && passes;
    if (!passes) product.reasons.emplace_back(platform, "Foto utama buram");
  }
  push_product(world, product, all ? "PRODUCT_STATUS_CHANGED" : "PRODUCT_AUDIT_FAILURE", wait);
  const auto tokopedia = product.passes.find(std::string(kTokopedia));
  json::Object data;
  data.append("product_id", id_number(product));
  data.append("audit", json::object({{"status", all ? "APPROVED" : "FAILED"}}));
  if (tokopedia != product.passes.end())
    // One object here, a list in get product (facts 7.4, 8).
    data.append("integrated_platform_statuses",
                json::object({{"platform", kTokopedia},
                              {"status", tokopedia->second ? "ACTIVATE" : "FAILED"}}));
  data.append("update_time", to_unix_seconds(product.audit_until));
  world.push(37, "PRODUCT_AUDIT_STATUS_CHANGE", *world.shop(product.shop_id),
             json::Value(std::move(data)), wait);
  if (wait.count() == 0) end_audit(world, product);
}

void end_audit(World& world, Product& product) {
  product.auditing = false;
  if (product.deleted) return;
  const auto passes = [&](const std::string& platform) {
    const auto it = product.passes.find(platform);
    return it == product.passes.end() || it->second;
  };
  bool any_passes = false;
  for (const auto& [platform, state] : product.status) any_passes = any_passes || passes(platform);
  for (auto& [platform, state] : product.status) {
    if (state == "PENDING") {
      state = passes(platform) ? "ACTIVATE" : "FAILED";
    } else if (state == "ACTIVATE" && !passes(platform) && any_passes) {
      // An edit that fails at one place takes the product off there only; one that fails at all
      // leaves what was live (facts 4.5, 8).
      state = "PLATFORM_DEACTIVATED";
    }
    if (platform == kShop) product.audit = passes(platform) ? "APPROVED" : "FAILED";
  }
  if (product.review && any_passes) product.live = std::move(*product.review);
  product.review.reset();
  world.touch(product);
}

}  // namespace gerbang::sandbox::tokopedia
