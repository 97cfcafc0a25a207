// How many statements a change costs. Each is some 5 to 10 µs and, where it writes, pages to sync:
// one too many is a loop that asks for what it knows. A count that falls is lowered here.
#include <sqlite3.h>

#include "core/store/sqlite/scripts_world_for_test.hpp"

namespace gerbang::store {
namespace {

class Statements : public ::testing::Test, protected ScriptsWorld {
 protected:
  static constexpr int kItems = 100;
  Statements() {
    std::vector<std::string> shops;
    for (const char* channel : {"shopee", "lazada", "blibli"}) shops.push_back(shop(channel));
    for (int i = 0; i < kItems; ++i) {
      product(code(i), {variant(code(i))});
      EXPECT_TRUE(count(code(i), 50).ok());
    }
    for (const std::string& s : shops) settle_all(s);
    shopee = shops[0];
    lazada = shops[1];
    sqlite3_trace_v2(db.handle(), SQLITE_TRACE_STMT, &Statements::note, this);
  }
  ~Statements() override { sqlite3_trace_v2(db.handle(), 0, nullptr, nullptr); }

  static int note(unsigned, void* self, void*, void*) {
    ++static_cast<Statements*>(self)->statements;
    return 0;
  }
  static std::string code(int i) { return "BARANG-" + std::to_string(100 + i); }

  // Of the second time: the first one prepares.
  template <class Work>
  int cost(Work work) {
    work(0);
    statements = 0;
    work(1);
    return statements;
  }

  std::string shopee, lazada;
  int statements = 0;
};

TEST_F(Statements, of_a_change_of_stock) {
  const int single = cost([this](int n) { EXPECT_TRUE(count(code(n), 60 + n).ok()); });
  const int bulk = cost([this](int n) {
    ApplyStock script;
    script.organisation = org;
    for (int i = 0; i < kItems; ++i) script.items.push_back({.item = code(i), .on_hand = 70 + n});
    for (const auto& done : must(script)) EXPECT_TRUE(done.ok());
  });
  EXPECT_LE(single, 27) << "of one item on offer in three shops, its transaction included";
  EXPECT_LE(bulk, 2502) << "of 100 such items in one transaction";
}

TEST_F(Statements, of_an_order) {
  EXPECT_LE(cost([this](int n) {
              ingest(lazada, order("L" + std::to_string(n), OrderStatus::paid, {line(code(n), 1)}));
            }),
            39)
      << "a new order of one line, on offer in three shops";
  EXPECT_LE(
      cost([this](int) { ingest(lazada, order("L1", OrderStatus::paid, {line(code(1), 1)})); }), 8)
      << "the same order again";
}

TEST_F(Statements, of_a_push) {
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(count(code(i), 80).ok());
  int n = 0;
  const int took = cost([&](int) { EXPECT_EQ(ask(TakeWork{shopee, clock.now()}).due.size(), 2u); });
  const int loaded = cost([&](int i) { EXPECT_EQ(ask(LoadStock{shopee, {code(i)}}).size(), 1u); });
  const std::vector<Work> work = due(shopee, Aspect::stock);
  const int settled = cost([&](int) {
    SettleWork settle;
    settle.shop = shopee;
    Settlement s = settlement(work.at(static_cast<std::size_t>(n++)));
    s.sent_stock = 80;
    settle.settlements.push_back(s);
    must(settle);
  });
  EXPECT_LE(took, 11) << "what is due";
  EXPECT_LE(loaded, 3) << "the value of one";
  EXPECT_LE(settled, 10) << "sent, stored as sent, no longer due";
}

}  // namespace
}  // namespace gerbang::store
