#pragma once

// RELIABILITY T6: random operations against a reference of plain maps. GERBANG_LONG=1 runs the
// million of them; GERBANG_MODEL_OPERATIONS and GERBANG_MODEL_SEED another number, or others.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <tuple>

#include "tests/kit/proof.hpp"

namespace gerbang::store {
namespace {

std::int64_t setting(const char* name, std::int64_t otherwise) {
  const char* text = std::getenv(name);
  return text ? std::strtoll(text, nullptr, 10) : otherwise;
}

std::int64_t operations_to_run() {
  const bool all = setting("GERBANG_LONG", 0) != 0;
  return setting("GERBANG_MODEL_OPERATIONS", all ? 1'000'000 : kModelOperations);
}

using Recipe = std::map<std::string, Quantity>;

// What stock and orders should be, in sums over the locations of an item.
class Model {
 public:
  struct Item {
    Quantity on_hand = 0;
    Quantity reserved = 0;
    Quantity free() const { return std::max<Quantity>(0, on_hand - reserved); }
  };
  struct Line {
    std::string sku;
    std::size_t position = 0;
    Quantity quantity = 0;
    Quantity covered = 0;  // held
    Quantity shortage = 0;
    Recipe recipe;  // as taken, while covered > 0
  };
  struct Known {
    OrderStatus status = OrderStatus::pending;
    StockHold hold = StockHold::free;
    TimePoint updated;
    TimePoint placed;
    std::map<std::string, Line> lines;
  };
  std::map<std::string, Item> items;
  std::map<std::string, Recipe> recipes;
  std::map<std::string, Known> orders;
  std::set<std::string> held;  // the orders that hold stock, or want to

  void change(const std::string& item, Quantity by) {
    const Quantity before = items[item].on_hand - items[item].reserved;
    items[item].on_hand += by;
    if (items[item].on_hand - items[item].reserved > before) cover({item});
  }

  void deliver(const RemoteOrder& r) {
    const bool created = !orders.contains(r.external_id);
    Known& o = orders[r.external_id];
    if (!created && r.updated_at < o.updated) return;
    o.updated = r.updated_at;
    if (created) o.placed = r.placed_at;
    bool differs = created || may_follow(o.status, r.status);
    if (differs) o.status = r.status;
    const bool was_held = !created && o.hold == StockHold::held;
    const bool was_consumed = !created && o.hold == StockHold::consumed;
    if (created || was_held) o.hold = hold_of(o.status);
    if (o.hold == StockHold::held) {
      held.insert(r.external_id);
    } else {
      held.erase(r.external_id);
    }

    std::map<std::string, Quantity> free_before;
    for (const auto& [name, i] : items) free_before[name] = i.on_hand - i.reserved;
    std::map<std::string, Quantity> said;
    for (const OrderLine& l : r.lines) said[l.remote_line] = l.quantity;
    // The channel's order of lines first, then those it no longer tells of.
    std::vector<std::string> names;
    for (const OrderLine& l : r.lines) names.push_back(l.remote_line);
    for (const auto& [name, l] : o.lines) {
      if (!said.contains(name)) names.push_back(name);
    }
    for (std::size_t i = 0; i < names.size(); ++i) {
      const auto [line, fresh] = o.lines.try_emplace(names[i], Line{names[i], i, 0, 0, 0, {}});
      const Quantity wanted = said.contains(names[i]) ? said[names[i]] : 0;
      differs = differs || fresh ||
                (was_consumed ? wanted > line->second.quantity : wanted != line->second.quantity);
    }
    if (!differs) return;
    // What one line gives back may serve another.
    std::stable_partition(names.begin(), names.end(), [&](const std::string& name) {
      return !was_consumed && (said.contains(name) ? said[name] : 0) < o.lines[name].quantity;
    });
    for (const std::string& name : names) {
      Line& l = o.lines[name];
      const Quantity before = l.quantity;
      l.quantity = said.contains(name) ? said[name] : 0;
      if (was_consumed) {
        l.quantity = std::max(l.quantity, before);
        l.shortage += consume(l, l.quantity - before);
        continue;
      }
      const Quantity keep = o.hold == StockHold::free ? 0 : l.quantity;
      if (l.covered > keep) give_back(l, l.covered - keep);
      if (o.hold == StockHold::held) take(l, l.quantity - l.covered);
      l.shortage = o.hold == StockHold::held       ? l.quantity - l.covered
                   : o.hold == StockHold::consumed ? consume(l, l.quantity)
                                                   : 0;
    }
    std::set<std::string> freed;
    for (const auto& [name, i] : items) {
      if (i.on_hand - i.reserved > free_before[name]) freed.insert(name);
    }
    cover(freed);
  }

