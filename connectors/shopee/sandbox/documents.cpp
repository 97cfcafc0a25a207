#include <algorithm>
#include <array>
#include <functional>

#include "connectors/sandbox/pdf.hpp"
#include "connectors/shopee/sandbox/handlers.hpp"

// Labels (facts 4.5, 4): made on demand, ready some seconds later. One order is one parcel here.
namespace gerbang::sandbox::shopee {

namespace {

constexpr std::size_t kBatch = 50;
constexpr std::string_view kPlain = "NORMAL_AIR_WAYBILL", kThermal = "THERMAL_AIR_WAYBILL";
constexpr std::array<std::string_view, 5> kTypes = {kPlain, kThermal, "NORMAL_JOB_AIR_WAYBILL",
                                                    "THERMAL_JOB_AIR_WAYBILL",
                                                    "THERMAL_UNPACKAGED_LABEL"};

struct Trouble {
  std::string_view code, message;
};
// What is wrong with one entry; nothing: `out` is filled.
using Each =
    std::function<std::optional<Trouble>(Order&, const json::Value& entry, json::Object& out)>;

bool printable(const World& world, const Order& order) {
  return !order.tracking_number.empty() && order.tracking_at <= world.now();
}

std::optional<Trouble> check_state(const World& world, const Order& order) {
  if (order.status != "PROCESSED")
    return Trouble{"logistics.order_status_error", "The order status does not support it."};
  if (!printable(world, order))
    return Trouble{"logistics.package_can_not_print", "The package can not print now."};
  return std::nullopt;
}

// Each kind that this seller's courier offers.
json::Array kinds_on_offer(const World& world) {
  if (world.enabled("thermal_only")) return {kThermal};
  return {kPlain, kThermal};
}

bool is_offered(const World& world, std::string_view type) {
  const json::Array offered = kinds_on_offer(world);
  return std::any_of(offered.begin(), offered.end(),
                     [&](const json::Value& v) { return v.text() == type; });
}

Order* find(World& world, const Request& request, const json::Value& entry) {
  Order* order = world.order_of(*request.shop, entry["order_sn"].text());
  const json::Value& package = entry["package_number"];
  const bool fits = package.is_null() || (order && package.text() == order->package_number);
  return fits ? order : nullptr;
}

// The answer to a list: what was done, and what was refused of it. All refused: an error of the
// whole call with the same list; some: a warning.
Reply for_each(World& world, const Request& request, const Each& each) {
  const json::Array& list = request.body["order_list"].items();
  if (list.empty() || list.size() > kBatch)
    return Reply::fail("error_param", "The order_list must have 1 to 50 orders.");
  json::Array results, warnings;
  for (const json::Value& entry : list) {
    json::Object out;
    out.append("order_sn", entry["order_sn"].text());
    Order* order = find(world, request, entry);
    if (order) out.append("package_number", order->package_number);
    std::optional<Trouble> trouble;
    if (order) {
      trouble = each(*order, entry, out);
    } else {
      trouble = Trouble{"logistics.package_not_exist", "The package is not exist."};
    }
    if (trouble) {
      json::Object about;
      about.append("order_sn", entry["order_sn"].text());
      about.append("package_number", order ? order->package_number : std::string());
      warnings.push_back(std::move(about));
      out.append("fail_error", trouble->code);
      out.append("fail_message", trouble->message);
    }
    results.push_back(std::move(out));
  }
  const bool all_failed = warnings.size() == list.size();
  json::Value response = json::object({{"result_list", std::move(results)}});
  if (all_failed)
    return Reply::fail("common.batch_api_all_failed", "All of the batch failed.",
                       std::move(response));
  Reply reply = Reply::ok(std::move(response));
  if (!warnings.empty()) reply.warning = json::Value(std::move(warnings));
  return reply;
}

}  // namespace

Reply get_shipping_document_parameter(World& world, const Request& request) {
  return for_each(world, request, [&](Order& order, const json::Value&, json::Object& out) {
    if (auto trouble = check_state(world, order)) return trouble;
    json::Array offered = kinds_on_offer(world);
    out.append("suggest_shipping_document_type", kThermal);
    out.append("selectable_shipping_document_type", std::move(offered));
    return std::optional<Trouble>();
  });
}

Reply create_shipping_document(World& world, const Request& request) {
  return for_each(
      world, request,
      [&](Order& order, const json::Value& entry, json::Object&) -> std::optional<Trouble> {
        if (auto trouble = check_state(world, order)) return trouble;
        if (entry["tracking_number"].text() != order.tracking_number)
          return Trouble{"logistics.tracking_number_invalid", "The tracking number is invalid."};
        const std::string type(entry["shipping_document_type"].text());
        if (std::find(kTypes.begin(), kTypes.end(), type) == kTypes.end() ||
            !is_offered(world, type))
          return Trouble{"logistics.error_param", "The shipping_document_type is not supported."};
        const Duration wait = std::chrono::seconds(world.number("document_seconds", 5));
        order.documents[type] = world.now() + wait;
        world.push(15, *request.shop,
                   json::object({{"ordersn", order.sn},
                                 {"package_number", order.package_number},
                                 {"status", "READY"}}),
                   wait);
        world.changed(json::object({{"order_sn", order.sn}, {"document", type}}));
        return std::nullopt;
      });
}

Reply get_shipping_document_result(World& world, const Request& request) {
  return for_each(
      world, request,
      [&](Order& order, const json::Value& entry, json::Object& out) -> std::optional<Trouble> {
        if (auto trouble = check_state(world, order)) return trouble;
        const auto made = order.documents.find(std::string(entry["shipping_document_type"].text()));
        if (made == order.documents.end())
          return Trouble{"logistics.shipping_document_should_print_first",
                         "The document should be created first."};
        out.append("status", made->second <= world.now() ? "READY" : "PROCESSING");
        return std::nullopt;
      });
}

Reply download_shipping_document(World& world, const Request& request) {
  const std::string type(request.body["shipping_document_type"].text());
  std::vector<std::vector<std::string>> pages;
  Reply checked = for_each(
      world, request,
      [&](Order& order, const json::Value&, json::Object&) -> std::optional<Trouble> {
        if (auto trouble = check_state(world, order)) return trouble;
        const auto made = order.documents.find(type);
        if (made == order.documents.end())
          return Trouble{"logistics.shipping_document_should_print_first",
                         "The document should be created first."};
        if (made->second > world.now())
          return Trouble{"logistics.download_later", "The document is being made."};
        pages.push_back({"Shopee  " + order.tracking_number, "Pesanan " + order.sn,
                         "Paket " + order.package_number, "Penerima: S******i, KAB. SLEMAN"});
        return std::nullopt;
      });
  // One file for all: there is none for a part of them.
  if (pages.size() != request.body["order_list"].items().size() || pages.empty()) {
    if (checked.error.empty()) checked.error = "common.batch_api_all_failed";
    return checked;
  }
  HttpResponse file;
  file.status = 200;
  const bool zipped = type.starts_with("THERMAL");
  file.headers.set("Content-Type", zipped ? "application/zip" : "application/pdf");
  file.body = small_pdf(pages);
  if (zipped) file.body = stored_zip("label.pdf", file.body);
  Reply reply;
  reply.raw = std::move(file);
  return reply;
}

}  // namespace gerbang::sandbox::shopee
