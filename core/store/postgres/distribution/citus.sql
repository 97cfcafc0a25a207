-- Before the first use, on a Citus cluster: organisations' data is distributed by organisation, so
-- that everything of one organisation stands on one node and every script stays a transaction of
-- that node.
--
--   psql DATABASE -1 -v ON_ERROR_STOP=1 -f citus.sql
--
-- Not run by our tests: Citus is no package of Debian. What it needs is tested with hash partitions
-- (hash_partitions.sql): every key holds the organisation, and every statement names it.
-- organisations, api_keys and shops are reference tables: small, joined by everything, and with keys
-- that are unique over all organisations. commit_marks, restores and gerbang_schema stay on the coordinator.
SELECT create_reference_table('organisations');
SELECT create_reference_table('api_keys');
SELECT create_reference_table('shops');
SELECT create_distributed_table('products', 'organisation');
SELECT create_distributed_table(name, 'organisation', colocate_with => 'products')
FROM unnest(ARRAY[
  'variants', 'components', 'stock_levels', 'stock_movements', 'shop_facts', 'job_runs', 'units',
  'listings', 'work', 'reviews', 'proposals', 'orders', 'order_lines', 'reservations', 'inbox',
  'events', 'idempotency', 'recoveries', 'doubted_stock']) AS t (name);
