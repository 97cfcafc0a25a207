-- Times are Unix milliseconds UTC. JSON columns hold what core/model writes. Every key starts with
-- the organisation: the schema can be distributed or partitioned by it (distribution/*.sql), and
-- row-level security stands behind the application's own check.
--
-- Rows that are updated often leave room on their page (fillfactor), so that an update that touches
-- no indexed column stays on it. What changes all the time (work) is narrow and apart from what is
-- wide (listings).
CREATE SEQUENCE revisions AS bigint;

-- The last group that each writer committed: what a connection that was lost during COMMIT is
-- settled by.
CREATE TABLE commit_marks (
  writer text PRIMARY KEY,
  token text NOT NULL,
  at bigint NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE organisations (
  id text PRIMARY KEY,
  name text NOT NULL,
  kind text NOT NULL,
  zone text NOT NULL,
  village_code text,
  suspended boolean NOT NULL DEFAULT false,
  created_at bigint NOT NULL,
  event_sequence bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

CREATE TABLE api_keys (
  organisation text NOT NULL REFERENCES organisations (id),
  id text NOT NULL,
  label text NOT NULL,
  scopes text NOT NULL,
  hash text NOT NULL UNIQUE,
  created_at bigint NOT NULL,
  expires_at bigint,
  revoked_at bigint,
  PRIMARY KEY (organisation, id)
);

CREATE TABLE products (
  organisation text NOT NULL,
  code text NOT NULL,
  document text NOT NULL,  -- to_json(Product), the whole truth except prices
  revision bigint NOT NULL,
  withdrawn boolean NOT NULL DEFAULT false,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  PRIMARY KEY (organisation, code)
) WITH (fillfactor = 90);

-- Variants that the product's document has now. Prices live here: SetPrices changes them alone.
CREATE TABLE variants (
  organisation text NOT NULL,
  sku text NOT NULL,
  product text NOT NULL,
  price bigint,              -- list price, minor units
  currency text,
  channel_prices text NOT NULL DEFAULT '{}',  -- {"shopee": {"amount":…,"currency":…}}
  price_revision bigint NOT NULL,
  PRIMARY KEY (organisation, sku)
) WITH (fillfactor = 80);
CREATE INDEX variants_by_product ON variants (organisation, product);

CREATE TABLE components (
  organisation text NOT NULL,
  sku text NOT NULL,
  item text NOT NULL,
  quantity bigint NOT NULL CHECK (quantity > 0),
  PRIMARY KEY (organisation, sku, item)
);
CREATE INDEX components_by_item ON components (organisation, item);

CREATE TABLE stock_levels (
  organisation text NOT NULL,
  item text NOT NULL,
  location text NOT NULL,
  on_hand bigint NOT NULL CHECK (on_hand >= 0),
  reserved bigint NOT NULL CHECK (reserved >= 0),
  buffer bigint NOT NULL DEFAULT 0 CHECK (buffer >= 0),
  counted_at bigint,
  revision bigint NOT NULL,
  PRIMARY KEY (organisation, item, location)
) WITH (fillfactor = 70);
CREATE INDEX stock_levels_by_location ON stock_levels (organisation, location);

-- The append-only ledger: the sums of its changes are the levels.
CREATE TABLE stock_movements (
  organisation text NOT NULL,
  id text NOT NULL,
  item text NOT NULL,
  location text NOT NULL,
  reason text NOT NULL,
  on_hand_change bigint NOT NULL,
  reserved_change bigint NOT NULL,
  reference text NOT NULL DEFAULT '',
  at bigint NOT NULL,
  PRIMARY KEY (organisation, id)
);
CREATE INDEX movements_by_item ON stock_movements (organisation, item, id);

CREATE TABLE shops (
  organisation text NOT NULL REFERENCES organisations (id),
  id text NOT NULL UNIQUE,
  channel text NOT NULL,
  name text NOT NULL,
  remote_id text NOT NULL DEFAULT '',
  variants_in_listing boolean NOT NULL,
  state text NOT NULL,
  since bigint NOT NULL,
  reason text NOT NULL DEFAULT '',
  buffer bigint NOT NULL DEFAULT 0,
  share_percent bigint NOT NULL DEFAULT 100,
  schedule text NOT NULL DEFAULT '[]',
  tokens bytea,                               -- sealed; context "shop|<id>|tokens"
  token_version bigint NOT NULL DEFAULT 0,
  token_expires_at bigint,
  last_success_at bigint,
  orders_polled_to bigint,
  created_at bigint NOT NULL,
  PRIMARY KEY (organisation, id)
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX shops_by_remote ON shops (channel, remote_id) WHERE remote_id <> '';

CREATE TABLE shop_facts (
  organisation text NOT NULL,
  shop text NOT NULL,
  key text NOT NULL,
  facts text NOT NULL,
  at bigint NOT NULL,
  PRIMARY KEY (organisation, shop, key)
);

CREATE TABLE job_runs (
  organisation text NOT NULL,
  shop text NOT NULL,
  job text NOT NULL,
  last_due bigint NOT NULL,
  PRIMARY KEY (organisation, shop, job)
) WITH (fillfactor = 70);

-- What a channel publishes: a whole product or a single variant (core/model/work.hpp).
CREATE TABLE units (
  organisation text NOT NULL,
  shop text NOT NULL,
  unit text NOT NULL,
  product text NOT NULL,
  remote_product text NOT NULL DEFAULT '',
  wanted boolean NOT NULL,
  publishing_since bigint,                    -- a create was begun and not settled
  memo text NOT NULL DEFAULT 'null',
  observed_listed boolean,
  sent_listed boolean,
  PRIMARY KEY (organisation, shop, unit)
) WITH (fillfactor = 80);
CREATE INDEX units_by_product ON units (organisation, product);
CREATE INDEX units_by_remote ON units (organisation, shop, remote_product)
  WHERE remote_product <> '';

CREATE TABLE listings (
  organisation text NOT NULL,
  shop text NOT NULL,
  sku text NOT NULL,
  product text NOT NULL,
  unit text NOT NULL,
  remote_variant text NOT NULL DEFAULT '',    -- '' with a published unit: a plain item, or not there yet
  published boolean NOT NULL DEFAULT false,   -- the remote variant exists
  wanted boolean NOT NULL,
  revision bigint NOT NULL,
  -- what happened when we tried
  attempt_at bigint,
  attempt_outcome text,
  attempt_code text,
  attempt_field text,
  attempt_remote_code text,
  attempt_remote_message text,
  attempt_revision bigint,
  stock_attempt_ended bigint,                 -- when the last stock value of ours may have arrived
  sent_stock bigint,
  sent_price bigint,
  sent_currency text,
  -- what the marketplace says
  observed_stock bigint,
  observed_price bigint,
  observed_currency text,
  observed_listed boolean,
  observed_at bigint,
  last_order_at bigint,                       -- our time, when an order last moved the channel's counter
  PRIMARY KEY (organisation, shop, sku)
) WITH (fillfactor = 70);
CREATE INDEX listings_by_sku ON listings (organisation, sku);
CREATE INDEX listings_by_unit ON listings (organisation, shop, unit);
CREATE INDEX listings_by_product ON listings (organisation, product);

CREATE TABLE work (
  organisation text NOT NULL,
  shop text NOT NULL,
  aspect text NOT NULL,
  subject text NOT NULL,
  revision bigint NOT NULL,
  urgency bigint NOT NULL,
  since bigint NOT NULL,
  due_at bigint NOT NULL,
  attempts bigint NOT NULL DEFAULT 0,
  detail text NOT NULL DEFAULT '',
  parked boolean NOT NULL DEFAULT false,
  PRIMARY KEY (organisation, shop, aspect, subject)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
CREATE INDEX work_due ON work (organisation, shop, aspect, urgency, since) WHERE NOT parked;
CREATE INDEX work_next ON work (organisation, shop, due_at) WHERE NOT parked;

CREATE TABLE reviews (
  organisation text NOT NULL,
  shop text NOT NULL,
  state text NOT NULL CHECK (state IN ('reading', 'matching', 'open', 'ended')),
  round bigint NOT NULL,                      -- rises each time the shop is read anew
  cursor text NOT NULL DEFAULT '',            -- the page to read next
  pages bigint NOT NULL DEFAULT 0,
  started_at bigint NOT NULL,
  ended_at bigint,
  problem text NOT NULL DEFAULT '',
  PRIMARY KEY (organisation, shop)
);

-- Listings that were found in a shop, and what they may be. Confirmed ones stay as the record of it;
-- the link itself is the remote ids of units and listings.
CREATE TABLE proposals (
  organisation text NOT NULL,
  shop text NOT NULL,
  id text NOT NULL,
  round bigint NOT NULL,                      -- in which it was seen last
  remote_product text NOT NULL,
  remote_variant text NOT NULL,
  title text NOT NULL,
  remote_sku text NOT NULL,
  barcode text NOT NULL,
  price bigint,
  currency text,
  stock bigint,
  listed boolean,
  remote_state text NOT NULL,
  candidate text NOT NULL DEFAULT '',         -- our SKU
  confidence bigint NOT NULL DEFAULT 0,
  reason text NOT NULL DEFAULT '',
  decision text NOT NULL DEFAULT 'undecided'
    CHECK (decision IN ('undecided', 'confirmed', 'refused')),
  sku text NOT NULL DEFAULT '',               -- confirmed: linked to this one
  decided_at bigint,
  PRIMARY KEY (organisation, shop, id)
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX proposals_by_remote
  ON proposals (organisation, shop, remote_product, remote_variant);

CREATE TABLE orders (
  organisation text NOT NULL,
  id text NOT NULL,
  shop text NOT NULL,
  channel text NOT NULL,
  external_id text NOT NULL,
  status text NOT NULL,
  remote_status text NOT NULL,
  -- What the order has done to stock. Not derived from the status: goods that were shipped stay
  -- consumed when the order is cancelled afterwards.
  hold text NOT NULL CHECK (hold IN ('held', 'consumed', 'free')),
  placed_at bigint NOT NULL,
  remote_updated_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  total bigint NOT NULL,
  currency text NOT NULL,
  city text NOT NULL DEFAULT '',
  province text NOT NULL DEFAULT '',
  buyer bytea,                                -- sealed; context "order|<id>|buyer"
  shipments text NOT NULL DEFAULT '[]',
  revision bigint NOT NULL,
  has_shortage boolean NOT NULL DEFAULT false,
  PRIMARY KEY (organisation, id)
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX orders_by_external ON orders (organisation, shop, external_id);
CREATE INDEX orders_by_id ON orders (id);          -- for the engine, which knows no organisation
CREATE INDEX orders_by_status ON orders (status);  -- counted for metrics
CREATE INDEX orders_by_update ON orders (organisation, updated_at, id);
-- The queue for stock that comes in or back.
CREATE INDEX orders_short ON orders (organisation, placed_at, id)
  WHERE has_shortage AND hold = 'held';
CREATE INDEX orders_with_buyer ON orders (updated_at) WHERE buyer IS NOT NULL;

CREATE TABLE order_lines (
  organisation text NOT NULL,
  order_id text NOT NULL,
  remote_line text NOT NULL,
  position bigint NOT NULL,
  remote_product text NOT NULL DEFAULT '',
  remote_variant text NOT NULL DEFAULT '',
  remote_sku text NOT NULL DEFAULT '',
  sku text NOT NULL DEFAULT '',
  title text NOT NULL DEFAULT '',
  quantity bigint NOT NULL,
  price bigint NOT NULL,
  currency text NOT NULL,
  shortage bigint NOT NULL DEFAULT 0,
  restocked bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (organisation, order_id, remote_line)
) WITH (fillfactor = 90);

-- What an order line holds, as it was taken: components may change later.
CREATE TABLE reservations (
  organisation text NOT NULL,
  order_id text NOT NULL,
  remote_line text NOT NULL,
  item text NOT NULL,
  location text NOT NULL,
  quantity bigint NOT NULL CHECK (quantity > 0),
  per_unit bigint NOT NULL,
  state text NOT NULL CHECK (state IN ('held', 'consumed', 'released')),
  PRIMARY KEY (organisation, order_id, remote_line, item, location)
) WITH (fillfactor = 80);
CREATE INDEX reservations_held ON reservations (organisation, item, location)
  WHERE state = 'held';

-- Events of shops that we do not know stand under the organisation ''.
CREATE TABLE inbox (
  organisation text NOT NULL DEFAULT '',
  channel text NOT NULL,
  key text NOT NULL,
  shop text NOT NULL DEFAULT '',
  type text NOT NULL,
  subject text NOT NULL DEFAULT '',           -- external order id of an order hint
  body bytea,                                 -- sealed; context "inbox|<channel>|<key>"; trimmed
  revision bigint NOT NULL DEFAULT 0,         -- of the order_fetch work that the hint marked
  received_at bigint NOT NULL,
  applied_at bigint,
  PRIMARY KEY (organisation, channel, key)
);
CREATE INDEX inbox_waiting ON inbox (organisation, shop, subject) WHERE applied_at IS NULL;
CREATE INDEX inbox_by_age ON inbox (received_at);
CREATE INDEX inbox_bodies ON inbox (received_at) WHERE body IS NOT NULL;

CREATE TABLE events (
  organisation text NOT NULL,
  sequence bigint NOT NULL,
  id text NOT NULL,
  type text NOT NULL,
  at bigint NOT NULL,
  data text NOT NULL,
  PRIMARY KEY (organisation, sequence)
);
CREATE INDEX events_by_age ON events (at);

CREATE TABLE idempotency (
  organisation text NOT NULL,
  key text NOT NULL,
  fingerprint text NOT NULL,
  status bigint NOT NULL,
  headers text NOT NULL,
  body bytea NOT NULL,
  at bigint NOT NULL,
  PRIMARY KEY (organisation, key)
);
CREATE INDEX idempotency_by_age ON idempotency (at);

-- Texts sort by their bytes, whatever the database's language: cursors of paged lists, and the same
-- order in every engine.
DO $$
DECLARE
  col record;
BEGIN
  FOR col IN
    SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
      AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid = 'text'::regtype
  LOOP
    EXECUTE format('ALTER TABLE %I ALTER COLUMN %I TYPE text COLLATE "C"', col.relname, col.attname);
  END LOOP;
END $$;

-- Row-level security, also for the tables' owner. The application sets gerbang.organisation for
-- each script and query: one organisation, or '*' where a job is about all of them. Nothing set:
-- nothing is seen.
CREATE FUNCTION gerbang_wall(name text, key text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
  EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
  EXECUTE format(
    'CREATE POLICY wall ON %I USING (%I = current_setting(''gerbang.organisation'', true)'
    ' OR current_setting(''gerbang.organisation'', true) = ''*'')', name, key);
END $$;
SELECT gerbang_wall('organisations', 'id');
SELECT gerbang_wall(name, 'organisation') FROM unnest(ARRAY[
  'api_keys', 'products', 'variants', 'components', 'stock_levels', 'stock_movements', 'shops',
  'shop_facts', 'job_runs', 'units', 'listings', 'work', 'reviews', 'proposals', 'orders',
  'order_lines', 'reservations', 'inbox', 'events', 'idempotency']) AS t (name);