 private:
  const Recipe& recipe_of(const Line& l) { return l.covered > 0 ? l.recipe : recipes[l.sku]; }
  void take(Line& l, Quantity units) {
    const Recipe recipe = recipe_of(l);
    for (const auto& [item, per] : recipe) units = std::min(units, items[item].free() / per);
    if (units <= 0) return;
    for (const auto& [item, per] : recipe) items[item].reserved += units * per;
    l.covered += units;
    l.recipe = recipe;
  }
  void give_back(Line& l, Quantity units) {
    for (const auto& [item, per] : l.recipe) items[item].reserved -= units * per;
    l.covered -= units;
  }
  Quantity consume(Line& l, Quantity units) {
    Quantity shortage = 0;
    for (const auto& [item, per] : recipe_of(l)) {
      Item& i = items[item];
      const Quantity taken = std::min(units * per, i.on_hand);
      i.on_hand -= taken;
      i.reserved -= l.covered * per;
      shortage = std::max(shortage, (units * per - taken + per - 1) / per);
    }
    l.covered = 0;
    return shortage;
  }
  void cover(const std::set<std::string>& freed) {
    std::vector<std::tuple<TimePoint, std::size_t, std::string, std::string>> queue;
    for (const std::string& id : held) {
      const Known& o = orders[id];
      for (const auto& [name, l] : o.lines) {
        const auto uses = [&](const Recipe& recipe) {
          return std::any_of(recipe.begin(), recipe.end(),
                             [&](const auto& part) { return freed.contains(part.first); });
        };
        if (l.shortage > 0 && (uses(recipes[l.sku]) || (l.covered > 0 && uses(l.recipe))))
          queue.emplace_back(o.placed, l.position, name, id);
      }
    }
    std::sort(queue.begin(), queue.end());
    for (const auto& [placed, position, name, id] : queue) {
      Line& l = orders[id].lines[name];
      const Quantity covered = l.covered;
      take(l, l.shortage);
      l.shortage -= l.covered - covered;
    }
  }
};

class StockModel : public ::testing::Test, protected ScriptsWorld {
 protected:
  StockModel() : dice(static_cast<std::uint64_t>(setting("GERBANG_MODEL_SEED", 20261124))) {
    shops = {shop("shopee"), shop("lazada")};
    write_recipes();
    settle_all(shops[0]);
    settle_all(shops[1]);
  }
  Quantity roll(Quantity n) {
    return static_cast<Quantity>(dice.below(static_cast<std::uint64_t>(n)));
  }

  const std::vector<std::string> skus{"BOX", "HAMPER", "PACK1", "PACK2", "PACK5"};
  void write_recipes() {
    const Quantity box = 1 + roll(3), five = 4 + roll(3);
    model.recipes = {{"PACK1", {{"SACK", 1}}},
                     {"PACK2", {{"SACK", 2}}},
                     {"PACK5", {{"SACK", five}}},
                     {"BOX", {{"HONEY", box}}},
                     {"HAMPER", {{"SACK", 2}, {"HONEY", 1}, {"BASKET", 1}}}};
    for (const auto& [sku, recipe] : model.recipes) {
      std::vector<Component> takes;
      for (const auto& [item, per] : recipe) takes.push_back({item, per});
      product("P-" + sku, {variant(sku, takes)});
    }
  }

