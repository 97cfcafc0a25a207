// What carries events from the queue to the targets, in a process of its own.
import { config, ready } from './common.mjs';

const { consumer } = await import(`./${config.queue}.mjs`);
await consumer();
ready();
process.on('SIGTERM', () => process.exit(0));
