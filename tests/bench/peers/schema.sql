CREATE TABLE stock (sku text PRIMARY KEY, on_hand int NOT NULL, reserved int NOT NULL DEFAULT 0) WITH (fillfactor = 70);
CREATE TABLE orders (id bigint PRIMARY KEY, sku text NOT NULL, quantity int NOT NULL, body text NOT NULL);
-- Emptied as fast as it is filled: vacuumed by the rows that died, not by their share.
CREATE TABLE outbox (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, sku text NOT NULL, stock int NOT NULL, targets int NOT NULL DEFAULT 7)
  WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0);