  RemoteOrder snapshot() {
    // Few ids, so that everything happens to the same orders again and again.
    const std::string id = "O" + std::to_string(clock_of_orders / 12 - roll(8));
    static constexpr OrderStatus kStatuses[] = {
        OrderStatus::pending,   OrderStatus::paid,      OrderStatus::paid,
        OrderStatus::accepted,  OrderStatus::accepted,  OrderStatus::cancel_requested,
        OrderStatus::shipped,   OrderStatus::delivered, OrderStatus::completed,
        OrderStatus::cancelled, OrderStatus::cancelled, OrderStatus::returned};
    RemoteOrder o = order(id, kStatuses[roll(std::size(kStatuses))], {});
    o.updated_at = clock.now() - std::chrono::seconds(roll(4));
    for (const std::string& sku : skus) {
      if (roll(3) == 0) o.lines.push_back(line(sku, roll(7), sku));
    }
    if (o.lines.empty()) o.lines.push_back(line("PACK2", 1 + roll(5), "PACK2"));
    return o;
  }
  // Every order id belongs to one shop, by its last digit.
  const std::string& shop_of(const RemoteOrder& o) { return shops[o.external_id.back() % 2]; }

  void compare_levels(std::int64_t step) {
    std::map<std::string, std::array<Quantity, 3>> levels;  // on hand, reserved, available
    for (const auto& row : rows("SELECT item, on_hand, reserved, buffer FROM stock_levels")) {
      const Quantity on_hand = std::stoll(row[1]), reserved = std::stoll(row[2]);
      auto& sum = levels[row[0]];
      sum[0] += on_hand;
      sum[1] += reserved;
      sum[2] += std::max<Quantity>(0, on_hand - reserved - std::stoll(row[3]));
    }
    for (const auto& [name, sum] : levels) {
      const Model::Item& item = model.items[name];
      ASSERT_EQ(sum[0], item.on_hand) << name << " after operation " << step;
      ASSERT_EQ(sum[1], item.reserved) << name << " after operation " << step;
      ASSERT_EQ(sum[2], item.free()) << name << " after operation " << step;
    }
    for (const auto& [name, item] : model.items) {
      if (item.on_hand == 0 && item.reserved == 0) continue;
      ASSERT_TRUE(levels.contains(name)) << name;
    }
  }
  void compare_orders(std::int64_t step) {
    for (const auto& row :
         rows("SELECT o.external_id, l.remote_line, l.quantity, l.shortage, o.status"
              " FROM order_lines l JOIN orders o ON o.id = l.order_id")) {
      const auto& o = model.orders[row[0]];
      const auto line = o.lines.find(row[1]);
      ASSERT_TRUE(line != o.lines.end());
      ASSERT_EQ(std::stoll(row[2]), line->second.quantity) << row[0] << " after " << step;
      ASSERT_EQ(std::stoll(row[3]), line->second.shortage) << row[0] << " after " << step;
      ASSERT_EQ(row[4], to_string(o.status)) << row[0] << " after " << step;
    }
  }

  // A movement under an Idempotency-Key: the first time it happens, then it is only answered.
  Result<StoredReply> keyed_movement(const std::string& key, const std::string& item,
                                     const std::string& place, Quantity by) {
    Once<ApplyStock> once;
    ApplyStock::Item entry;
    entry.item = item;
    entry.location = place;
    entry.change = by;
    entry.reason = MovementReason::corrected;
    once.script.organisation = org;
    once.script.items.push_back(entry);
    once.organisation = org;
    once.key = key;
    once.fingerprint = key + "/" + item;
    once.render = [](const ApplyStock::Answer& answer) -> Result<StoredReply> {
      if (!answer.front()) return answer.front().error();
      StoredReply reply;
      reply.body = std::to_string(answer.front()->revision);
      return reply;
    };
    return apply(once);
  }

