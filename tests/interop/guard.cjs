'use strict';
// Loaded before everything else (node --require): this process reaches 127.0.0.1 and nothing else.
//
// Every TCP connection of Node goes through net.Socket.prototype.connect: http, https, tls, fetch
// and whatever a package builds on them. A host that a test has named in `hosts` is led to a port
// here, as /etc/hosts would for a whole machine. Every other one is refused before a name is
// looked up, remembered in `strangers`, and makes the process fail in the end, even when the
// package that tried swallows the error.
const net = require('node:net');

const guard = { hosts: new Map(), strangers: [] };
globalThis[Symbol.for('gerbang.interop.guard')] = guard;

const connect = net.Socket.prototype.connect;

net.Socket.prototype.connect = function guarded(...args) {
  // connect(options), connect(port, host), connect(path), or what net has normalised already.
  const normalised = Array.isArray(args[0]);
  const first = normalised ? args[0][0] : args[0];
  const options =
    typeof first === 'object' && first !== null
      ? first
      : Number.isInteger(Number(first))
        ? { port: Number(first), host: typeof args[1] === 'string' ? args[1] : 'localhost' }
        : { path: first };
  if (options.path === undefined || options.path === null) {
    if (options.host === '127.0.0.1') return connect.apply(this, args);
    const port = guard.hosts.get(options.host);
    if (port !== undefined) {
      const led = { ...options, host: '127.0.0.1', port };
      if (!normalised) return connect.call(this, led, ...args.slice(1).filter((a) => typeof a === 'function'));
      args[0][0] = led;
      return connect.apply(this, args);
    }
  }
  const where = options.path ?? `${options.host}:${options.port}`;
  guard.strangers.push(where);
  process.nextTick(() => this.destroy(new Error(`no connection to ${where}: only 127.0.0.1`)));
  return this;
};

process.on('exit', () => {
  if (guard.strangers.length === 0) return;
  console.error(`connections to strangers were tried: ${guard.strangers.join(', ')}`);
  process.exitCode = 1;
});
