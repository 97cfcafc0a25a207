-- Several gateways on one database (core/store/nodes.hpp). One process has this file, so that its
-- gateway needs none of it; the engine that several can use has the same tables.
CREATE TABLE nodes (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  alive_until INTEGER NOT NULL,
  counts INTEGER NOT NULL DEFAULT 0,
  serves INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

-- A lease whose node is not among the living is free.
CREATE TABLE leases (
  name TEXT PRIMARY KEY,
  node TEXT NOT NULL,                         -- '': given back
  epoch INTEGER NOT NULL,                     -- rises each time it is taken
  free_at INTEGER NOT NULL DEFAULT 0          -- given back: not to be taken before
) WITHOUT ROWID;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('nodes', 'nodes', '3 1'),
  ('leases', 'leases', '1000 1');
ANALYZE sqlite_schema;
