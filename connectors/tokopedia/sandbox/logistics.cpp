// Warehouses, delivery options and couriers (facts tiktok_tokopedia 4.10).
#include <array>

#include "connectors/tokopedia/sandbox/defaults.hpp"
#include "connectors/tokopedia/sandbox/handlers.hpp"

namespace gerbang::sandbox::tokopedia {

namespace {

constexpr std::array<Provider, 3> kProviders = {{
    {"6841743441349706241", "J&T Express"},
    {"7117858858072016641", "JNE"},
    {"7117858858072016643", "SiCepat"},
}};

constexpr std::string_view kStandard = "7091146663229654785", kBySeller = "7091146663229654787";

json::Value both() {
  return json::Value(json::Array{json::Value(kShop), json::Value(kTokopedia)});
}

}  // namespace

const Provider* find_provider(std::string_view id) {
  for (const Provider& p : kProviders) {
    if (p.id == id) return &p;
  }
  return nullptr;
}

Reply get_warehouses(World& world, const Request&) {
  json::Array all = warehouses(world);
  all.push_back(json::object({{"id", "7068517275539710005"},
                              {"name", "Gudang Retur"},
                              {"effect_status", "ENABLED"},
                              {"type", "RETURN_WAREHOUSE"},
                              {"is_default", true}}));
  return Reply::ok(json::object({{"warehouses", std::move(all)}}));
}

Reply get_delivery_options(World&, const Request&) {
  json::Array out;
  out.push_back(
      json::object({{"id", kStandard},
                    {"name", "Standard Shipping"},
                    {"type", "STANDARD"},
                    {"platform", both()},
                    {"weight_limit", json::object({{"max_weight", 50000}, {"unit", "GRAM"}})}}));
  out.push_back(json::object({{"id", kBySeller},
                              {"name", "Dikirim Penjual"},
                              {"type", "SEND_BY_SELLER"},
                              {"platform", both()}}));
  return Reply::ok(json::object({{"delivery_options", std::move(out)}}));
}

Reply get_shipping_providers(World&, const Request& request) {
  if (request.ids.empty() || (request.ids[0] != kStandard && request.ids[0] != kBySeller))
    return Reply::fail(98001004, "The delivery option does not exist");
  json::Array out;
  for (const Provider& p : kProviders)
    out.push_back(json::object({{"id", p.id}, {"name", p.name}}));
  return Reply::ok(json::object({{"shipping_providers", std::move(out)}}));
}

}  // namespace gerbang::sandbox::tokopedia
