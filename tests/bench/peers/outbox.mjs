// A transactional outbox: state and event in one statement, pollers that take batches with
// SKIP LOCKED and delete them in the transaction in which they have pushed them.
import { config, database, fail, pause, pushers } from './common.mjs';

const change = {
  name: 'change',
  text: `WITH s AS (UPDATE stock SET on_hand = $2 WHERE sku = $1 RETURNING sku, on_hand - reserved AS available)
         INSERT INTO outbox (sku, stock) SELECT sku, available FROM s`,
};
const take = {
  name: 'order',
  text: `WITH o AS (INSERT INTO orders (id, sku, quantity, body) VALUES ($1, $2, $3, $4)
                    ON CONFLICT DO NOTHING RETURNING id),
              s AS (UPDATE stock SET reserved = reserved + $3 FROM o WHERE stock.sku = $2
                    RETURNING stock.sku, on_hand - reserved AS available)
         INSERT INTO outbox (sku, stock) SELECT sku, available FROM s`,
};

export async function publisher() {
  const pool = database(32);
  return {
    change: async (sku, onHand) => (await pool.query({ ...change, values: [sku, onHand] })).rowCount > 0,
    order: async (o) => (await pool.query({ ...take, values: [o.id, o.sku, o.quantity, o.body] })).rowCount > 0,
  };
}

const takeBatch = {
  name: 'take',
  text: `DELETE FROM outbox WHERE id = ANY (ARRAY(SELECT id FROM outbox ORDER BY id LIMIT ${config.batch} FOR UPDATE SKIP LOCKED))
         RETURNING sku, stock, targets`,
};
const again = 'INSERT INTO outbox (sku, stock, targets) SELECT * FROM unnest($1::text[], $2::int[], $3::int[])';

async function poll(client, push) {
  for (;;) {
    await client.query('BEGIN');
    const { rows } = await client.query(takeBatch);
    const failed = [];
    await Promise.all(rows.map(async (row) => {
      let open = 0;  // a bit for each target that has not said yes
      await Promise.all(push.map(async (send, target) => {
        if (!(row.targets & (1 << target))) return;
        try { await send(row.sku, row.stock); } catch { open |= 1 << target; }
      }));
      if (open) failed.push({ ...row, targets: open });
    }));
    if (failed.length > 0) await client.query(again, ['sku', 'stock', 'targets'].map((name) => failed.map((row) => row[name])));
    await client.query('COMMIT');
    if (failed.length > 0) await pause(1000);
    else if (rows.length === 0) await pause(config.idle_ms);
  }
}

export async function consumer() {
  const pool = database(config.pollers);
  const push = pushers(config.connections);
  for (let i = 0; i < config.pollers; ++i) poll(await pool.connect(), push).catch(fail);
}
