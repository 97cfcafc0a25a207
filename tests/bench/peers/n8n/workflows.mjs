// Writes n8n's workflows and credentials as its command line imports them:
//   node workflows.mjs CONFIG FOLDER
// An answer is given by the workflow itself, after the database has the change; the execution is in the queue
// until the last push is done.
import { readFileSync, writeFileSync } from 'node:fs';

const config = JSON.parse(readFileSync(process.argv[2], 'utf8'));

const credential = (type) => ({ [type]: { id: type, name: type } });

const database = (query, values) => ({
  name: 'Stock', type: 'n8n-nodes-base.postgres', typeVersion: 2.6, credentials: credential('postgres'),
  parameters: { operation: 'executeQuery', query, options: { queryReplacement: `={{ ${values} }}` } },
});

const answer = {
  name: 'Answer', type: 'n8n-nodes-base.respondToWebhook', typeVersion: 1.1,
  parameters: { respondWith: 'json', responseBody: '{"ok":true}', options: {} },
};

const push = (port, i) => ({
  name: `Target ${i + 1}`, type: 'n8n-nodes-base.httpRequest', typeVersion: 4.2, retryOnFail: true, maxTries: 5, waitBetweenTries: 1000,
  parameters: {
    method: 'POST', url: `http://127.0.0.1:${port}/stock`, sendBody: true, specifyBody: 'json',
    jsonBody: '={{ JSON.stringify({ sku: $json.sku, stock: $json.available }) }}', options: {},
  },
});

const webhook = (path, more) => ({
  name: 'Webhook', type: 'n8n-nodes-base.webhook', typeVersion: 2, webhookId: path,
  parameters: { httpMethod: 'POST', path, responseMode: 'responseNode', options: {}, ...more },
  ...(more.authentication ? { credentials: credential('httpHeaderAuth') } : {}),
});

const signature = [
  {
    name: 'Signature', type: 'n8n-nodes-base.crypto', typeVersion: 1,
    // The sender writes JSON as JSON.stringify does.
    parameters: { action: 'hmac', type: 'SHA256', value: '={{ JSON.stringify($json.body) }}', dataPropertyName: 'signature', secret: config.secret, encoding: 'base64' },
  },
  {
    name: 'Signed', type: 'n8n-nodes-base.filter', typeVersion: 2.2,
    parameters: {
      conditions: {
        options: { caseSensitive: true, typeValidation: 'strict', version: 2 }, combinator: 'and',
        conditions: [{ id: 's', leftValue: '={{ $json.signature }}', rightValue: "={{ $json.headers['x-wc-webhook-signature'] }}", operator: { type: 'string', operation: 'equals' } }],
      },
      options: {},
    },
  },
];

// One after the other, the targets after the last of them.
function workflow(id, chain) {
  const targets = config.targets.map(push);
  const nodes = [...chain, ...targets].map((node, i) => ({ id: `${id}-${i}`, position: [200 * i, 0], ...node }));
  const to = (names) => ({ main: [names.map((node) => ({ node, type: 'main', index: 0 }))] });
  const connections = {};
  chain.forEach((node, i) => { connections[node.name] = to(i + 1 < chain.length ? [chain[i + 1].name] : targets.map((t) => t.name)); });
  return { id, name: id, nodes, connections, active: false, settings: { executionOrder: 'v1' } };
}

writeFileSync(`${process.argv[3]}/credentials.json`, JSON.stringify([
  { id: 'postgres', name: 'postgres', type: 'postgres', data: { host: config.postgres, port: 5432, database: 'peer', user: 'peer', password: '', maxConnections: 16, ssl: 'disable', sshTunnel: false } },
  { id: 'httpHeaderAuth', name: 'httpHeaderAuth', type: 'httpHeaderAuth', data: { name: 'Authorization', value: `Bearer ${config.key}` } },
]));
writeFileSync(`${process.argv[3]}/workflows.json`, JSON.stringify([
  workflow('change', [
    webhook('change', { authentication: 'headerAuth' }),
    database('UPDATE stock SET on_hand = $2 WHERE sku = $1 RETURNING sku, on_hand - reserved AS available', '[$json.body.sku, $json.body.on_hand]'),
    answer,
  ]),
  workflow('order', [
    webhook('order', {}),
    ...signature,
    database(`WITH o AS (INSERT INTO orders (id, sku, quantity, body) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING id)
              UPDATE stock SET reserved = reserved + $3 FROM o WHERE stock.sku = $2 RETURNING stock.sku, on_hand - reserved AS available`,
    '[$json.body.id, $json.body.line_items[0].sku, $json.body.line_items[0].quantity, JSON.stringify($json.body)]'),
    answer,
  ]),
]));
