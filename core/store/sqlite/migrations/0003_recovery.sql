-- After a restore (core/store/scripts.hpp, AdvanceRecovery). A row for each shop whose organisation is
-- told nothing until its orders were read again and its listings looked at.
CREATE TABLE recoveries (
  organisation TEXT NOT NULL,
  shop TEXT NOT NULL,
  step TEXT NOT NULL CHECK (step IN ('orders', 'listings', 'read')),
  since INTEGER NOT NULL,                     -- when the backup was put back
  PRIMARY KEY (organisation, shop)
) WITHOUT ROWID;

-- Units that a restored database counts and the shops did not show: part of the level's buffer until
-- somebody counts the item there.
CREATE TABLE doubted_stock (
  organisation TEXT NOT NULL,
  item TEXT NOT NULL,
  location TEXT NOT NULL,
  quantity INTEGER NOT NULL CHECK (quantity > 0),
  since INTEGER NOT NULL,
  PRIMARY KEY (organisation, item, location)
) WITHOUT ROWID;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('recoveries', 'recoveries', '10 3 1'),
  ('doubted_stock', 'doubted_stock', '100 10 1 1');
ANALYZE sqlite_schema;
