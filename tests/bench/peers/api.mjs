// Fastify in front: stock changes with a key, signed orders. An answer says that the event is safe.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { config, fail, ready, require } from './common.mjs';

const { publisher } = await import(`./${config.queue}.mjs`);
const { change, order } = await publisher();

const Fastify = require('fastify');
const app = Fastify({ logger: false });
app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => done(null, body));

const key = Buffer.from(`Bearer ${config.key}`);
const equal = (a, b) => a.length === b.length && timingSafeEqual(a, b);
const accepted = (reply) => reply.type('application/json').send('{"ok":true}');

app.put('/v1/stock/:sku', async (request, reply) => {
  if (!equal(Buffer.from(request.headers.authorization ?? ''), key)) return reply.code(401).send({ error: 'key' });
  const { on_hand: onHand } = JSON.parse(request.body);
  if (!Number.isInteger(onHand) || onHand < 0) return reply.code(422).send({ error: 'on_hand' });
  if (!(await change(request.params.sku, onHand))) return reply.code(404).send({ error: 'sku' });
  return accepted(reply);
});

app.post('/hooks/orders', async (request, reply) => {
  const given = Buffer.from(request.headers['x-wc-webhook-signature'] ?? '');
  const ours = createHmac('sha256', config.secret).update(request.body).digest('base64');
  if (!equal(given, Buffer.from(ours))) return reply.code(401).send({ error: 'signature' });
  const { id, line_items: lines } = JSON.parse(request.body);
  for (const line of lines) await order({ id, sku: line.sku, quantity: line.quantity, body: request.body.toString() });
  return accepted(reply);
});

app.listen({ host: '127.0.0.1', port: config.port, backlog: 1024 }).then(ready, fail);
process.on('SIGTERM', () => process.exit(0));
