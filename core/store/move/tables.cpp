#include "core/store/move/tables.hpp"

#include <charconv>

#include "core/base/crypto.hpp"
#include "core/base/error.hpp"

namespace gerbang::store::move {

namespace {

constexpr Type kInt = Type::integer, kBool = Type::boolean, kBytes = Type::bytes;

constexpr std::string_view kOfShop =
    "coalesce((SELECT s.organisation FROM shops s WHERE s.id = t.shop), '')";
constexpr std::string_view kOfOrder =
    "coalesce((SELECT o.organisation FROM orders o WHERE o.id = t.order_id), '')";

std::vector<Table> make() {
  std::vector<Table> out;
  out.push_back({"organisations",
                 {{"id"},
                  {"name"},
                  {"kind"},
                  {"zone"},
                  {"village_code"},
                  {"suspended", kBool},
                  {"created_at", kInt},
                  {"event_sequence", kInt}},
                 {"id"}});
  out.push_back({"api_keys",
                 {{"organisation"},
                  {"id"},
                  {"label"},
                  {"scopes"},
                  {"hash"},
                  {"created_at", kInt},
                  {"expires_at", kInt},
                  {"revoked_at", kInt}},
                 {"organisation", "id"}});
  out.push_back({"products",
                 {{"organisation"},
                  {"code"},
                  {"document"},
                  {"revision", kInt},
                  {"withdrawn", kBool},
                  {"created_at", kInt},
                  {"updated_at", kInt}},
                 {"organisation", "code"}});
  out.push_back({"variants",
                 {{"organisation"},
                  {"sku"},
                  {"product"},
                  {"price", kInt},
                  {"currency"},
                  {"channel_prices"},
                  {"price_revision", kInt}},
                 {"organisation", "sku"}});
  out.push_back({"components",
                 {{"organisation"}, {"sku"}, {"item"}, {"quantity", kInt}},
                 {"organisation", "sku", "item"}});
  out.push_back({"stock_levels",
                 {{"organisation"},
                  {"item"},
                  {"location"},
                  {"on_hand", kInt},
                  {"reserved", kInt},
                  {"buffer", kInt},
                  {"counted_at", kInt},
                  {"revision", kInt}},
                 {"organisation", "item", "location"}});
  out.push_back({"stock_movements",
                 {{"organisation"},
                  {"id"},
                  {"item"},
                  {"location"},
                  {"reason"},
                  {"on_hand_change", kInt},
                  {"reserved_change", kInt},
                  {"reference"},
                  {"at", kInt}},
                 {"organisation", "id"}});
  out.push_back({"shops",
                 {{"organisation"},
                  {"id"},
                  {"channel"},
                  {"name"},
                  {"remote_id"},
                  {"variants_in_listing", kBool},
                  {"state"},
                  {"since", kInt},
                  {"reason"},
                  {"buffer", kInt},
                  {"share_percent", kInt},
                  {"schedule"},
                  {"tokens", kBytes},
                  {"token_version", kInt},
                  {"token_expires_at", kInt},
                  {"last_success_at", kInt},
                  {"orders_polled_to", kInt},
                  {"created_at", kInt}},
                 {"organisation", "id"}});
  out.push_back(
      {"shop_facts",
       {{"organisation", Type::text, kOfShop}, {"shop"}, {"key"}, {"facts"}, {"at", kInt}},
       {"shop", "key"},
       true});
  out.push_back({"job_runs",
                 {{"organisation", Type::text, kOfShop}, {"shop"}, {"job"}, {"last_due", kInt}},
                 {"shop", "job"},
                 true});
  out.push_back({"units",
                 {{"organisation"},
                  {"shop"},
                  {"unit"},
                  {"product"},
                  {"remote_product"},
                  {"wanted", kBool},
                  {"publishing_since", kInt},
                  {"memo"},
                  {"observed_listed", kBool},
                  {"sent_listed", kBool}},
                 {"organisation", "shop", "unit"}});
  out.push_back({"listings",
                 {{"organisation"},
                  {"shop"},
                  {"sku"},
                  {"product"},
                  {"unit"},
                  {"remote_variant"},
                  {"published", kBool},
                  {"wanted", kBool},
                  {"revision", kInt},
                  {"attempt_at", kInt},
                  {"attempt_outcome"},
                  {"attempt_code"},
                  {"attempt_field"},
                  {"attempt_remote_code"},
                  {"attempt_remote_message"},
                  {"attempt_revision", kInt},
                  {"stock_attempt_ended", kInt},
                  {"sent_stock", kInt},
                  {"sent_price", kInt},
                  {"sent_currency"},
                  {"observed_stock", kInt},
                  {"observed_price", kInt},
                  {"observed_currency"},
                  {"observed_listed", kBool},
                  {"observed_at", kInt},
                  {"last_order_at", kInt}},
                 {"organisation", "shop", "sku"}});
  out.push_back({"work",
                 {{"organisation"},
                  {"shop"},
                  {"aspect"},
                  {"subject"},
                  {"revision", kInt},
                  {"urgency", kInt},
                  {"since", kInt},
                  {"due_at", kInt},
                  {"attempts", kInt},
                  {"detail"},
                  {"parked", kBool}},
                 {"shop", "aspect", "subject"},
                 true});
  out.push_back({"reviews",
                 {{"organisation"},
                  {"shop"},
                  {"state"},
                  {"round", kInt},
                  {"cursor"},
                  {"pages", kInt},
                  {"started_at", kInt},
                  {"ended_at", kInt},
                  {"problem"}},
                 {"shop"},
                 true});
  out.push_back({"proposals",
                 {{"organisation"},   {"shop"},           {"id"},        {"round", kInt},
                  {"remote_product"}, {"remote_variant"}, {"title"},     {"remote_sku"},
                  {"barcode"},        {"price", kInt},    {"currency"},  {"stock", kInt},
                  {"listed", kBool},  {"remote_state"},   {"candidate"}, {"confidence", kInt},
                  {"reason"},         {"decision"},       {"sku"},       {"decided_at", kInt}},
                 {"shop", "id"},
                 true});
  out.push_back({"orders",
                 {{"organisation"},
                  {"id"},
                  {"shop"},
                  {"channel"},
                  {"external_id"},
                  {"status"},
                  {"remote_status"},
                  {"hold"},
                  {"placed_at", kInt},
                  {"remote_updated_at", kInt},
                  {"updated_at", kInt},
                  {"total", kInt},
                  {"currency"},
                  {"city"},
                  {"province"},
                  {"buyer", kBytes},
                  {"shipments"},
                  {"revision", kInt},
                  {"has_shortage", kBool}},
                 {"organisation", "id"}});
  out.push_back({"order_lines",
                 {{"organisation", Type::text, kOfOrder},
                  {"order_id"},
                  {"remote_line"},
                  {"position", kInt},
                  {"remote_product"},
                  {"remote_variant"},
                  {"remote_sku"},
                  {"sku"},
                  {"title"},
                  {"quantity", kInt},
                  {"price", kInt},
                  {"currency"},
                  {"shortage", kInt},
                  {"restocked", kInt}},
                 {"order_id", "remote_line"},
                 true});
  out.push_back({"reservations",
                 {{"organisation", Type::text, kOfOrder},
                  {"order_id"},
                  {"remote_line"},
                  {"item"},
                  {"location"},
                  {"quantity", kInt},
                  {"per_unit", kInt},
                  {"state"}},
                 {"order_id", "remote_line", "item", "location"},
                 true});
  // Events of shops that we do not know stand under the organisation '' in PostgreSQL.
  out.push_back({"inbox",
                 {{"organisation", Type::text, kOfShop},
                  {"channel"},
                  {"key"},
                  {"shop"},
                  {"type"},
                  {"subject"},
                  {"body", kBytes},
                  {"revision", kInt},
                  {"received_at", kInt},
                  {"applied_at", kInt}},
                 {"channel", "key"},
                 true});
  out.push_back({"events",
                 {{"organisation"}, {"sequence", kInt}, {"id"}, {"type"}, {"at", kInt}, {"data"}},
                 {"organisation", "sequence"}});
  out.push_back({"idempotency",
                 {{"organisation"},
                  {"key"},
                  {"fingerprint"},
                  {"status", kInt},
                  {"headers"},
                  {"body", kBytes, {}, true},
                  {"at", kInt}},
                 {"organisation", "key"}});
  out.push_back({"recoveries",
                 {{"organisation"}, {"shop"}, {"step"}, {"since", kInt}},
                 {"organisation", "shop"}});
  out.push_back({"doubted_stock",
                 {{"organisation"}, {"item"}, {"location"}, {"quantity", kInt}, {"since", kInt}},
                 {"organisation", "item", "location"}});
  return out;
}

void put(std::string& out, Type type, const Value& value) {
  if (value.null) {
    out += "n;";
  } else if (type == Type::integer || type == Type::boolean) {
    out += 'i';
    out += std::to_string(value.number);
    out += ';';
  } else {
    out += 't';
    out += std::to_string(value.bytes.size());
    out += ':';
    out += value.bytes;
  }
}

std::int64_t number_until(std::string_view& text, char end) {
  std::int64_t out = 0;
  const auto [at, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
  ensure(failed == std::errc() && at != text.data() + text.size() && *at == end,
         "a key of a move cannot be read");
  text.remove_prefix(static_cast<std::size_t>(at - text.data()) + 1);
  return out;
}

}  // namespace

std::size_t Table::column(std::string_view wanted) const {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name == wanted) return i;
  }
  invariant_broken("a table of a move has no such column");
}

