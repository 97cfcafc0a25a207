-- Before the first use: the tables of organisations' data become hash partitions by organisation,
-- eight of each. An empty database of ours only. For one server whose tables or their vacuuming have
-- grown too large; and the stand-in for distribution where Citus cannot be installed: the same keys,
-- the same restriction that every unique key holds the organisation.
--
--   psql DATABASE -1 -v ON_ERROR_STOP=1 -f hash_partitions.sql
--
-- organisations, api_keys and shops stay whole: they are small, and keys and remote shops are unique
-- over all organisations.
DO $$
DECLARE
  name text;
  filled boolean;
BEGIN
  FOREACH name IN ARRAY ARRAY[
    'products', 'variants', 'components', 'stock_levels', 'stock_movements', 'shop_facts',
    'job_runs', 'units', 'listings', 'work', 'reviews', 'proposals', 'orders', 'order_lines',
    'reservations', 'inbox', 'events', 'idempotency', 'recoveries',
    'doubted_stock']
  LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM %I)', name) INTO filled;
    IF filled THEN
      RAISE EXCEPTION '% is not empty', name;
    END IF;
    EXECUTE format('CREATE TABLE partitioned (LIKE %I INCLUDING ALL) PARTITION BY HASH (organisation)',
                   name);
    FOR part IN 0..7 LOOP
      EXECUTE format('CREATE TABLE %I PARTITION OF partitioned FOR VALUES WITH (MODULUS 8, REMAINDER %s)'
                     ' WITH (fillfactor = 80)', name || '_' || part, part);
    END LOOP;
    EXECUTE format('DROP TABLE %I', name);
    EXECUTE format('ALTER TABLE partitioned RENAME TO %I', name);
    PERFORM gerbang_wall(name, 'organisation');
  END LOOP;
END $$;
