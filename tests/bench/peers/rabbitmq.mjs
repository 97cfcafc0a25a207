// PostgreSQL for the state, RabbitMQ for the pushes: a fanout exchange, a durable queue for each
// target, persistent messages, publisher confirms; consumers acknowledge once the target has said yes.
import { changeStock, config, database, fail, pause, pushers, require, takeOrder } from './common.mjs';

const amqp = require('amqplib');
const EXCHANGE = 'stock';

async function connect() {
  const connection = await amqp.connect({ hostname: '127.0.0.1', port: config.amqp, username: 'guest', password: 'guest', heartbeat: 30 }, { noDelay: true });
  connection.on('error', fail);
  connection.on('close', () => fail(new Error('the broker closed the connection')));
  return connection;
}

async function declare(channel) {
  await channel.assertExchange(EXCHANGE, 'fanout', { durable: true });
  for (const target of [0, 1, 2]) {
    await channel.assertQueue(`target-${target}`, { durable: true, arguments: config.quorum ? { 'x-queue-type': 'quorum' } : {} });
    await channel.bindQueue(`target-${target}`, EXCHANGE, '');
  }
}

export async function publisher() {
  const pool = database(16);
  const channel = await (await connect()).createConfirmChannel();
  await declare(channel);
  const publish = (sku, stock) => new Promise((resolve, reject) => {
    channel.publish(EXCHANGE, '', Buffer.from(JSON.stringify({ sku, stock })), { persistent: true, contentType: 'application/json', mandatory: true },
      (error) => error ? reject(error) : resolve());
  });
  const push = async (sku, { rows }) => {
    if (rows.length > 0) await publish(sku, rows[0].available);
    return rows.length > 0;
  };
  return {
    change: async (sku, onHand) => push(sku, await pool.query({ ...changeStock, values: [sku, onHand] })),
    order: async (o) => push(o.sku, await pool.query({ ...takeOrder, values: [o.id, o.sku, o.quantity, o.body] })),
  };
}

export async function consumer() {
  const connection = await connect();
  const push = pushers(config.connections);
  for (const [target, send] of push.entries()) {
    const channel = await connection.createChannel();
    await declare(channel);
    await channel.prefetch(config.prefetch);
    await channel.consume(`target-${target}`, async (message) => {
      if (!message) return fail(new Error('the broker cancelled the consumer'));
      const { sku, stock } = JSON.parse(message.content);
      try {
        await send(sku, stock);
        channel.ack(message);
      } catch {
        await pause(1000);
        channel.nack(message);
      }
    });
  }
}
