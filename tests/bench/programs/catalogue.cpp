#include "tests/bench/programs/catalogue.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>
#include <vector>

#include "core/store/postgres/connection.hpp"
#include "core/store/postgres/postgres_store.hpp"
#include "core/store/sqlite/database.hpp"
#include "core/store/sqlite/sqlite_store.hpp"

namespace gerbang::bench {

namespace {

// Where a product has rows; in `work` only when something of the template waits to be sent.
constexpr std::array<const char*, 7> kTables = {
    "products", "variants", "components", "stock_levels", "units", "listings", "work"};
constexpr std::int64_t kChunk = 100'000;

struct Column {
  std::string name;
  bool text = false;
};

// INSERT of copies ?from … ?to; `numbers` gives a table n of those numbers, `name` the copy's name.
std::string copying(const std::string& table, const std::vector<Column>& columns,
                    const std::string& numbers, const std::string& name) {
  std::string into, from;
  for (const Column& c : columns) {
    if (!into.empty()) {
      into += ", ";
      from += ", ";
    }
    into += c.name;
    from += c.text ? "replace(t." + c.name + ", '" + kTemplate + "', " + name + ")" : "t." + c.name;
  }
  const std::string key = table == "stock_levels" ? "item"
                          : table == "products"   ? "code"
                          : table == "units"      ? "product"
                          : table == "work"       ? "subject"
                                                  : "sku";
  return "INSERT INTO " + table + " (" + into + ") " + "SELECT " + from + " FROM " + numbers +
         " CROSS JOIN (SELECT * FROM " + table + " WHERE " + key + " = '" + kTemplate + "') t";
}

void copy_in_sqlite(const std::string& path, std::int64_t count) {
  store::Database db(path, store::Database::Mode::writer);
  // A copy that is cut short is thrown away; the whole one is synced at the end.
  db.execute("PRAGMA synchronous = OFF; PRAGMA wal_autocheckpoint = 20000");
  for (const char* table : kTables) {
    std::vector<Column> columns;
    {
      const std::string about = "PRAGMA table_info(" + std::string(table) + ")";
      // Statements live as long as the connection, and so must their text.
      static std::vector<std::unique_ptr<std::string>> texts;
      texts.push_back(std::make_unique<std::string>(about));
      auto row = db.query(*texts.back());
      while (row.step()) columns.push_back({row.text(1), row.text(2) == "TEXT"});
    }
    for (std::int64_t from = 1; from <= count; from += kChunk) {
      const std::int64_t to = std::min(count, from + kChunk - 1);
      const std::string numbers = "(WITH RECURSIVE c(n) AS (SELECT " + std::to_string(from) +
                                  " UNION ALL SELECT n + 1 FROM c WHERE n < " + std::to_string(to) +
                                  ") SELECT n FROM c) numbers";
      db.execute("BEGIN;" + copying(table, columns, numbers, "printf('B%010d', numbers.n)") +
                 ";COMMIT");
    }
  }
  db.execute("PRAGMA synchronous = FULL; PRAGMA wal_checkpoint(TRUNCATE)");
}

void copy_in_postgres(const std::string& address, std::int64_t count) {
  using namespace store::postgres;
  ConnectionSettings settings;
  settings.address = address;
  settings.name = "bench";
  settings.statement_timeout = std::chrono::hours(1);
  settings.idle_in_transaction = std::chrono::hours(1);
  settings.answer_timeout = std::chrono::hours(1);
  Connection db(settings);
  for (const char* table : kTables) {
    std::vector<Column> columns;
    const Rows found = db.query(
        "SELECT attname::text, format_type(atttypid, NULL)::text FROM pg_attribute"
        " WHERE attrelid = ($1::text)::regclass AND attnum > 0 AND NOT attisdropped"
        " AND attgenerated = '' ORDER BY attnum",
        Params::of(table));
    for (const Row row : found) columns.push_back({row.text(0), row.view(1) == "text"});
    for (std::int64_t from = 1; from <= count; from += kChunk) {
      const std::int64_t to = std::min(count, from + kChunk - 1);
      const std::string numbers = "generate_series(" + std::to_string(from) + "::bigint, " +
                                  std::to_string(to) + "::bigint) AS numbers(n)";
      // Row-level security: the catalogue is one organisation's, but its name is not known here.
      db.execute("BEGIN; SELECT set_config('gerbang.organisation', '*', true);" +
                 copying(table, columns, numbers, "'B' || lpad(numbers.n::text, 10, '0')") +
                 ";COMMIT");
    }
  }
  for (const char* table : kTables) db.execute("VACUUM ANALYZE " + std::string(table));
}

}  // namespace

std::string item_name(std::int64_t number) {
  std::array<char, 16> out{};
  std::snprintf(out.data(), out.size(), "B%010lld", static_cast<long long>(number));
  return out.data();
}

void give_up(const std::string& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  std::exit(1);
}

Engine engine_from(const std::string& name) {
  if (name == "sqlite") return Engine::sqlite;
  if (name == "postgres") return Engine::postgres;
  give_up("no engine " + name + ": sqlite, postgres");
}

Opened open_store(Engine engine, const std::string& where) {
  Opened out;
  out.clock = std::make_unique<SystemClock>();
  out.random = std::make_unique<SystemRandom>();
  // Nothing is sealed here.
  Vault vault = Vault::for_tests();
  if (engine == Engine::sqlite) {
    store::SqliteOptions options{where, std::move(vault), *out.clock, *out.random};
    out.store = must(store::open_sqlite_store(std::move(options)), "opening");
  } else {
    store::PostgresOptions options{where, std::move(vault), *out.clock, *out.random};
    out.store = must(store::open_postgres_store(std::move(options)), "opening");
  }
  return out;
}

Home make_home(store::Store& store, const Clock& clock) {
  Home home;
  store::CreateOrganisation founding;
  founding.organisation.name = "BUM Desa Sukamaju";
  founding.organisation.kind = "bumdes";
  founding.organisation.zone = "WIB";
  home.organisation = must(store.apply_now(founding), "the organisation").id;

  store::CreateShop opening;
  opening.shop.organisation = home.organisation;
  opening.shop.channel = "none";
  opening.shop.name = "Toko BUM Desa Sukamaju";
  opening.shop.remote_id = "1";
  opening.shop.state = ShopState::active;
  home.shop = must(store.apply_now(opening), "the shop").id;

  Product product;
  product.code = kTemplate;
  product.title = {{"id", "Kopi Robusta Lereng Gunung, sangrai sedang, 250 gram"},
                   {"en", "Hillside Robusta Coffee, medium roast, 250 grams"}};
  product.description = {
      {"id",
       "Biji kopi robusta dari kebun kecil di lereng desa, dipetik merah dan disangrai di wajan "
       "besi. Seduhan pekat dengan aroma cokelat dan kacang. Simpan di tempat kering dan sejuk, "
       "tutup rapat setelah dibuka."}};
  product.category = "makanan-minuman/kopi";
  product.brand = "Lereng Sukamaju";
  product.attributes = {{"asal", "Desa Sukamaju"}, {"proses", "sangrai wajan"}};
  product.images = {"https://gambar.example/kopi-robusta.png"};
  Variant variant;
  variant.sku = kTemplate;
  variant.weight_grams = 270;
  variant.package_mm = {{90, 60, 150}};
  variant.price = Money{35'000, "IDR"};
  product.variants = {variant};
  store::PutProducts putting;
  putting.organisation = home.organisation;
  putting.items.push_back({product, std::nullopt});
  must(must(store.apply_now(putting), "the product").front(), "the product");

  // A level that was counted at zero has no movements: the copies' books agree.
  store::ApplyStock counting;
  counting.organisation = home.organisation;
  store::ApplyStock::Item entry;
  entry.item = kTemplate;
  entry.on_hand = 0;
  counting.items.push_back(entry);
  must(must(store.apply_now(counting), "the count").front(), "the count");

  store::TakeWork taking;
  taking.shop = home.shop;
  taking.now = clock.now();
  store::SettleWork settling;
  settling.shop = home.shop;
  for (const Work& work : must(store.read_now(taking), "the work").due) {
    if (work.aspect != Aspect::content) continue;
    store::Settlement s;
    s.aspect = work.aspect;
    s.subject = work.subject;
    s.revision = work.revision;
    s.sent_at = s.attempt.at = clock.now();
    s.attempt.outcome = "done";
    s.remote_product = std::string("P-") + kTemplate;
    s.remote_variants[kTemplate] = std::string("V-") + kTemplate;
    settling.settlements.push_back(std::move(s));
  }
  if (settling.settlements.size() != 1) give_up("the template has no content work");
  must(store.apply_now(settling), "publishing");
  settle_all(store, clock, home);
  return home;
}

Home find_home(store::Store& store) {
  const auto shops = must(store.read_now(store::ListShops{}), "the shops");
  if (shops.empty()) give_up("no shop in this database: fill it first");
  return {shops.front().shop.organisation, shops.front().shop.id};
}

std::int64_t count_copies(Engine engine, const std::string& where) {
  constexpr std::string_view kLast = "SELECT max(sku) FROM listings WHERE sku LIKE 'B%'";
  std::string last;
  if (engine == Engine::sqlite) {
    store::Database db(where, store::Database::Mode::reader);
    auto row = db.query(kLast);
    if (row.step()) last = row.text_or_null(0).value_or("");
  } else {
    store::postgres::ConnectionSettings settings;
    settings.address = where;
    settings.name = "bench";
    settings.statement_timeout = settings.answer_timeout = std::chrono::minutes(10);
    store::postgres::Connection db(settings);
    db.execute("SELECT set_config('gerbang.organisation', '*', false)");
    for (const auto row : db.query(kLast)) last = row.text_or_null(0).value_or("");
  }
  return last.empty() ? 0 : std::stoll(last.substr(1));
}

void copy_template(Engine engine, const std::string& where, std::int64_t count) {
  if (engine == Engine::sqlite) {
    copy_in_sqlite(where, count);
  } else {
    copy_in_postgres(where, count);
  }
}

std::int64_t settle_all(store::Store& store, const Clock& clock, const Home& home) {
  std::int64_t settled = 0;
  while (true) {
    store::TakeWork taking;
    taking.shop = home.shop;
    taking.now = clock.now();
    taking.limit = 1000;
    store::SettleWork settling;
    settling.shop = home.shop;
    for (const Work& work : must(store.read_now(taking), "the work").due) {
      store::Settlement s;
      s.aspect = work.aspect;
      s.subject = work.subject;
      s.revision = work.revision;
      s.sent_at = s.attempt.at = clock.now();
      s.attempt.outcome = "done";
      settling.settlements.push_back(std::move(s));
    }
    if (settling.settlements.empty()) return settled;
    settled += static_cast<std::int64_t>(settling.settlements.size());
    must(store.apply_now(settling), "settling");
  }
}

}  // namespace gerbang::bench