  SeededRandom dice;
  Model model;
  std::vector<std::string> shops;
  std::int64_t clock_of_orders = 120;
};

TEST_F(StockModel, random_counts_movements_and_deliveries_equal_the_reference) {
  const std::int64_t operations = operations_to_run();
  const std::vector<std::string> items{"SACK", "HONEY", "BASKET"};
  std::vector<RemoteOrder> told;
  struct Keyed {
    std::string key, item, place, answer;
    Quantity by = 0;
  };
  std::vector<Keyed> keyed;
  std::int64_t next_audit = 0;
  for (std::int64_t step = 0; step < operations; ++step) {
    clock.advance(std::chrono::milliseconds(1 + roll(3000)));
    const Quantity what = roll(100);
    if (what < 14) {
      const std::string item = items[roll(3)];
      // The sack stands in two places.
      const std::string place = item == "SACK" && roll(2) == 0 ? "gudang" : "utama";
      Quantity before = 0;
      if (auto known = answer(GetStock{org, item})) {
        for (const StockLevel& level : known->levels) {
          if (level.location == place) before = level.on_hand;
        }
      }
      if (roll(2) == 0) {
        const Quantity now_there = roll(60);
        ASSERT_TRUE(count(item, now_there, place).ok());
        model.change(item, now_there - before);
      } else {
        const Quantity by = roll(30) - 12;
        const std::string key = "key-" + std::to_string(step);
        const auto moved = keyed_movement(key, item, place, by);
        ASSERT_EQ(moved.ok(), before + by >= 0);
        if (moved) {
          model.change(item, by);
          keyed.push_back({key, item, place, moved->body, by});
          if (keyed.size() > 20) keyed.erase(keyed.begin());
        }
      }
    } else if (what < 17 && !keyed.empty()) {
      const Keyed& k = keyed[static_cast<std::size_t>(roll(static_cast<Quantity>(keyed.size())))];
      const auto again = keyed_movement(k.key, k.item, k.place, k.by);
      ASSERT_TRUE(again.ok());
      ASSERT_TRUE(again->replayed);
      ASSERT_EQ(again->body, k.answer);
    } else if (what < 18) {
      write_recipes();
    } else if (what < 70 || told.empty()) {
      ++clock_of_orders;
      told.push_back(snapshot());
      if (told.size() > 12) told.erase(told.begin());
      ingest(shop_of(told.back()), told.back());
      model.deliver(told.back());
    } else {
      const RemoteOrder again = told[static_cast<std::size_t>(roll(told.size()))];
      ingest(shop_of(again), again);
      model.deliver(again);
    }
    compare_levels(step);
    if (step >= next_audit || step + 1 == operations) {
      // The books only grow: audits further and further apart, or a million would take hours.
      next_audit = step + std::max<std::int64_t>(500, step / 25);
      compare_orders(step);
      check_books();
    }
    if (step % 500 == 0) {
      settle_all(shops[0]);
      settle_all(shops[1]);
    }
    if (HasFatalFailure() || HasNonfatalFailure()) return;
  }
  kit::print_proof("model", operations, 0, 0);
}

// A marketplace that counts down by itself. Sales are seen late, values travel while sales happen,
// cancellations restore the counter. Whatever happened: once all orders are in and all work is
// sent, every counter shows what the shop may sell, and no counter ever said more than that for
// long.
class Counters : public StockModel {
 protected:
  struct Sale {
    std::string shop;
    RemoteOrder order;
  };
  struct Flight {
    Work work;
    std::optional<StockItem> value;
  };
  using Key = std::pair<std::string, std::string>;  // shop, sku

  void depart(const std::string& shop_id) {
    if (!flights[shop_id].empty()) return;  // one request at a time
    for (const Work& work : due(shop_id, Aspect::stock)) {
      const auto items = ask(LoadStock{shop_id, {work.subject}});
      flights[shop_id].push_back(
          {work, items.empty() ? std::nullopt : std::optional(items.front())});
      if (flights[shop_id].size() >= 3) break;
    }
  }
  void arrive(const std::string& shop_id) {
    SettleWork settle;
    settle.shop = shop_id;
    for (const Flight& f : flights[shop_id]) {
      Settlement s = settlement(f.work);
      if (f.value) {
        counter[{shop_id, f.value->sku}] = f.value->quantity;
        s.sent_stock = f.value->quantity;
        if (roll(6) == 0) {  // it arrived, the answer did not
          s.attempt.outcome = "indeterminate";
          s.next = Settlement::Next::retry;
          s.due_at = clock.now();
          s.sent_stock.reset();
        }
      }
      settle.settlements.push_back(s);
    }
    flights[shop_id].clear();
    must(settle);
  }
  void drain() {
    for (const Sale& s : unseen) ingest(s.shop, s.order);
    unseen.clear();
    for (const std::string& shop_id : shops) {
      while (!flights[shop_id].empty() || !due(shop_id, Aspect::stock).empty()) {
        arrive(shop_id);
        depart(shop_id);
      }
      for (const std::string& sku : skus) {
        const Quantity offer = ask(LoadStock{shop_id, {sku}}).front().quantity;
        EXPECT_EQ((counter[{shop_id, sku}]), offer) << sku;
      }
    }
  }