std::vector<std::string_view> Table::postgres_key() const {
  std::vector<std::string_view> out;
  if (organisation_first) out.push_back("organisation");
  out.insert(out.end(), key.begin(), key.end());
  return out;
}

const std::vector<Table>& tables() {
  static const std::vector<Table> all = make();
  return all;
}

const std::vector<std::string_view>& left_behind() {
  // counters and restores: what is counted, carried over by itself. Nodes and leases are of
  // gateways that run, and none does.
  static const std::vector<std::string_view> all = {
      "counters", "restores", "commit_marks", "gerbang_schema", "gerbang_move",
      "nodes",    "leases",   "sqlite_stat1", "sqlite_sequence"};
  return all;
}

std::string canonical(const Table& table, const Line& line) {
  std::string out;
  for (std::size_t i = 0; i < line.size(); ++i) put(out, table.columns[i].type, line[i]);
  return out;
}

std::string write_key(const std::vector<Value>& key) {
  std::string out;
  // A key has no nulls; an empty text and the number 0 are read by the type of their column.
  for (const Value& value : key) put(out, value.bytes.empty() ? Type::integer : Type::text, value);
  return out;
}

std::vector<Value> read_key(std::string_view text) {
  std::vector<Value> out;
  while (!text.empty()) {
    const char kind = text.front();
    text.remove_prefix(1);
    Value value;
    value.null = false;
    if (kind == 'i') {
      value.number = number_until(text, ';');
    } else {
      const auto size = static_cast<std::size_t>(number_until(text, ':'));
      ensure(kind == 't' && size <= text.size(), "a key of a move cannot be read");
      value.bytes = text.substr(0, size);
      text.remove_prefix(size);
    }
    out.push_back(std::move(value));
  }
  return out;
}

void Sum::add(std::string_view canonical_row) {
  const Sha256 digest = sha256(canonical_row);
  for (std::size_t part = 0; part < 4; ++part) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i) value = value << 8 | digest[part * 8 + i];
    parts[part] += value;
  }
  ++rows;
}

std::string Sum::hex() const {
  std::string bytes;
  for (const std::uint64_t part : parts) {
    for (int shift = 56; shift >= 0; shift -= 8)
      bytes += static_cast<char>(static_cast<unsigned char>(part >> shift));
  }
  return to_hex(bytes);
}

}  // namespace gerbang::store::move
