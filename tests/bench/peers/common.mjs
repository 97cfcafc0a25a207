// What all peers share: their configuration, the database, the targets. Packages lie where
// install.sh put them, not beside this file.
import { createRequire } from 'node:module';
import { readFileSync, writeFileSync } from 'node:fs';

export const config = JSON.parse(readFileSync(process.argv[2], 'utf8'));
export const require = createRequire(config.modules + '/package.json');

// Over the Unix socket; named statements are prepared once for each connection.
export function database(max) {
  const { Pool } = require('pg');
  const pool = new Pool({ host: config.postgres, port: 5432, user: 'peer', database: 'peer', max, idleTimeoutMillis: 0 });
  pool.on('error', (error) => fail(error));
  return pool;
}

// One keep-alive pool for each target. Resolves once the target has said 200.
export function pushers(connections) {
  const { Pool } = require('undici');
  return config.targets.map((port) => {
    const pool = new Pool(`http://127.0.0.1:${port}`, { connections, pipelining: 1 });
    const headers = { 'content-type': 'application/json' };
    return async (sku, stock) => {
      const answer = await pool.request({ path: '/stock', method: 'POST', headers, body: `{"sku":"${sku}","stock":${stock}}` });
      await answer.body.dump();
      if (answer.statusCode !== 200) throw new Error(`the target said ${answer.statusCode}`);
    };
  });
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export function fail(error) {
  console.error(error);
  process.exit(1);
}

export function ready() {
  writeFileSync(config.ready + '.' + config.role, 'ready');
}

export const changeStock = {
  name: 'change',
  text: 'UPDATE stock SET on_hand = $2 WHERE sku = $1 RETURNING on_hand - reserved AS available',
};
// The order and what it takes, once, however often it is told.
export const takeOrder = {
  name: 'order',
  text: `WITH o AS (INSERT INTO orders (id, sku, quantity, body) VALUES ($1, $2, $3, $4)
                    ON CONFLICT DO NOTHING RETURNING id)
         UPDATE stock SET reserved = reserved + $3 FROM o WHERE stock.sku = $2
         RETURNING on_hand - reserved AS available`,
};
