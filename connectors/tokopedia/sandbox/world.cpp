#include "connectors/tokopedia/sandbox/world.hpp"

#include <algorithm>
#include <charconv>

#include "connectors/tokopedia/sandbox/handlers.hpp"
#include "core/base/crypto.hpp"

namespace gerbang::sandbox::tokopedia {

std::optional<std::int64_t> digits(std::string_view text) {
  std::int64_t out = 0;
  if (text.empty() || text.front() == '-') return std::nullopt;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (ec != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return out;
}

std::optional<std::int64_t> whole(const json::Value& value) {
  return value.is_number() ? value.to_integral() : std::nullopt;
}

Id id_of(const json::Value& value) {
  return value.is_string() ? digits(value.text()).value_or(0) : 0;
}

std::int64_t length_of(std::string_view text) {
  return std::count_if(text.begin(), text.end(),
                       [](char c) { return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u; });
}

std::string page_token(std::size_t from) {
  return to_base64("offset=" + std::to_string(from));
}

Refusal read_page(const Request& request, std::int64_t least_default, std::int64_t most,
                  Page& page) {
  const std::string size = request.param("page_size");
  const auto n = size.empty() ? std::optional(least_default) : digits(size);
  if (!n || *n < 1 || *n > most)
    return Reply::fail(98001004, "page_size must be between 1 and " + std::to_string(most));
  page.size = static_cast<std::size_t>(*n);
  const std::string token = request.param("page_token");
  if (token.empty()) return {};
  const auto text = from_base64(token);
  const auto from = text && text->starts_with("offset=") ? digits(text->substr(7)) : std::nullopt;
  if (!from) return Reply::fail(98001004, "page_token is invalid");
  page.from = static_cast<std::size_t>(*from);
  return {};
}

// ---- requests and replies ---------------------------------------------------------------------

std::string Request::param(std::string_view name) const {
  return query_value(query, name).value_or("");
}

Id Request::id(std::size_t index) const {
  return index < ids.size() ? digits(ids[index]).value_or(0) : 0;
}

Reply Reply::ok(json::Value data) {
  Reply out;
  out.data = std::move(data);
  return out;
}

Reply Reply::fail(std::int64_t code, std::string_view message) {
  Reply out;
  out.code = code;
  out.message = message;
  out.data = {};
  return out;
}

Reply Reply::refused(std::int64_t code, std::string_view message, int status) {
  Reply out = fail(code, message);
  out.from_gateway = true;
  out.status = status;
  return out;
}

// ---- the world ----------------------------------------------------------------------------------

World::World(const Options& opts, std::function<void(HttpRequest, Duration)> sender)
    : options(opts), send(std::move(sender)) {}

std::int64_t World::number(std::string_view name, std::int64_t otherwise) const {
  return setting(name).to_integral().value_or(otherwise);
}
bool World::enabled(std::string_view name, bool otherwise) const {
  return setting(name).as_bool().value_or(otherwise);
}
std::string World::text(std::string_view name, std::string_view otherwise) const {
  const json::Value& v = setting(name);
  if (v.is_null()) return std::string(otherwise);
  return v.to_text();
}

Id World::new_id(char kind) {
  const Id n = made_[kind]++;
  switch (kind) {
    case 'p':
      return 1'729'592'969'712'207'009 + 256 * n;
    case 's':
      return 1'729'592'969'812'207'013 + 2 * n;
    case 'o':
      return 576'486'316'948'490'001 + 4096 * n;
    case 'u':
      return 576'486'316'958'555'001 + n;
    case 'k':  // packages
      return 1'153'132'168'123'859'001 + 2 * n;
    case 'c':
      return 4'035'318'504'086'604'101 + 2 * n;
    case 'h':  // shops
      return 7'494'049'642'642'441'621 + 2 * n;
    case 'b':
      return 7'082'427'311'584'347'905 + 2 * n;
    default:
      return 7'327'112'393'057'371'911 + 2 * n;
  }
}

Shop* World::shop(Id id) {
  const auto it = shops.find(id);
  return it == shops.end() ? nullptr : &it->second;
}

Product* World::product(const Shop& of, Id id) {
  const auto it = products.find(id);
  if (it == products.end() || it->second.shop_id != of.id || it->second.deleted) return nullptr;
  return &it->second;
}

Order* World::order(const Shop& of, Id id) {
  const auto it = orders_by_id.find(id);
  if (it == orders_by_id.end()) return nullptr;
  Order& found = orders[static_cast<std::size_t>(it->second)];
  return found.shop_id == of.id ? &found : nullptr;
}

Order* World::order_of_package(const Shop& of, Id package) {
  for (Order& o : orders) {
    if (package != 0 && o.package_id == package && o.shop_id == of.id) return &o;
  }
  return nullptr;
}

Cancellation* World::waiting_request(Id order_id) {
  for (Cancellation& c : cancellations) {
    if (c.order_id == order_id && c.status == "CANCELLATION_REQUEST_PENDING") return &c;
  }
  return nullptr;
}

void World::settle() {
  for (auto& [id, product] : products) {
    if (product.auditing && product.audit_until <= now()) end_audit(*this, product);
  }
  for (Order& o : orders) {
    if (o.status == "ON_HOLD" && o.hold_until <= now()) release_hold(*this, o);
  }
}

void World::touch(Order& order) {
  order.updated = std::max(order.updated, seconds());
}

}  // namespace gerbang::sandbox::tokopedia
