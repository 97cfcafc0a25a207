-- Adoption of shops that sell already (core/model/review.hpp).
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

-- Listings that were found in a shop, and what they may be. Confirmed ones stay as the record of it;
-- the link itself is the remote ids of units and listings.
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
CREATE UNIQUE INDEX proposals_by_remote ON proposals (shop, remote_product, remote_variant);

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('reviews', 'reviews', '600 1'),
  ('proposals', 'proposals', '300000 500 1'),
  ('proposals', 'proposals_by_remote', '300000 500 3 1');
ANALYZE sqlite_schema;
