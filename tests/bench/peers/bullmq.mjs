// PostgreSQL for the state, BullMQ on Redis for the pushes. Three ways to use it (config.jobs):
//   single  a job for each target, added one by one: the usual shape
//   bulk    the same jobs with addBulk, those of all requests that wait while one call is under way
//   event   as bulk, one job for the three targets; what is done of it is kept in the job
import { changeStock, config, database, fail, pushers, require, takeOrder } from './common.mjs';

const { Queue, Worker } = require('bullmq');
const IORedis = require('ioredis');
const Redis = IORedis.Redis ?? IORedis.default ?? IORedis;
const connect = () => new Redis({ path: config.redis, maxRetriesPerRequest: null });
const TARGETS = [0, 1, 2];

// One addBulk at a time; what comes meanwhile goes with the next.
function gatherer(queue) {
  let waiting = [];
  let busy = false;
  const flush = async () => {
    busy = true;
    while (waiting.length > 0) {
      const now = waiting;
      waiting = [];
      try {
        await queue.addBulk(now.flatMap((entry) => entry.jobs));
        now.forEach((entry) => entry.resolve());
      } catch (error) {
        now.forEach((entry) => entry.reject(error));
      }
    }
    busy = false;
  };
  return (jobs) => new Promise((resolve, reject) => {
    waiting.push({ jobs, resolve, reject });
    if (!busy) flush();
  });
}

export async function publisher() {
  const pool = database(16);
  const queue = new Queue('push', {
    connection: connect(),
    defaultJobOptions: { attempts: 8, backoff: { type: 'exponential', delay: 1000 }, removeOnComplete: true, removeOnFail: 1000 },
  });
  queue.on('error', fail);
  await queue.waitUntilReady();
  const jobs = (sku, stock) => config.jobs === 'event'
    ? [{ name: 'push', data: { sku, stock, targets: TARGETS } }]
    : TARGETS.map((target) => ({ name: 'push', data: { sku, stock, targets: [target] } }));
  const bulk = gatherer(queue);
  const enqueue = config.jobs === 'single'
    ? (sku, stock) => Promise.all(jobs(sku, stock).map((job) => queue.add(job.name, job.data)))
    : (sku, stock) => bulk(jobs(sku, stock));
  const push = async (sku, { rows }) => {
    if (rows.length > 0) await enqueue(sku, rows[0].available);
    return rows.length > 0;
  };
  return {
    change: async (sku, onHand) => push(sku, await pool.query({ ...changeStock, values: [sku, onHand] })),
    order: async (o) => push(o.sku, await pool.query({ ...takeOrder, values: [o.id, o.sku, o.quantity, o.body] })),
  };
}

export async function consumer() {
  const push = pushers(config.connections);
  const worker = new Worker('push', async (job) => {
    const { sku, stock, targets } = job.data;
    const results = await Promise.allSettled(targets.map((target) => push[target](sku, stock)));
    const failed = targets.filter((_, i) => results[i].status === 'rejected');
    if (failed.length === 0) return;
    if (failed.length < targets.length) await job.updateData({ sku, stock, targets: failed });
    throw results.find((r) => r.status === 'rejected').reason;
  }, { connection: connect(), concurrency: config.concurrency });
  worker.on('error', fail);
  await worker.waitUntilReady();
}
