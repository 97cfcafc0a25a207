-- Several gateways on this database (core/store/nodes.hpp). Of no organisation: what they share.
-- Times are of the database's own clock.
CREATE TABLE nodes (
  id text COLLATE "C" PRIMARY KEY,
  name text COLLATE "C" NOT NULL,
  started_at bigint NOT NULL,
  alive_until bigint NOT NULL,
  counts bigint NOT NULL DEFAULT 0,
  serves boolean NOT NULL DEFAULT false
) WITH (fillfactor = 50);

-- A lease whose node is not among the living is free.
CREATE TABLE leases (
  name text COLLATE "C" PRIMARY KEY,
  node text COLLATE "C" NOT NULL,             -- '': given back
  epoch bigint NOT NULL,                      -- rises each time it is taken
  free_at bigint NOT NULL DEFAULT 0           -- given back: not to be taken before
) WITH (fillfactor = 50);
