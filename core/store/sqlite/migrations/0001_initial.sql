-- Times are Unix milliseconds UTC. JSON columns hold what core/model writes. Every key starts with
-- the organisation where there is one, so the schema can be distributed by it.
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO counters VALUES ('revision', 0);

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

-- Variants that the product's document has now. Prices live here: SetPrices changes them alone.
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
CREATE INDEX variants_by_product ON variants (organisation, product);

CREATE TABLE components (
  organisation TEXT NOT NULL,
  sku TEXT NOT NULL,
  item TEXT NOT NULL,
  quantity INTEGER NOT NULL CHECK (quantity > 0),
  PRIMARY KEY (organisation, sku, item)
) WITHOUT ROWID;
CREATE INDEX components_by_item ON components (organisation, item);

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

CREATE INDEX stock_levels_by_location ON stock_levels (organisation, location);

-- The append-only ledger: the sums of its changes are the levels.
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
CREATE INDEX movements_by_item ON stock_movements (organisation, item, id);

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
CREATE UNIQUE INDEX shops_by_remote ON shops (channel, remote_id) WHERE remote_id <> '';

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

-- What a channel publishes: a whole product or a single variant (core/model/work.hpp).
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
CREATE INDEX units_by_product ON units (organisation, product);
CREATE INDEX units_by_remote ON units (shop, remote_product) WHERE remote_product <> '';

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
CREATE INDEX listings_by_sku ON listings (organisation, sku);
CREATE INDEX listings_by_unit ON listings (organisation, shop, unit);

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
CREATE INDEX work_due ON work (shop, aspect, urgency, since) WHERE parked = 0;
CREATE INDEX work_next ON work (shop, due_at) WHERE parked = 0;

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
CREATE UNIQUE INDEX orders_by_external ON orders (shop, external_id);
CREATE INDEX orders_by_status ON orders (status);  -- counted for metrics
CREATE INDEX orders_by_update ON orders (organisation, updated_at, id);
-- The queue for stock that comes in or back.
CREATE INDEX orders_short ON orders (organisation, placed_at, id)
  WHERE has_shortage = 1 AND hold = 'held';
CREATE INDEX orders_with_buyer ON orders (updated_at) WHERE buyer IS NOT NULL;

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

-- What an order line holds, as it was taken: components may change later.
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
CREATE INDEX reservations_held ON reservations (item, location) WHERE state = 'held';

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
CREATE INDEX inbox_waiting ON inbox (shop, subject) WHERE applied_at IS NULL;
CREATE INDEX inbox_by_age ON inbox (received_at);
CREATE INDEX inbox_bodies ON inbox (received_at) WHERE body IS NOT NULL;

CREATE TABLE events (
  organisation TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  id TEXT NOT NULL,
  type TEXT NOT NULL,
  at INTEGER NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (organisation, sequence)
) WITHOUT ROWID;
CREATE INDEX events_by_age ON events (at);

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
CREATE INDEX idempotency_by_age ON idempotency (at);

-- What the planner should believe of the distribution, from the first row on: without figures it
-- takes one column of a primary key (all listings of an organisation) to be as good as a whole
-- index. A regency's gateway: 200 organisations, 4,000 variants each, three shops.
ANALYZE;
DELETE FROM sqlite_stat1;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('organisations', 'organisations', '200 1'),
  ('api_keys', 'api_keys', '400 2 1'),
  ('api_keys', 'sqlite_autoindex_api_keys_1', '400 1'),
  ('products', 'products', '300000 1500 1'),
  ('variants', 'variants', '800000 4000 1'),
  ('variants', 'variants_by_product', '800000 4000 3'),
  ('components', 'components', '1000000 5000 2 1'),
  ('components', 'components_by_item', '1000000 5000 2'),
  ('stock_levels', 'stock_levels', '800000 4000 1 1'),
  ('stock_levels', 'stock_levels_by_location', '800000 4000 2000'),
  ('stock_movements', 'stock_movements', '20000000 100000 1'),
  ('stock_movements', 'movements_by_item', '20000000 100000 25 1'),
  ('shops', 'shops', '600 3 1'),
  ('shops', 'sqlite_autoindex_shops_1', '600 1'),
  ('shops', 'shops_by_remote', '600 100 1'),
  ('shop_facts', 'shop_facts', '5000 8 1'),
  ('job_runs', 'job_runs', '2000 3 1'),
  ('units', 'units', '1000000 5000 1700 1'),
  ('units', 'units_by_product', '1000000 5000 3'),
  ('units', 'units_by_remote', '900000 1700 1'),
  ('listings', 'listings', '2400000 12000 4000 1'),
  ('listings', 'listings_by_sku', '2400000 12000 3'),
  ('listings', 'listings_by_unit', '2400000 12000 4000 3'),
  ('work', 'work', '200000 300 100 1'),
  ('work', 'work_due', '200000 300 100 50 1'),
  ('work', 'work_next', '200000 300 1'),
  ('orders', 'orders', '5000000 25000 1'),
  ('orders', 'sqlite_autoindex_orders_1', '5000000 1'),
  ('orders', 'orders_by_external', '5000000 8000 1'),
  ('orders', 'orders_by_status', '5000000 700000'),
  ('orders', 'orders_by_update', '5000000 25000 2 1'),
  ('orders', 'orders_short', '1000 10 1 1'),
  ('orders', 'orders_with_buyer', '200000 1'),
  ('order_lines', 'order_lines', '10000000 2 1'),
  ('reservations', 'reservations', '12000000 3 2 1 1'),
  ('reservations', 'reservations_held', '200000 5 3'),
  ('inbox', 'inbox', '2000000 400000 1'),
  ('inbox', 'inbox_waiting', '1000 10 1'),
  ('inbox', 'inbox_by_age', '2000000 1'),
  ('inbox', 'inbox_bodies', '600000 1'),
  ('events', 'events', '5000000 25000 1'),
  ('events', 'events_by_age', '5000000 1'),
  ('idempotency', 'idempotency', '1000000 5000 1'),
  ('idempotency', 'idempotency_by_age', '1000000 1');
ANALYZE sqlite_schema;
