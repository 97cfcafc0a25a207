#include "connectors/blibli/sandbox/world.hpp"

#include <algorithm>

namespace gerbang::sandbox::blibli {

std::string Request::param(std::string_view name) const {
  return query_value(query, name).value_or("");
}

Reply Reply::content(json::Value content) {
  Reply out;
  out.members.append("content", std::move(content));
  return out;
}

Reply Reply::page(json::Array content, std::int64_t page, std::int64_t size, std::int64_t total) {
  Reply out;
  out.members.append("content", std::move(content));
  out.members.append("paging", json::object({{"pageNumber", page},
                                             {"pageSize", size},
                                             {"totalPage", (total + size - 1) / size},
                                             {"totalRecord", total}}));
  return out;
}

Reply Reply::value(json::Value value) {
  Reply out;
  out.members.append("value", std::move(value));
  return out;
}

Reply Reply::none() {
  Reply out;
  out.status = 204;
  out.empty = true;
  return out;
}

Reply Reply::queued(const std::string& id) {
  Reply out;
  out.queue = id;
  return out;
}

Reply Reply::fail(std::string_view code, std::string_view message) {
  Reply out;
  out.code = code;
  out.message = message;
  out.status = (code[6] - '0') * 100 + (code[7] - '0') * 10 + (code[8] - '0');
  return out;
}

Variant* Product::variant(std::string_view wanted) {
  for (Variant& v : variants) {
    if (v.sku == wanted) return &v;
  }
  return nullptr;
}

bool Product::out_of_stock() const {
  return std::all_of(variants.begin(), variants.end(),
                     [](const Variant& v) { return v.stock <= 0; });
}

std::string_view name_of(const Product& product) {
  switch (product.state) {
    case ProductState::in_progress:
      return "IN_PROGRESS";
    case ProductState::active:
      return product.out_of_stock() ? "OOS" : "ACTIVE";
    case ProductState::need_correction:
      return "NEED_CORRECTION";
    case ProductState::archived:
      return "ARCHIVED";
    case ProductState::suspended:
      return "SUSPENDED";
    case ProductState::rejected:
      return "REJECTED";
  }
  invariant_broken("a product state without a name");
}

World::World(const Options& opts, Send send_hook) : options(opts), send(std::move(send_hook)) {}

std::int64_t World::number(std::string_view name, std::int64_t otherwise) const {
  return setting(name).to_integral().value_or(otherwise);
}

bool World::enabled(std::string_view name, bool otherwise) const {
  return setting(name).as_bool().value_or(otherwise);
}

std::string World::text(std::string_view name, std::string_view otherwise) const {
  return std::string(setting(name).is_string() ? setting(name).text() : otherwise);
}

json::Value World::number_id(const std::string& id) const {
  if (id.empty()) return {};
  const auto n = json::Value(id).to_integral();
  return n ? json::Value(*n) : json::Value(id);
}

void World::advance() {
  // In the order of their time, however late somebody looks.
  for (;;) {
    QueueFeed* queue = nullptr;
    for (auto& [id, q] : queues) {
      if (!q.worked_off && q.due <= now() && (!queue || q.due < queue->due)) queue = &q;
    }
    Product* reviewed = nullptr;
    for (auto& [sku, p] : products) {
      if (p.state == ProductState::in_progress && p.review_due && *p.review_due <= now() &&
          (!reviewed || *p.review_due < *reviewed->review_due))
        reviewed = &p;
    }
    if (reviewed && (!queue || *reviewed->review_due <= queue->due)) {
      end_review(*reviewed);
    } else if (queue) {
      queue->worked_off = true;
      work_off(*this, *queue);
    } else {
      return;
    }
  }
}

void World::end_review(Product& product) {
  product.updated = *product.review_due;
  product.review_due.reset();
  const std::string verdict = text("review", "approve");
  if (verdict == "correct") {
    product.state = ProductState::need_correction;
    product.note = text("review_note", "Image contains text or watermark");
  } else if (verdict == "reject") {
    product.state = ProductState::rejected;
  } else {
    product.state = ProductState::active;
  }
  push_product(product, product.state == ProductState::active ? "submission_created"
                                                              : "submission_rejected");
}

Store* World::store(std::string_view code) {
  const auto it = stores.find(std::string(code));
  return it == stores.end() ? nullptr : &it->second;
}

Store* World::store_of_key(std::string_view seller_key) {
  for (auto& [code, s] : stores) {
    if (s.seller_key == seller_key) return &s;
  }
  return nullptr;
}

Product* World::product(std::string_view sku) {
  const auto it = products.find(std::string(sku));
  return it == products.end() ? nullptr : &it->second;
}

std::pair<Product*, Variant*> World::variant(const Store& store, std::string_view sku) {
  const auto dash = sku.rfind('-');
  Product* p = dash == std::string_view::npos ? nullptr : product(sku.substr(0, dash));
  if (!p || p->store != store.code || p->state == ProductState::rejected) return {};
  Variant* v = p->variant(sku);
  return v ? std::pair(p, v) : std::pair<Product*, Variant*>();
}

OrderItem* World::item(std::string_view id) {
  const auto it =
      std::find_if(items.begin(), items.end(), [&](const OrderItem& i) { return i.item == id; });
  return it == items.end() ? nullptr : &*it;
}

std::vector<OrderItem*> World::items_of_order(std::string_view order) {
  std::vector<OrderItem*> out;
  for (OrderItem& i : items) {
    if (i.order == order) out.push_back(&i);
  }
  return out;
}

std::vector<OrderItem*> World::items_of_package(std::string_view package) {
  std::vector<OrderItem*> out;
  for (OrderItem& i : items) {
    if (!package.empty() && i.package == package) out.push_back(&i);
  }
  return out;
}

std::string World::random_digits(int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += static_cast<char>('0' + random().below(10));
  return out;
}

std::string World::new_queue_id() {
  static constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  std::string out = "01";
  while (out.size() < 26) out += kAlphabet[random().below(kAlphabet.size())];
  return out;
}

std::string World::new_order_id() {
  const std::int64_t n = ++ids_made_;
  return std::to_string((enabled("long_ids") ? 1'210'456'623'400'000'000 : 12'104'566'000) + n);
}

std::string World::new_item_id() {
  const std::int64_t n = ++ids_made_;
  return std::to_string((enabled("long_ids") ? 9'107'276'661'300'000'000 : 121'072'766'000) + n);
}

std::string World::new_package_id() {
  return std::to_string(10'025'700 + ++ids_made_);
}

QueueFeed& World::enqueue(const Store& store, std::string_view action,
                          std::vector<json::Value> given) {
  QueueFeed queue;
  queue.id = new_queue_id();
  queue.action = action;
  queue.store = store.code;
  queue.items = std::move(given);
  queue.created = now();
  queue.due = now() + Duration(number("queue_ms", 3000));
  return queues.emplace(queue.id, std::move(queue)).first->second;
}

bool World::admit(const std::string& key, std::int64_t allowed, Duration per) {
  const double scale = setting("limit_scale").as_double().value_or(1.0);
  if (scale <= 0) return true;
  auto& recent = calls[key];
  while (!recent.empty() && recent.front() + per <= now()) recent.pop_front();
  if (static_cast<double>(recent.size()) >= static_cast<double>(allowed) * scale) return false;
  recent.push_back(now());
  return true;
}

}  // namespace gerbang::sandbox::blibli
