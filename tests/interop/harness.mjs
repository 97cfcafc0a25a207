// What the tests of all SDKs share: a real sandbox process, its control interface, a receiver of
// its webhooks, a TLS front for SDKs that have their hosts built in.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const PATIENCE_MS = 20_000;

const modules = process.env.INTEROP_MODULES;
assert.ok(modules, 'started by tests/interop/run.sh only');

const requireSdk = createRequire(path.join(modules, 'package.json'));

/** A CommonJS package, or a file of one, as its author published it. */
export function load(name) {
  return requireSdk(name);
}

/** A package that can only be imported: its folder and the file it names as its entry. */
export async function loadModule(name, file) {
  return import(pathToFileURL(path.join(modules, 'node_modules', name, file)));
}

/** The version that runs, for messages. */
export function version(name) {
  return JSON.parse(readFileSync(path.join(modules, 'node_modules', name, 'package.json'))).version;
}

export const guard = globalThis[Symbol.for('gerbang.interop.guard')];
assert.ok(guard, 'the guard is loaded');

// A run that is cut off still ends its sandboxes, by the exit handlers below.
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(1));

const closing = [];
after(async () => {
  for (const close of closing.reverse()) await close();
});

async function listen(server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return server.address().port;
}

async function body(stream) {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

/** Collects what the sandbox pushes; answers 200 without a body, as the channels want it. */
async function receiver() {
  const seen = [];
  const waiting = new Set();
  const server = http.createServer(async (request, response) => {
    const raw = await body(request);
    seen.push({ url: request.url, headers: request.headers, body: raw.toString('utf8') });
    response.end();
    for (const look of waiting) look();
  });
  const port = await listen(server);
  return {
    base: `http://127.0.0.1:${port}`,
    seen,
    /** The first push, past or to come, that `wanted` agrees to. */
    async next(what, wanted) {
      return new Promise((resolve, reject) => {
        const look = () => {
          const found = seen.find(wanted);
          if (!found) return;
          clearTimeout(timer);
          waiting.delete(look);
          resolve(found);
        };
        const timer = setTimeout(() => {
          waiting.delete(look);
          reject(new Error(`no push: ${what}; seen: ${JSON.stringify(seen)}`));
        }, PATIENCE_MS);
        waiting.add(look);
        look();
      });
    },
  };
}

/**
 * Starts the sandboxes and opens one of them.
 * Its app's keys and its settings for tests are those of connectors/<channel>/sandbox/app.json.
 */
export async function open(channel, settings = {}) {
  const app = JSON.parse(readFileSync(path.join(ROOT, `connectors/${channel}/sandbox/app.json`)));
  const hooks = await receiver();
  const all = { ...app.test.settings, ...app.test.real_time, ...settings };
  const args = ['--first-port', '0', '--images-port', '0', '--hook-base', hooks.base];
  for (const [name, value] of Object.entries(all))
    args.push('--setting', `${channel}.${name}=${JSON.stringify(value)}`);
  const child = spawn(process.env.INTEROP_SANDBOXES, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const kill = () => child.kill('SIGKILL');
  process.on('exit', kill);
  closing.push(async () => {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    const [code, signal] = await ended;
    process.off('exit', kill);
    // A sanitizer's finding at the end counts.
    assert.ok(code === 0, `the sandboxes ended with ${code ?? signal}`);
  });
  let text = '';
  for await (const part of child.stdout) {
    text += part;
    if (text.includes('\n')) break;
  }
  const port = JSON.parse(text)[channel];
  const url = `http://127.0.0.1:${port}`;

  async function control(method, what, content) {
    const answer = await fetch(`${url}/_sandbox/${what}`, {
      method,
      body: content === undefined ? undefined : JSON.stringify(content),
    });
    const answered = await answer.text();
    assert.ok(answer.ok, `${method} ${what}: ${answer.status} ${answered}`);
    return answered === '' ? null : JSON.parse(answered);
  }
  return {
    app,
    port,
    url,
    hooks,
    control,
    set: (patch) => control('PUT', 'settings', patch),
    shop: (content) => control('POST', 'shops', content),
    /** What the seller's consent gives the app: the redirect's query, or the shop's keys. */
    async consent(shop) {
      const given = await control('POST', 'consent', { shop_id: shop });
      return given.query ?? given.credentials;
    },
    async listing(shop, sku) {
      const { listings } = await control('GET', `listings?shop_id=${encodeURIComponent(shop)}`);
      return listings.find((l) => l.sku === sku);
    },
    async buy(shop, sku, quantity) {
      const placed = await control('POST', 'orders', {
        shop_id: shop,
        lines: [{ sku, quantity }],
        pay: true,
      });
      return placed.order_id;
    },
    /** The sandbox's record of the calls of one operation, oldest first. */
    async ledger(operation) {
      return (await control('GET', `ledger?operation=${operation}`)).entries;
    },
  };
}

/**
 * https on behalf of hosts that an SDK has built in: TLS with a certificate for their names, the
 * request handed to the sandbox as it came.
 */
export async function front(hosts, port) {
  const folder = process.env.INTEROP_TLS;
  const options = {
    key: readFileSync(path.join(folder, 'key.pem')),
    cert: readFileSync(path.join(folder, 'cert.pem')),
  };
  const server = https.createServer(options, async (request, response) => {
    const inner = http.request(
      { host: '127.0.0.1', port, method: request.method, path: request.url, headers: request.headers },
      (answer) => {
        response.writeHead(answer.statusCode, answer.rawHeaders);
        answer.pipe(response);
      },
    );
    inner.on('error', () => response.destroy());
    request.pipe(inner);
  });
  const at = await listen(server);
  for (const host of hosts) guard.hosts.set(host, at);
}

/** A picture that every channel takes: 800 x 800. */
export async function picture() {
  const { deflateSync, crc32 = crcOf } = await import('node:zlib');
  const side = 800;
  const chunk = (type, data) => {
    const named = Buffer.concat([Buffer.from(type), data]);
    const out = Buffer.alloc(8);
    out.writeUInt32BE(data.length, 0);
    out.writeUInt32BE(crc32(named) >>> 0, 4);
    return Buffer.concat([out.subarray(0, 4), named, out.subarray(4)]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side, 0);
  head.writeUInt32BE(side, 4);
  head.writeUInt8(8, 8); // bits; grey
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(Buffer.alloc(side * (side + 1)))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** The same as a file, in the folder that run.sh removes. */
export async function pictureFile() {
  const file = path.join(process.env.INTEROP_TLS, 'picture.png');
  writeFileSync(file, await picture());
  return file;
}

// Node 18's zlib has none.
function crcOf(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; ++bit) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc;
}

/** The same text with its last letter but one changed: what nobody may believe. */
export function tampered(text) {
  const at = text.length - 2;
  return text.slice(0, at) + (text[at] === '0' ? '1' : '0') + text.slice(at + 1);
}
