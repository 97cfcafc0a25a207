-- Schema 4, a village with work pending. Written once by the program of its time; see README.md.
BEGIN;
PRAGMA application_id = 1196573255;
PRAGMA user_version = 4;
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE organisations (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  zone TEXT NOT NULL,
  village_code TEXT,
  suspended INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  event_sequence INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE api_keys (
  organisation TEXT NOT NULL REFERENCES organisations (id),
  id TEXT NOT NULL,
  label TEXT NOT NULL,
  scopes TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER,
  PRIMARY KEY (organisation, id)
) WITHOUT ROWID;
CREATE TABLE products (
  organisation TEXT NOT NULL REFERENCES organisations (id),
  code TEXT NOT NULL,
  document TEXT NOT NULL,  -- to_json(Product), the whole truth except prices
  revision INTEGER NOT NULL,
  withdrawn INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (organisation, code)
) WITHOUT ROWID;
CREATE TABLE variants (
  organisation TEXT NOT NULL,
  sku TEXT NOT NULL,
  product TEXT NOT NULL,
  price INTEGER,             -- list price, minor units
  currency TEXT,
  channel_prices TEXT NOT NULL DEFAULT '{}',  -- {"shopee": {"amount":…,"currency":…}}
  price_revision INTEGER NOT NULL,
  PRIMARY KEY (organisation, sku)
) WITHOUT ROWID;
CREATE TABLE components (
  organisation TEXT NOT NULL,
  sku TEXT NOT NULL,
  item TEXT NOT NULL,
  quantity INTEGER NOT NULL CHECK (quantity > 0),
  PRIMARY KEY (organisation, sku, item)
) WITHOUT ROWID;
CREATE TABLE stock_levels (
  organisation TEXT NOT NULL,
  item TEXT NOT NULL,
  location TEXT NOT NULL,
  on_hand INTEGER NOT NULL CHECK (on_hand >= 0),
  reserved INTEGER NOT NULL CHECK (reserved >= 0),
  buffer INTEGER NOT NULL DEFAULT 0 CHECK (buffer >= 0),
  counted_at INTEGER,
  revision INTEGER NOT NULL,
  PRIMARY KEY (organisation, item, location)
) WITHOUT ROWID;
CREATE TABLE stock_movements (
  organisation TEXT NOT NULL,
  id TEXT NOT NULL,
  item TEXT NOT NULL,
  location TEXT NOT NULL,
  reason TEXT NOT NULL,
  on_hand_change INTEGER NOT NULL,
  reserved_change INTEGER NOT NULL,
  reference TEXT NOT NULL DEFAULT '',
  at INTEGER NOT NULL,
  PRIMARY KEY (organisation, id)
) WITHOUT ROWID;
CREATE TABLE shops (
  organisation TEXT NOT NULL REFERENCES organisations (id),
  id TEXT NOT NULL UNIQUE,
  channel TEXT NOT NULL,
  name TEXT NOT NULL,
  remote_id TEXT NOT NULL DEFAULT '',
  variants_in_listing INTEGER NOT NULL,
  state TEXT NOT NULL,
  since INTEGER NOT NULL,
  reason TEXT NOT NULL DEFAULT '',
  buffer INTEGER NOT NULL DEFAULT 0,
  share_percent INTEGER NOT NULL DEFAULT 100,
  schedule TEXT NOT NULL DEFAULT '[]',
  tokens BLOB,                                -- sealed; context "shop|<id>|tokens"
  token_version INTEGER NOT NULL DEFAULT 0,
  token_expires_at INTEGER,
  last_success_at INTEGER,
  orders_polled_to INTEGER,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (organisation, id)
) WITHOUT ROWID;
CREATE TABLE shop_facts (
  shop TEXT NOT NULL,
  key TEXT NOT NULL,
  facts TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (shop, key)
) WITHOUT ROWID;
CREATE TABLE job_runs (
  shop TEXT NOT NULL,
  job TEXT NOT NULL,
  last_due INTEGER NOT NULL,
  PRIMARY KEY (shop, job)
) WITHOUT ROWID;
CREATE TABLE units (
  organisation TEXT NOT NULL,
  shop TEXT NOT NULL,
  unit TEXT NOT NULL,
  product TEXT NOT NULL,
  remote_product TEXT NOT NULL DEFAULT '',
  wanted INTEGER NOT NULL,
  publishing_since INTEGER,                   -- a create was begun and not settled
  memo TEXT NOT NULL DEFAULT 'null',
  observed_listed INTEGER,
  sent_listed INTEGER,
  PRIMARY KEY (organisation, shop, unit)
) WITHOUT ROWID;
CREATE TABLE listings (
  organisation TEXT NOT NULL,
  shop TEXT NOT NULL,
  sku TEXT NOT NULL,
  product TEXT NOT NULL,
  unit TEXT NOT NULL,
  remote_variant TEXT NOT NULL DEFAULT '',    -- '' with a published unit: a plain item, or not there yet
  published INTEGER NOT NULL DEFAULT 0,       -- the remote variant exists
  wanted INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  -- what happened when we tried
  attempt_at INTEGER,
  attempt_outcome TEXT,
  attempt_code TEXT,
  attempt_field TEXT,
  attempt_remote_code TEXT,
  attempt_remote_message TEXT,
  attempt_revision INTEGER,
  stock_attempt_ended INTEGER,                -- when the last stock value of ours may have arrived
  sent_stock INTEGER,
  sent_price INTEGER,
  sent_currency TEXT,
  -- what the marketplace says
  observed_stock INTEGER,
  observed_price INTEGER,
  observed_currency TEXT,
  observed_listed INTEGER,
  observed_at INTEGER,
  last_order_at INTEGER,                      -- our time, when an order last moved the channel's counter
  PRIMARY KEY (organisation, shop, sku)
) WITHOUT ROWID;
CREATE TABLE work (
  shop TEXT NOT NULL,
  aspect TEXT NOT NULL,
  subject TEXT NOT NULL,
  organisation TEXT NOT NULL,
  revision INTEGER NOT NULL,
  urgency INTEGER NOT NULL,
  since INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  detail TEXT NOT NULL DEFAULT '',
  parked INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (shop, aspect, subject)
) WITHOUT ROWID;
CREATE TABLE orders (
  organisation TEXT NOT NULL,
  id TEXT NOT NULL UNIQUE,
  shop TEXT NOT NULL,
  channel TEXT NOT NULL,
  external_id TEXT NOT NULL,
  status TEXT NOT NULL,
  remote_status TEXT NOT NULL,
  -- What the order has done to stock. Not derived from the status: goods that were shipped stay
  -- consumed when the order is cancelled afterwards.
  hold TEXT NOT NULL CHECK (hold IN ('held', 'consumed', 'free')),
  placed_at INTEGER NOT NULL,
  remote_updated_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  total INTEGER NOT NULL,
  currency TEXT NOT NULL,
  city TEXT NOT NULL DEFAULT '',
  province TEXT NOT NULL DEFAULT '',
  buyer BLOB,                                 -- sealed; context "order|<id>|buyer"
  shipments TEXT NOT NULL DEFAULT '[]',
  revision INTEGER NOT NULL,
  has_shortage INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (organisation, id)
) WITHOUT ROWID;
CREATE TABLE order_lines (
  order_id TEXT NOT NULL,
  remote_line TEXT NOT NULL,
  position INTEGER NOT NULL,
  remote_product TEXT NOT NULL DEFAULT '',
  remote_variant TEXT NOT NULL DEFAULT '',
  remote_sku TEXT NOT NULL DEFAULT '',
  sku TEXT NOT NULL DEFAULT '',
  title TEXT NOT NULL DEFAULT '',
  quantity INTEGER NOT NULL,
  price INTEGER NOT NULL,
  currency TEXT NOT NULL,
  shortage INTEGER NOT NULL DEFAULT 0,
  restocked INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (order_id, remote_line)
) WITHOUT ROWID;
CREATE TABLE reservations (
  order_id TEXT NOT NULL,
  remote_line TEXT NOT NULL,
  item TEXT NOT NULL,
  location TEXT NOT NULL,
  quantity INTEGER NOT NULL CHECK (quantity > 0),
  per_unit INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('held', 'consumed', 'released')),
  PRIMARY KEY (order_id, remote_line, item, location)
) WITHOUT ROWID;
CREATE TABLE inbox (
  channel TEXT NOT NULL,
  key TEXT NOT NULL,
  shop TEXT NOT NULL DEFAULT '',
  type TEXT NOT NULL,
  subject TEXT NOT NULL DEFAULT '',           -- external order id of an order hint
  body BLOB,                                  -- sealed; context "inbox|<channel>|<key>"; trimmed
  revision INTEGER NOT NULL DEFAULT 0,        -- of the order_fetch work that the hint marked
  received_at INTEGER NOT NULL,
  applied_at INTEGER,
  PRIMARY KEY (channel, key)
) WITHOUT ROWID;
CREATE TABLE events (
  organisation TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  id TEXT NOT NULL,
  type TEXT NOT NULL,
  at INTEGER NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (organisation, sequence)
) WITHOUT ROWID;
CREATE TABLE idempotency (
  organisation TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  status INTEGER NOT NULL,
  headers TEXT NOT NULL,
  body TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (organisation, key)
) WITHOUT ROWID;
CREATE TABLE reviews (
  shop TEXT PRIMARY KEY,
  organisation TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('reading', 'matching', 'open', 'ended')),
  round INTEGER NOT NULL,                     -- rises each time the shop is read anew
  cursor TEXT NOT NULL DEFAULT '',            -- the page to read next
  pages INTEGER NOT NULL DEFAULT 0,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  problem TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE TABLE proposals (
  shop TEXT NOT NULL,
  id TEXT NOT NULL,
  organisation TEXT NOT NULL,
  round INTEGER NOT NULL,                     -- in which it was seen last
  remote_product TEXT NOT NULL,
  remote_variant TEXT NOT NULL,
  title TEXT NOT NULL,
  remote_sku TEXT NOT NULL,
  barcode TEXT NOT NULL,
  price INTEGER,
  currency TEXT,
  stock INTEGER,
  listed INTEGER,
  remote_state TEXT NOT NULL,
  candidate TEXT NOT NULL DEFAULT '',         -- our SKU
  confidence INTEGER NOT NULL DEFAULT 0,
  reason TEXT NOT NULL DEFAULT '',
  decision TEXT NOT NULL DEFAULT 'undecided'
    CHECK (decision IN ('undecided', 'confirmed', 'refused')),
  sku TEXT NOT NULL DEFAULT '',               -- confirmed: linked to this one
  decided_at INTEGER,
  PRIMARY KEY (shop, id)
) WITHOUT ROWID;
CREATE TABLE recoveries (
  organisation TEXT NOT NULL,
  shop TEXT NOT NULL,
  step TEXT NOT NULL CHECK (step IN ('orders', 'listings', 'read')),
  since INTEGER NOT NULL,                     -- when the backup was put back
  PRIMARY KEY (organisation, shop)
) WITHOUT ROWID;
CREATE TABLE doubted_stock (
  organisation TEXT NOT NULL,
  item TEXT NOT NULL,
  location TEXT NOT NULL,
  quantity INTEGER NOT NULL CHECK (quantity > 0),
  since INTEGER NOT NULL,
  PRIMARY KEY (organisation, item, location)
) WITHOUT ROWID;
CREATE TABLE nodes (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  alive_until INTEGER NOT NULL,
  counts INTEGER NOT NULL DEFAULT 0,
  serves INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE leases (
  name TEXT PRIMARY KEY,
  node TEXT NOT NULL,                         -- '': given back
  epoch INTEGER NOT NULL,                     -- rises each time it is taken
  free_at INTEGER NOT NULL DEFAULT 0          -- given back: not to be taken before
) WITHOUT ROWID;
CREATE INDEX variants_by_product ON variants (organisation, product);
CREATE INDEX components_by_item ON components (organisation, item);
CREATE INDEX stock_levels_by_location ON stock_levels (organisation, location);
CREATE INDEX movements_by_item ON stock_movements (organisation, item, id);
CREATE UNIQUE INDEX shops_by_remote ON shops (channel, remote_id) WHERE remote_id <> '';
CREATE INDEX units_by_product ON units (organisation, product);
CREATE INDEX units_by_remote ON units (shop, remote_product) WHERE remote_product <> '';
CREATE INDEX listings_by_sku ON listings (organisation, sku);
CREATE INDEX listings_by_unit ON listings (organisation, shop, unit);
CREATE INDEX work_due ON work (shop, aspect, urgency, since) WHERE parked = 0;
CREATE INDEX work_next ON work (shop, due_at) WHERE parked = 0;
CREATE UNIQUE INDEX orders_by_external ON orders (shop, external_id);
CREATE INDEX orders_by_status ON orders (status);
CREATE INDEX orders_by_update ON orders (organisation, updated_at, id);
CREATE INDEX orders_short ON orders (organisation, placed_at, id)
  WHERE has_shortage = 1 AND hold = 'held';
CREATE INDEX orders_with_buyer ON orders (updated_at) WHERE buyer IS NOT NULL;
CREATE INDEX reservations_held ON reservations (item, location) WHERE state = 'held';
CREATE INDEX inbox_waiting ON inbox (shop, subject) WHERE applied_at IS NULL;
CREATE INDEX inbox_by_age ON inbox (received_at);
CREATE INDEX inbox_bodies ON inbox (received_at) WHERE body IS NOT NULL;
CREATE INDEX events_by_age ON events (at);
CREATE INDEX idempotency_by_age ON idempotency (at);
CREATE UNIQUE INDEX proposals_by_remote ON proposals (shop, remote_product, remote_variant);
ANALYZE;
DELETE FROM sqlite_stat1;
INSERT INTO counters VALUES ('commits',38);
INSERT INTO counters VALUES ('opened',1);
INSERT INTO counters VALUES ('revision',38);
INSERT INTO organisations VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB','BUM Desa Uji','bumdes','WIB',NULL,0,1795482000000,23);
INSERT INTO api_keys VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB','key_01M85H26M0D55C3315RHKJ47VN','kasir','["read","write"]','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',1795482000000,NULL,NULL);
INSERT INTO products VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB','GULA','{"code":"GULA","title":{"id":"Kopi Robusta Sangrai"},"description":{"id":"Dipanggang di desa."},"category":"makanan-minuman/kopi","brand":null,"condition":"new","attributes":{},"images":[{"url":"https://toko.example/1.jpg"}],"permits":[],"options":[],"variants":[{"sku":"GULA-1","options":[],"barcode":null,"weight_grams":null,"package_mm":null,"price":null,"channel_prices":{},"components":[]}],"channels":{}}',35,0,1795482000000,1795482000000);
INSERT INTO products VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB','KOPI','{"code":"KOPI","title":{"id":"Kopi Robusta Sangrai"},"description":{"id":"Dipanggang di desa."},"category":"makanan-minuman/kopi","brand":null,"condition":"new","attributes":{},"images":[{"url":"https://toko.example/1.jpg"}],"permits":[],"options":[{"name":"Kemasan","values":["KOPI-250","KOPI-500"]}],"variants":[{"sku":"KOPI-250","options":["KOPI-250"],"barcode":null,"weight_grams":null,"package_mm":null,"price":null,"channel_prices":{},"components":[]},{"sku":"KOPI-500","options":["KOPI-500"],"barcode":null,"weight_grams":null,"package_mm":null,"price":null,"channel_prices":{},"components":[]}],"channels":{}}',3,0,1795482000000,1795482000000);
INSERT INTO products VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB','TEH','{"code":"TEH","title":{"id":"Kopi Robusta Sangrai"},"description":{"id":"Dipanggang di desa."},"category":"makanan-minuman/kopi","brand":null,"condition":"new","attributes":{},"images":[{"url":"https://toko.example/1.jpg"}],"permits":[],"options":[],"variants":[{"sku":"TEH-50","options":[],"barcode":null,"weight_grams":null,"package_mm":null,"price":null,"channel_prices":{},"components":[]}],"channels":{}}',11,0,1795482000000,1795482000000);
INSERT INTO variants VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB','GULA-1','GULA',35000,'IDR','{}',35);
INSERT INTO variants VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB','KOPI-250','KOPI',35000,'IDR','{}',1);
INSERT INTO variants VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB','KOPI-500','KOPI',41000,'IDR','{}',3);
INSERT INTO variants VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB','TEH-50','TEH',35000,'IDR','{}',11);
INSERT INTO components VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB','GULA-1','GULA-1',1);
INSERT INTO components VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB','KOPI-250','KOPI-250',1);
INSERT INTO components VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB','KOPI-500','KOPI-500',1);
INSERT INTO components VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB','TEH-50','TEH-50',1);
INSERT INTO stock_levels VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB','KOPI-250','utama',130,2,0,1795482000000,32);
INSERT INTO stock_movements VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB','mov_01M85H26M01Q718Q6002R755G9','KOPI-250','utama','reserved',0,2,'ord_01M85H26M0CQW22GHP90H0BZMP',1795482000000);
INSERT INTO stock_movements VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB','mov_01M85H26M03F61X23GWSQ92P73','KOPI-250','utama','received',20,0,'nota-1',1795482000000);
INSERT INTO stock_movements VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB','mov_01M85H26M0FN76MDC9R4V18Q5H','KOPI-250','utama','counted',10,0,'hitung-2',1795482000000);
INSERT INTO stock_movements VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB','mov_01M85H26M0MSSC7C16PQRZX4W9','KOPI-250','utama','restocked',2,0,'ord_01M85H26M0CQW22GHP90H0BZMP',1795482000000);
INSERT INTO stock_movements VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB','mov_01M85H26M0PMT48JEG6JC5ZHTV','KOPI-250','utama','shipped',-2,-2,'ord_01M85H26M0CQW22GHP90H0BZMP',1795482000000);
INSERT INTO stock_movements VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB','mov_01M85H26M0Q3ND675A8EG4Z7W2','KOPI-250','utama','reserved',0,2,'ord_01M85H26M00S7FYH0VXA89M126',1795482000000);
INSERT INTO stock_movements VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB','mov_01M85H26M0VAVYYJTACYH80AKQ','KOPI-250','utama','released',0,-2,'ord_01M85H26M005VQTYNN2GCFG16C',1795482000000);
INSERT INTO stock_movements VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB','mov_01M85H26M0VNYVMJQRSRXGKXR1','KOPI-250','utama','counted',100,0,'hitung-1',1795482000000);
INSERT INTO stock_movements VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB','mov_01M85H26M0XE2A5B8Z54W9ZH26','KOPI-250','utama','reserved',0,2,'ord_01M85H26M005VQTYNN2GCFG16C',1795482000000);
INSERT INTO shops VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB','shp_01M85H26M004J5X89PXJ117ZTV','shopee','Toko uji','880012345',1,'active',1795482000000,'',3,100,'[]',X'0100000001A2D066452A8F38E6BC4F540E006A6205D6B318DCEBB67E82D516670CF250E6447C5070F5475565F840FFCCC6E6F9E01BCB717D0979639D7A3EAB4FC1772915B5A2DADFD7AB28D9871B4B801AEEFCFFE78AEE876F88801E37C2148DFBE4AFEB70B4144A7828062D8C602CBF6ACE50563C933E06FA5A68E49C1C44DF5364E8E3E84A183ABC7696CCA9CCD5506CC54E1BD12DFD1E5779D1BD23FAB4CF78C1068BCF9138B590843A6AAA1DAEDFE1B3F70F635A721984',1,1795496400000,1795482000000,1795482000000,1795482000000);
INSERT INTO shop_facts VALUES ('shp_01M85H26M004J5X89PXJ117ZTV','shop','{"limit":5}',1795482000000);
INSERT INTO job_runs VALUES ('shp_01M85H26M004J5X89PXJ117ZTV','order_sweep',1795482000000);
INSERT INTO units VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB','shp_01M85H26M004J5X89PXJ117ZTV','GULA','GULA','tangan-1',1,NULL,'null',NULL,NULL);
INSERT INTO units VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB','shp_01M85H26M004J5X89PXJ117ZTV','KOPI','KOPI','item-KOPI',1,NULL,'null',NULL,NULL);
INSERT INTO units VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB','shp_01M85H26M004J5X89PXJ117ZTV','TEH','TEH','',1,1795482000000,'null',NULL,NULL);
INSERT INTO listings VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB','shp_01M85H26M004J5X89PXJ117ZTV','GULA-1','GULA','GULA','',1,1,38,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,20000,'IDR',NULL,1795482000000,NULL);
INSERT INTO listings VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB','shp_01M85H26M004J5X89PXJ117ZTV','KOPI-250','KOPI','KOPI','model-KOPI-250',1,1,33,1795482000000,'done','','','','',10,1795482000000,130,NULL,NULL,130,NULL,NULL,NULL,1795482000000,1795482000000);
INSERT INTO listings VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB','shp_01M85H26M004J5X89PXJ117ZTV','KOPI-500','KOPI','KOPI','model-KOPI-500',1,1,18,1795482000000,'done','','','','',6,1795482000000,NULL,NULL,NULL,77,NULL,NULL,NULL,1795482001000,NULL);
INSERT INTO listings VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB','shp_01M85H26M004J5X89PXJ117ZTV','TEH-50','TEH','TEH','',0,1,12,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO work VALUES ('shp_01M85H26M004J5X89PXJ117ZTV','content','TEH','org_01M85H26M0ZY9KKM9R148B5EXB',12,1,1795482000000,1795482000000,0,'',0);
INSERT INTO work VALUES ('shp_01M85H26M004J5X89PXJ117ZTV','order_accept','ord_01M85H26M00S7FYH0VXA89M126','org_01M85H26M0ZY9KKM9R148B5EXB',24,0,1795482000000,1795482000000,0,'{}',0);
INSERT INTO work VALUES ('shp_01M85H26M004J5X89PXJ117ZTV','order_fetch','P1','org_01M85H26M0ZY9KKM9R148B5EXB',19,0,1795482000000,1795482000000,0,'',0);
INSERT INTO work VALUES ('shp_01M85H26M004J5X89PXJ117ZTV','order_fetch','P9','org_01M85H26M0ZY9KKM9R148B5EXB',34,0,1795482000000,1795482000000,0,'',0);
INSERT INTO work VALUES ('shp_01M85H26M004J5X89PXJ117ZTV','price','GULA-1','org_01M85H26M0ZY9KKM9R148B5EXB',38,1,1795482000000,1795482000000,0,'',0);
INSERT INTO work VALUES ('shp_01M85H26M004J5X89PXJ117ZTV','price','KOPI-250','org_01M85H26M0ZY9KKM9R148B5EXB',17,2,1795482000000,1795482000000,0,'',0);
INSERT INTO work VALUES ('shp_01M85H26M004J5X89PXJ117ZTV','price','KOPI-500','org_01M85H26M0ZY9KKM9R148B5EXB',18,2,1795482000000,1795482000000,0,'',0);
INSERT INTO work VALUES ('shp_01M85H26M004J5X89PXJ117ZTV','stock','GULA-1','org_01M85H26M0ZY9KKM9R148B5EXB',37,1,1795482000000,1795482000000,0,'',0);
INSERT INTO work VALUES ('shp_01M85H26M004J5X89PXJ117ZTV','stock','KOPI-250','org_01M85H26M0ZY9KKM9R148B5EXB',33,0,1795482000000,1795482000000,0,'',0);
INSERT INTO work VALUES ('shp_01M85H26M004J5X89PXJ117ZTV','stock','KOPI-500','org_01M85H26M0ZY9KKM9R148B5EXB',16,1,1795482000000,1795482000000,0,'',0);
INSERT INTO orders VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB','ord_01M85H26M005VQTYNN2GCFG16C','shp_01M85H26M004J5X89PXJ117ZTV','shopee','P1','cancelled','READY_TO_SHIP','free',1795482000000,1795482001000,1795482000000,70000,'IDR','Temanggung','Jawa Tengah',NULL,'[{"package":"pkg-P1","courier":"jne","tracking_number":"resi-1"}]',25,0);
INSERT INTO orders VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB','ord_01M85H26M00S7FYH0VXA89M126','shp_01M85H26M004J5X89PXJ117ZTV','shopee','P2','paid','READY_TO_SHIP','held',1795482000000,1795482000000,1795482000000,70000,'IDR','Temanggung','Jawa Tengah',NULL,'[{"package":"pkg-P2","courier":"jne","tracking_number":"resi-1"}]',22,0);
INSERT INTO orders VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB','ord_01M85H26M0CQW22GHP90H0BZMP','shp_01M85H26M004J5X89PXJ117ZTV','shopee','P3','returned','READY_TO_SHIP','consumed',1795482000000,1795482002000,1795482000000,70000,'IDR','Temanggung','Jawa Tengah',NULL,'[{"package":"pkg-P3","courier":"jne","tracking_number":"resi-1"}]',32,0);
INSERT INTO order_lines VALUES ('ord_01M85H26M005VQTYNN2GCFG16C','1',0,'item-KOPI','model-KOPI-250','KOPI-250','KOPI-250','Kopi',2,35000,'IDR',0,0);
INSERT INTO order_lines VALUES ('ord_01M85H26M00S7FYH0VXA89M126','1',0,'item-KOPI','model-KOPI-250','KOPI-250','KOPI-250','Kopi',2,35000,'IDR',0,0);
INSERT INTO order_lines VALUES ('ord_01M85H26M0CQW22GHP90H0BZMP','1',0,'item-KOPI','model-KOPI-250','KOPI-250','KOPI-250','Kopi',2,35000,'IDR',0,2);
INSERT INTO reservations VALUES ('ord_01M85H26M005VQTYNN2GCFG16C','1','KOPI-250','utama',2,1,'released');
INSERT INTO reservations VALUES ('ord_01M85H26M00S7FYH0VXA89M126','1','KOPI-250','utama',2,1,'held');
INSERT INTO reservations VALUES ('ord_01M85H26M0CQW22GHP90H0BZMP','1','KOPI-250','utama',2,1,'consumed');
INSERT INTO inbox VALUES ('shopee','hook-1','shp_01M85H26M004J5X89PXJ117ZTV','3','P1',X'0100000001916F05F43DD299D281F53EBE375B90392B3D07BAF72A86A6D3B79612E51383AC50538BCCC010',19,1795482000000,NULL);
INSERT INTO events VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB',1,'evt_01M85H26M0PJZZ58TSFCBMS05A','product.changed',1795482000000,'{"code":"KOPI","revision":1}');
INSERT INTO events VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB',2,'evt_01M85H26M0SEXTZWXT7W8MBNT6','stock.changed',1795482000000,'{"item":"KOPI-250","on_hand":100,"reserved":0,"available":100,"revision":2}');
INSERT INTO events VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB',3,'evt_01M85H26M0HT1EERZ4PGM8JQ7C','stock.changed',1795482000000,'{"item":"KOPI-250","on_hand":120,"reserved":0,"available":120,"revision":4}');
INSERT INTO events VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB',4,'evt_01M85H26M04Q4WY4J1TWX2N2K5','shop.authorised',1795482000000,'{"shop":"shp_01M85H26M004J5X89PXJ117ZTV","channel":"shopee","state":"active","reason":""}');
INSERT INTO events VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB',5,'evt_01M85H26M09XCNFTN01K5T3P4X','listing.published',1795482000000,'{"shop":"shp_01M85H26M004J5X89PXJ117ZTV","channel":"shopee","remote_product":"item-KOPI","skus":["KOPI-250","KOPI-500"]}');
INSERT INTO events VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB',6,'evt_01M85H26M02E393JDY1GNP5GG9','stock.changed',1795482000000,'{"item":"KOPI-250","on_hand":130,"reserved":0,"available":130,"revision":9}');
INSERT INTO events VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB',7,'evt_01M85H26M0XTG3VWT4H8MNYBHE','product.changed',1795482000000,'{"code":"TEH","revision":11}');
INSERT INTO events VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB',8,'evt_01M85H26M0ZV3D4XSTTGNSNW9X','shop.state_changed',1795482000000,'{"shop":"shp_01M85H26M004J5X89PXJ117ZTV","channel":"shopee","state":"paused","reason":"libur"}');
INSERT INTO events VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB',9,'evt_01M85H26M06HYZTNE40Y96Y56K','shop.state_changed',1795482000000,'{"shop":"shp_01M85H26M004J5X89PXJ117ZTV","channel":"shopee","state":"active","reason":""}');
INSERT INTO events VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB',10,'evt_01M85H26M0W7KZ46D8B71T0J2R','order.created',1795482000000,'{"order":"ord_01M85H26M005VQTYNN2GCFG16C","shop":"shp_01M85H26M004J5X89PXJ117ZTV","channel":"shopee","external_id":"P1","status":"paid","has_shortage":false,"revision":20}');
INSERT INTO events VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB',11,'evt_01M85H26M0SA15Z3PV0B5NZ5TR','order.created',1795482000000,'{"order":"ord_01M85H26M00S7FYH0VXA89M126","shop":"shp_01M85H26M004J5X89PXJ117ZTV","channel":"shopee","external_id":"P2","status":"paid","has_shortage":false,"revision":22}');
INSERT INTO events VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB',12,'evt_01M85H26M0M88GK1MANZ2JY2JD','order.cancelled',1795482000000,'{"order":"ord_01M85H26M005VQTYNN2GCFG16C","shop":"shp_01M85H26M004J5X89PXJ117ZTV","channel":"shopee","external_id":"P1","status":"cancelled","has_shortage":false,"revision":25}');
INSERT INTO events VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB',13,'evt_01M85H26M0ZR6JGC2VNB6KD4S7','order.created',1795482000000,'{"order":"ord_01M85H26M0CQW22GHP90H0BZMP","shop":"shp_01M85H26M004J5X89PXJ117ZTV","channel":"shopee","external_id":"P3","status":"paid","has_shortage":false,"revision":27}');
INSERT INTO events VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB',14,'evt_01M85H26M0QV97RT29NHMN1CQQ','order.changed',1795482000000,'{"order":"ord_01M85H26M0CQW22GHP90H0BZMP","shop":"shp_01M85H26M004J5X89PXJ117ZTV","channel":"shopee","external_id":"P3","status":"shipped","has_shortage":false,"revision":29}');
INSERT INTO events VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB',15,'evt_01M85H26M0ZZQRSX96CK2D9T1D','order.changed',1795482000000,'{"order":"ord_01M85H26M0CQW22GHP90H0BZMP","shop":"shp_01M85H26M004J5X89PXJ117ZTV","channel":"shopee","external_id":"P3","status":"returned","has_shortage":false,"revision":30}');
INSERT INTO events VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB',16,'evt_01M85H26M0T64FJ125A44GZN3M','order.changed',1795482000000,'{"order":"ord_01M85H26M0CQW22GHP90H0BZMP","shop":"shp_01M85H26M004J5X89PXJ117ZTV","channel":"shopee","external_id":"P3","status":"returned","has_shortage":false,"revision":32}');
INSERT INTO events VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB',17,'evt_01M85H26M05NCJBKRRQM2CV2QR','stock.changed',1795482000000,'{"item":"KOPI-250","on_hand":130,"reserved":2,"available":128,"revision":32}');
INSERT INTO events VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB',18,'evt_01M85H26M0E3VJPQTFXG7MXE74','product.changed',1795482000000,'{"code":"GULA","revision":35}');
INSERT INTO events VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB',19,'evt_01M85H26M08H0GWGTMDGCRFA6Q','shop.review_changed',1795482000000,'{"shop":"shp_01M85H26M004J5X89PXJ117ZTV","channel":"shopee","review":"reading"}');
INSERT INTO events VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB',20,'evt_01M85H26M0RG5RK5451E3HJJBW','shop.review_changed',1795482000000,'{"shop":"shp_01M85H26M004J5X89PXJ117ZTV","channel":"shopee","review":"matching"}');
INSERT INTO events VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB',21,'evt_01M85H26M0FZH84RY0QH990PS2','shop.review_changed',1795482000000,'{"shop":"shp_01M85H26M004J5X89PXJ117ZTV","channel":"shopee","review":"open"}');
INSERT INTO events VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB',22,'evt_01M85H26M0QBMP1AB4BW4XT9XE','listing.linked',1795482000000,'{"shop":"shp_01M85H26M004J5X89PXJ117ZTV","channel":"shopee","sku":"GULA-1","remote_product":"tangan-1","remote_variant":""}');
INSERT INTO events VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB',23,'evt_01M85H26M0A7WNVKH45V8PJ4CY','shop.review_changed',1795482000000,'{"shop":"shp_01M85H26M004J5X89PXJ117ZTV","channel":"shopee","review":"ended"}');
INSERT INTO idempotency VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB','k-nota-1','k-nota-1',200,'[]','',1795482000000);
INSERT INTO idempotency VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB','k-produk','k-produk',200,'[]','',1795482000000);
INSERT INTO idempotency VALUES ('org_01M85H26M0ZY9KKM9R148B5EXB','k-tautan','k-tautan',200,'[]','',1795482000000);
INSERT INTO reviews VALUES ('shp_01M85H26M004J5X89PXJ117ZTV','org_01M85H26M0ZY9KKM9R148B5EXB','ended',1,'',1,1795482000000,1795482000000,'');
INSERT INTO proposals VALUES ('shp_01M85H26M004J5X89PXJ117ZTV','lnk_01M85H26M04F1MEF3GFSNBRCVW','org_01M85H26M0ZY9KKM9R148B5EXB',1,'tangan-1','','Gula Aren','','',20000,'IDR',NULL,NULL,'','GULA-1',85,'title_similar','confirmed','GULA-1',1795482000000);
INSERT INTO proposals VALUES ('shp_01M85H26M004J5X89PXJ117ZTV','lnk_01M85H26M0PB8RWHSFS60YKNX8','org_01M85H26M0ZY9KKM9R148B5EXB',1,'tangan-2','','Gula Aren','','',20000,'IDR',NULL,NULL,'','',0,'','undecided','',NULL);
INSERT INTO sqlite_stat1 VALUES ('organisations','organisations','200 1');
INSERT INTO sqlite_stat1 VALUES ('api_keys','api_keys','400 2 1');
INSERT INTO sqlite_stat1 VALUES ('api_keys','sqlite_autoindex_api_keys_1','400 1');
INSERT INTO sqlite_stat1 VALUES ('products','products','300000 1500 1');
INSERT INTO sqlite_stat1 VALUES ('variants','variants','800000 4000 1');
INSERT INTO sqlite_stat1 VALUES ('variants','variants_by_product','800000 4000 3');
INSERT INTO sqlite_stat1 VALUES ('components','components','1000000 5000 2 1');
INSERT INTO sqlite_stat1 VALUES ('components','components_by_item','1000000 5000 2');
INSERT INTO sqlite_stat1 VALUES ('stock_levels','stock_levels','800000 4000 1 1');
INSERT INTO sqlite_stat1 VALUES ('stock_levels','stock_levels_by_location','800000 4000 2000');
INSERT INTO sqlite_stat1 VALUES ('stock_movements','stock_movements','20000000 100000 1');
INSERT INTO sqlite_stat1 VALUES ('stock_movements','movements_by_item','20000000 100000 25 1');
INSERT INTO sqlite_stat1 VALUES ('shops','shops','600 3 1');
INSERT INTO sqlite_stat1 VALUES ('shops','sqlite_autoindex_shops_1','600 1');
INSERT INTO sqlite_stat1 VALUES ('shops','shops_by_remote','600 100 1');
INSERT INTO sqlite_stat1 VALUES ('shop_facts','shop_facts','5000 8 1');
INSERT INTO sqlite_stat1 VALUES ('job_runs','job_runs','2000 3 1');
INSERT INTO sqlite_stat1 VALUES ('units','units','1000000 5000 1700 1');
INSERT INTO sqlite_stat1 VALUES ('units','units_by_product','1000000 5000 3');
INSERT INTO sqlite_stat1 VALUES ('units','units_by_remote','900000 1700 1');
INSERT INTO sqlite_stat1 VALUES ('listings','listings','2400000 12000 4000 1');
INSERT INTO sqlite_stat1 VALUES ('listings','listings_by_sku','2400000 12000 3');
INSERT INTO sqlite_stat1 VALUES ('listings','listings_by_unit','2400000 12000 4000 3');
INSERT INTO sqlite_stat1 VALUES ('work','work','200000 300 100 1');
INSERT INTO sqlite_stat1 VALUES ('work','work_due','200000 300 100 50 1');
INSERT INTO sqlite_stat1 VALUES ('work','work_next','200000 300 1');
INSERT INTO sqlite_stat1 VALUES ('orders','orders','5000000 25000 1');
INSERT INTO sqlite_stat1 VALUES ('orders','sqlite_autoindex_orders_1','5000000 1');
INSERT INTO sqlite_stat1 VALUES ('orders','orders_by_external','5000000 8000 1');
INSERT INTO sqlite_stat1 VALUES ('orders','orders_by_status','5000000 700000');
INSERT INTO sqlite_stat1 VALUES ('orders','orders_by_update','5000000 25000 2 1');
INSERT INTO sqlite_stat1 VALUES ('orders','orders_short','1000 10 1 1');
INSERT INTO sqlite_stat1 VALUES ('orders','orders_with_buyer','200000 1');
INSERT INTO sqlite_stat1 VALUES ('order_lines','order_lines','10000000 2 1');
INSERT INTO sqlite_stat1 VALUES ('reservations','reservations','12000000 3 2 1 1');
INSERT INTO sqlite_stat1 VALUES ('reservations','reservations_held','200000 5 3');
INSERT INTO sqlite_stat1 VALUES ('inbox','inbox','2000000 400000 1');
INSERT INTO sqlite_stat1 VALUES ('inbox','inbox_waiting','1000 10 1');
INSERT INTO sqlite_stat1 VALUES ('inbox','inbox_by_age','2000000 1');
INSERT INTO sqlite_stat1 VALUES ('inbox','inbox_bodies','600000 1');
INSERT INTO sqlite_stat1 VALUES ('events','events','5000000 25000 1');
INSERT INTO sqlite_stat1 VALUES ('events','events_by_age','5000000 1');
INSERT INTO sqlite_stat1 VALUES ('idempotency','idempotency','1000000 5000 1');
INSERT INTO sqlite_stat1 VALUES ('idempotency','idempotency_by_age','1000000 1');
INSERT INTO sqlite_stat1 VALUES ('reviews','reviews','600 1');
INSERT INTO sqlite_stat1 VALUES ('proposals','proposals','300000 500 1');
INSERT INTO sqlite_stat1 VALUES ('proposals','proposals_by_remote','300000 500 3 1');
INSERT INTO sqlite_stat1 VALUES ('recoveries','recoveries','10 3 1');
INSERT INTO sqlite_stat1 VALUES ('doubted_stock','doubted_stock','100 10 1 1');
INSERT INTO sqlite_stat1 VALUES ('nodes','nodes','3 1');
INSERT INTO sqlite_stat1 VALUES ('leases','leases','1000 1');
COMMIT;
