#include "connectors/bukalapak/sandbox/market.hpp"

#include <algorithm>
#include <array>

namespace gerbang::bukalapak_sandbox {

namespace {
constexpr std::array<std::string_view, 4> kReasons = {
    "Stok Habis", "Harga barang/biaya kirim tidak sesuai",
    "Ada kesibukan lain yang sifatnya mendadak", "Permintaan pembeli tidak dapat dilayani"};

std::string base36(std::int64_t n) {
  std::string out;
  for (; n > 0; n /= 36) out += "0123456789abcdefghijklmnopqrstuvwxyz"[n % 36];
  std::reverse(out.begin(), out.end());
  return out;
}

bool ends_before_parcel(std::string_view state) {
  return state == "rejected" || state == "cancelled" || state == "expired";
}

struct Size {
  std::size_t width = 0, height = 0;
};

std::size_t big_endian(std::string_view bytes) {
  std::size_t out = 0;
  for (const char c : bytes) out = out << 8 | static_cast<unsigned char>(c);
  return out;
}

std::optional<Size> png_size(std::string_view bytes) {
  if (!bytes.starts_with("\x89PNG\r\n\x1a\n") || bytes.size() < 24 || bytes.substr(12, 4) != "IHDR")
    return std::nullopt;
  return Size{big_endian(bytes.substr(16, 4)), big_endian(bytes.substr(20, 4))};
}

// Walks the segments to the frame header, which holds the size.
std::optional<Size> jpeg_size(std::string_view bytes) {
  if (!bytes.starts_with("\xFF\xD8\xFF")) return std::nullopt;
  std::size_t at = 2;
  while (at + 9 < bytes.size()) {
    if (bytes[at] != '\xFF') return std::nullopt;
    const auto marker = static_cast<unsigned char>(bytes[at + 1]);
    const bool frame =
        marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    if (frame)
      return Size{big_endian(bytes.substr(at + 7, 2)), big_endian(bytes.substr(at + 5, 2))};
    at += 2 + big_endian(bytes.substr(at + 2, 2));
  }
  return std::nullopt;
}
}  // namespace

void Product::put_stock(std::int64_t n) {
  stock = n;
  sold_out = false;
  // Takes itself off sale; only the state brings it back (facts bukalapak.md 7, 10).
  if (stock == 0) on = false;
}

std::optional<TimePoint> Order::at(std::string_view s) const {
  for (const auto& [name, time] : changed) {
    if (name == std::string(s) + "_at") return time;
  }
  return std::nullopt;
}

std::int64_t Order::goods() const {
  std::int64_t sum = 0;
  for (const OrderLine& line : lines) sum += line.price * line.quantity;
  return sum;
}

Product& Market::new_product(const std::string& seller, TimePoint now) {
  const std::int64_t n = next_product_++;
  Product product;
  product.id = base36(4'000'000 + n * 7919);
  product.sku_id = 310'045'511 + n;
  product.seller = seller;
  product.created_at = product.updated_at = now;
  return products.emplace(product.id, product).first->second;
}

std::string Market::new_image(const std::string& seller) {
  std::string id = std::to_string(next_image_++);
  images[id].seller = seller;
  return id;
}

void Market::remove_product(const std::string& id) {
  std::erase_if(images, [&](const auto& image) { return image.second.product == id; });
  products.erase(id);
}

std::optional<std::string> Market::assign_images(Product& product,
                                                 const std::vector<std::string>& ids) {
  if (ids.empty()) return "Image tidak boleh kosong";
  if (ids.size() > 5) return "Image maksimal 5";
  for (const std::string& id : ids) {
    const auto image = images.find(id);
    if (image == images.end() || image->second.seller != product.seller)
      return "Image tidak ditemukan";
    if (!image->second.product.empty() && image->second.product != product.id)
      return "Image sudah dipakai barang lain";
    if (std::count(ids.begin(), ids.end(), id) > 1) return "Image ganda";
  }
  std::erase_if(images, [&](const auto& image) {
    return image.second.product == product.id &&
           std::find(ids.begin(), ids.end(), image.first) == ids.end();
  });
  for (const std::string& id : ids) images[id].product = product.id;
  product.images = ids;
  return std::nullopt;
}

Result<Order*> Market::buy(const std::string& seller, const json::Value& lines, TimePoint now) {
  std::map<std::string, std::int64_t> wanted;  // product → quantity
  Order order;
  for (const json::Value& line : lines.items()) {
    const auto quantity = line["quantity"].as_int64();
    if (!quantity || *quantity < 1)
      return Error(ErrorKind::invalid, "quantity_invalid", "quantity is a number from 1");
    const auto found = std::find_if(products.begin(), products.end(), [&](const auto& p) {
      return p.second.seller == seller && p.second.sku_name == line["sku"].text() &&
             p.second.active();
    });
    if (found == products.end())
      return Error(ErrorKind::conflict, "not_on_offer", "no such SKU on offer");
    const Product& product = found->second;
    if ((wanted[product.id] += *quantity) > product.stock)
      return Error(ErrorKind::conflict, "not_enough", "not enough on offer");
    OrderLine sold;
    sold.id = next_line_ + static_cast<std::int64_t>(order.lines.size());
    sold.product = product.id;
    sold.sku_id = product.sku_id;
    sold.sku_name = product.sku_name;
    sold.name = product.name;
    sold.category = leaf(product.category) ? leaf(product.category)->name : "";
    sold.condition = product.condition;
    sold.price = product.price;
    sold.weight = product.weight;
    sold.quantity = *quantity;
    order.lines.push_back(std::move(sold));
  }
  if (order.lines.empty()) return Error(ErrorKind::invalid, "lines_missing", "an order has lines");

  for (const auto& [id, quantity] : wanted) {
    Product& product = products.at(id);
    product.put_stock(product.stock - quantity);
    product.sold_out = product.stock == 0;
    product.sold += quantity;
    product.updated_at = now;
  }
  next_line_ += static_cast<std::int64_t>(order.lines.size());
  order.id = next_order_++;
  order.seller = seller;
  order.carrier = "JNE REG";
  order.created_at = now;
  Order& kept = orders.emplace(order.id, std::move(order)).first->second;
  change(kept, "pending", now);
  return &kept;
}

void Market::change(Order& order, std::string state, TimePoint now) {
  const bool gives_back = ends_before_parcel(state) && !ends_before_parcel(order.state);
  order.state = std::move(state);
  order.changed.emplace_back(order.state + "_at", now);
  order.updated_at = now;
  if (!gives_back) return;
  for (const OrderLine& line : order.lines) {
    const auto product = products.find(line.product);
    if (product == products.end()) continue;
    const bool back = product->second.sold_out;
    product->second.put_stock(product->second.stock + line.quantity);
    product->second.sold -= line.quantity;
    if (back) product->second.on = true;
    product->second.updated_at = now;
  }
}

void Market::pass_time(const Deadlines& deadlines, TimePoint now) {
  for (auto& [id, order] : orders) {
    const auto over = [&](std::string_view state, Duration wait) -> std::optional<TimePoint> {
      const auto since = order.at(state);
      if (order.state != state || wait <= Duration(0) || !since || *since + wait > now)
        return std::nullopt;
      return *since + wait;
    };
    if (const auto late = over("pending", deadlines.pay)) change(order, "expired", *late);
    if (const auto late = over("paid", deadlines.accept)) change(order, "expired", *late);
    if (!order.at("paid")) continue;
    for (const std::string_view state : {"expired", "rejected", "cancelled"}) {
      if (const auto due = over(state, deadlines.refund)) change(order, "refunded", *due);
    }
  }
}

const std::vector<Category>& categories() {
  static const std::vector<Category> kCategories = {
      {"139", "", "Makanan & Minuman"},
      {"1391", "139", "Kopi"},
      {"1392", "139", "Gula"},
      {"1393", "139", "Keripik"},
      {"1394", "139", "Madu"},
      {"1395", "139", "Rempah"},
      {"1396", "139", "Beras"},
      {"1397", "139", "Minuman Herbal"},
      {"1398", "139", "Hampers"},
      {"155", "", "Fashion"},
      {"1551", "155", "Batik"},
      {"1552", "155", "Tas"},
      {"159", "", "Rumah Tangga"},
      {"1591", "159", "Anyaman"},
      {"164", "", "Perawatan & Kecantikan"},
      {"1641", "164", "Sabun"},
  };
  return kCategories;
}

const Category* leaf(std::string_view id) {
  for (const Category& c : categories()) {
    if (c.id == id) return c.parent.empty() ? nullptr : &c;
  }
  return nullptr;
}

json::Value category_tree() {
  json::Array tops;
  for (const Category& top : categories()) {
    if (!top.parent.empty()) continue;
    json::Array children;
    for (const Category& c : categories()) {
      if (c.parent != top.id) continue;
      children.push_back(json::object({{"id", *json::Value(c.id).to_integral()},
                                       {"name", c.name},
                                       {"children", json::Array()}}));
    }
    tops.push_back(json::object({{"id", *json::Value(top.id).to_integral()},
                                 {"name", top.name},
                                 {"children", std::move(children)}}));
  }
  return tops;
}

bool is_reject_reason(std::string_view text) {
  return std::find(kReasons.begin(), kReasons.end(), text) != kReasons.end();
}

std::size_t characters(std::string_view text) {
  std::size_t n = 0;
  for (const char c : text) n += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return n;
}

std::optional<std::string> image_trouble(std::string_view bytes) {
  if (bytes.size() > 2 * 1024 * 1024) return "Ukuran image maksimal 2 MB";
  std::optional<Size> size = png_size(bytes);
  if (!size) size = jpeg_size(bytes);
  if (!size) return "Format image harus JPG atau PNG";
  if (size->width < 300 || size->height < 300) return "Image minimal 300 x 300 piksel";
  return std::nullopt;
}

}  // namespace gerbang::bukalapak_sandbox
