-- After a restore (core/store/scripts.hpp, AdvanceRecovery). A row for each shop whose organisation is
-- told nothing until its orders were read again and its listings looked at.
CREATE TABLE recoveries (
  organisation text COLLATE "C" NOT NULL,
  shop text COLLATE "C" NOT NULL,
  step text COLLATE "C" NOT NULL CHECK (step IN ('orders', 'listings', 'read')),
  since bigint NOT NULL,                      -- when the backup was put back
  PRIMARY KEY (organisation, shop)
);
SELECT gerbang_wall('recoveries', 'organisation');

-- Units that a restored database counts and the shops did not show: part of the level's buffer until
-- somebody counts the item there.
CREATE TABLE doubted_stock (
  organisation text COLLATE "C" NOT NULL,
  item text COLLATE "C" NOT NULL,
  location text COLLATE "C" NOT NULL,
  quantity bigint NOT NULL CHECK (quantity > 0),
  since bigint NOT NULL,
  PRIMARY KEY (organisation, item, location)
);
SELECT gerbang_wall('doubted_stock', 'organisation');

-- When the database was put back from a backup.
CREATE TABLE restores (at bigint PRIMARY KEY);
