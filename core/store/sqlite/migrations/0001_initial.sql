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