  std::map<Key, Quantity> counter;
  std::map<std::string, std::vector<Flight>> flights;
  std::vector<Sale> unseen;
};

TEST_F(Counters, show_what_may_be_sold_once_everything_is_seen_and_sent) {
  const std::int64_t rounds = operations_to_run() / 40;
  UpdateShop careful;
  careful.organisation = org;
  careful.shop = shops[1];
  careful.buffer = 2;
  careful.share_percent = 60;
  must(careful);
  std::int64_t number = 0;
  std::vector<Sale> open;
  std::int64_t next_audit = 0;
  for (std::int64_t round = 0; round < rounds; ++round) {
    for (const std::string item : {"SACK", "HONEY", "BASKET"}) {
      if (roll(10) != 0) continue;
      ASSERT_TRUE(count(item, roll(40), "utama").ok());
    }
    // Short rounds: in long ones some other order tells every listing again and hides a mistake.
    const Quantity steps = 1 + roll(12);
    for (Quantity step = 0; step < steps; ++step) {
      clock.advance(std::chrono::seconds(roll(2) == 0 ? roll(10) : 100 + roll(200)));
      const std::string& shop_id = shops[static_cast<std::size_t>(roll(2))];
      switch (roll(6)) {
        case 0:
        case 1: {  // somebody buys what the channel shows
          RemoteOrder o = order("S" + std::to_string(++number), OrderStatus::paid, {});
          for (const std::string& sku : skus) {
            Quantity& shown = counter[{shop_id, sku}];
            if (shown <= 0 || roll(3) != 0) continue;
            const Quantity units = 1 + roll(std::min<Quantity>(shown, 3));
            shown -= units;
            o.lines.push_back(line(sku, units, sku));
          }
          if (o.lines.empty()) break;
          unseen.push_back({shop_id, o});
          open.push_back(unseen.back());
          break;
        }
        case 2: {  // somebody cancels
          if (open.empty()) break;
          const auto at = static_cast<std::size_t>(roll(static_cast<Quantity>(open.size())));
          Sale s = open[at];
          open.erase(open.begin() + static_cast<std::ptrdiff_t>(at));
          for (const OrderLine& l : s.order.lines) counter[{s.shop, l.remote_line}] += l.quantity;
          s.order.status = OrderStatus::cancelled;
          s.order.updated_at = clock.now();
          unseen.push_back(s);
          break;
        }
        case 3: {  // we hear of something, not always of the oldest first
          if (unseen.empty()) break;
          const auto at = static_cast<std::size_t>(roll(static_cast<Quantity>(unseen.size())));
          ingest(unseen[at].shop, unseen[at].order);
          unseen.erase(unseen.begin() + static_cast<std::ptrdiff_t>(at));
          break;
        }
        case 4:
          depart(shop_id);
          break;
        case 5:
          arrive(shop_id);
          break;
      }
    }
    drain();
    if (round >= next_audit || round + 1 == rounds) {
      next_audit = round + std::max<std::int64_t>(1, round / 25);
      check_books();
    }
    if (HasFatalFailure() || HasNonfatalFailure()) {
      ADD_FAILURE() << "in round " << round;
      return;
    }
  }
  kit::print_proof("model", rounds, 0, 0);
}

}  // namespace
}  // namespace gerbang::store
