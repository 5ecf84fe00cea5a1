// Loaded into every Node process of `why401 exec` (NODE_OPTIONS=--require=…), because the variables that
// name a proxy are not enough there: Node 20 and older know none, and superagent, and with it BitGo's SDK,
// gives every request an agent of its own, which no version of Node sends through a proxy.
//
// Whatever a program uses, https.request, an agent, fetch or undici, it makes its TLS connections with
// tls.connect, so that is replaced, for BitGo's hosts only: the connection runs over a stream that has
// asked why401 for it with CONNECT. A connection that is already given a stream went through a proxy that
// the program or Node itself has asked, and is left alone, as is every other host.
//
// Connections in clear are asked for in the same way, where they are made with net.connect, as http.request,
// its agents, fetch and undici do: why401 refuses them, so that a slip of http:// for https:// is seen, and no
// token leaves. Only a net.Socket that a program makes and connects itself is not covered.
//
// It decides nothing about trust: NODE_EXTRA_CA_CERTS names our certificate, and the program's own options
// and checks apply as ever.
'use strict';

const { Duplex, addAbortSignal } = require('node:stream');
const http = require('node:http');
const net = require('node:net');
const tls = require('node:tls');

const HEAD_MOST = 16384; // bytes of the proxy's answer to CONNECT
const BITGO = ['bitgo.com', 'bitgo-test.com'];

const connectDirectly = tls.connect;
const connectPlainlyDirectly = net.connect;
const proxy = proxyFrom(process.env.WHY401_PROXY);
// This machine is reached directly, as NO_PROXY says too: why401 itself is there.
const more = (process.env.WHY401_HOSTS || '').toLowerCase().split(',')
  .filter((host) => host !== '' && !/^(localhost|127\..*|::1)$/.test(host));

// Where why401 listens; null without it, and with text that is no URL.
function proxyFrom(text) {
  try {
    const url = new URL(text);
    return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || 80) };
  } catch {
    return null;
  }
}

// What is no host name, one with a line end in it for instance, is none of ours: it would become a part of
// the CONNECT.
function isOurs(host) {
  const name = String(host).toLowerCase().replace(/\.$/, '');
  return /^[a-z0-9._:-]+$/.test(name) &&
    (more.includes(name) || BITGO.some((domain) => name === domain || name.endsWith(`.${domain}`)));
}

function isPort(port) {
  return /^\d+$/.test(port) && port > 0 && port < 65536;
}

// The bytes between the program and why401: those of their TLS, or in clear. What is written before the proxy
// has answered waits here. Where it stands for a connection itself it does what a net.Socket does for http.
class Tunnel extends Duplex {
  constructor(host, port) {
    super();
    this.head = Buffer.alloc(0); // of the proxy's answer, as far as it is here; null once it was read
    this.waiting = null; // what is to be done then
    this.socket = connectPlainlyDirectly(proxy);
    this.socket.setNoDelay(true);
    this.socket.write(`CONNECT ${host}:${port} HTTP/1.1\r\nHost: ${host}:${port}\r\n\r\n`);
    this.socket.on('data', (bytes) => (this.head ? this.readHead(bytes) : this.pass(bytes)));
    this.socket.on('end', () => (this.head ? this.fail('closed the connection') : this.push(null)));
    this.socket.on('error', (error) => this.destroy(error));
    this.socket.on('timeout', () => this.emit('timeout'));
    this.socket.on('close', () => this.destroy());
  }

  readHead(bytes) {
    this.head = Buffer.concat([this.head, bytes]);
    const end = this.head.indexOf('\r\n\r\n');
    if (end < 0) {
      if (this.head.length > HEAD_MOST) this.fail('did not answer in HTTP');
      return;
    }
    const [line] = this.head.toString('latin1', 0, end).split('\r\n');
    const rest = this.head.subarray(end + 4);
    if (!/^HTTP\/1\.[01] 200\b/.test(line)) {
      this.fail(`answered ${line}${reasonIn(rest)}`);
      return;
    }
    this.head = null;
    this.emit('connect');
    this.emit('ready');
    if (this.waiting) this.waiting();
    if (rest.length > 0) this.pass(rest);
  }

  fail(what) {
    const error = new Error(`why401 did not open a tunnel for this connection: ${proxy.host}:${proxy.port} ${what}`);
    error.code = 'ECONNRESET'; // what clients know as a connection that may be tried again
    this.destroy(error);
  }

  pass(bytes) {
    if (!this.push(bytes)) this.socket.pause();
  }

  get connecting() {
    return this.head !== null && !this.destroyed;
  }

  get timeout() {
    return this.socket.timeout;
  }

  setTimeout(ms, listener) {
    this.socket.setTimeout(ms);
    if (listener) this[ms > 0 ? 'once' : 'removeListener']('timeout', listener);
    return this;
  }

  setKeepAlive(...args) {
    this.socket.setKeepAlive(...args);
    return this;
  }

  setNoDelay() {
    return this; // it has none
  }

  ref() {
    this.socket.ref();
    return this;
  }

  unref() {
    this.socket.unref();
    return this;
  }

  _read() {
    this.socket.resume();
  }

  whenOpen(act) {
    if (this.head) this.waiting = act;
    else act();
  }

  _write(bytes, encoding, done) {
    this.whenOpen(() => this.socket.write(bytes, encoding, done));
  }

  _final(done) {
    this.whenOpen(() => this.socket.end(done));
  }

  _destroy(error, done) {
    this.socket.destroy();
    done(error);
  }
}

// What why401 says in a refusal, as far as it came with its head.
function reasonIn(body) {
  try {
    return `: ${JSON.parse(body).error}`;
  } catch {
    return '';
  }
}

// tls.connect and net.connect take (options), (port), (port, host), (path), each with a listener behind it, and
// the first one with options as well.
function readArguments(args) {
  const options = {};
  let listener;
  for (const [at, arg] of args.entries()) {
    if (typeof arg === 'function') listener = arg;
    else if (arg !== null && typeof arg === 'object') Object.assign(options, arg);
    else if (at === 0 && (typeof arg === 'number' || /^\d+$/.test(arg))) options.port = Number(arg);
    else if (at === 0 && typeof arg === 'string') options.path = arg;
    else if (at === 1 && typeof arg === 'string') options.host = arg;
  }
  return { options, listener };
}

// What Node does for a connection of its own and cannot do for a stream it is given: an idle connection
// must not keep the process alive, and a limit for the time to connect has to run.
function standInFor(socket, tunnel, timeout) {
  socket.ref = () => (tunnel.ref(), socket);
  socket.unref = () => (tunnel.unref(), socket);
  if (timeout) socket.setTimeout(timeout);
  return socket;
}

function connect(...args) {
  const { options, listener } = readArguments(args);
  if (options.socket || options.path || !isOurs(options.host) || !isPort(options.port)) {
    return connectDirectly.apply(this, args);
  }
  const tunnel = new Tunnel(options.host, options.port);
  const over = { ...options, socket: tunnel, servername: options.servername || options.host };
  return standInFor(connectDirectly.call(this, over, listener), tunnel, options.timeout);
}

function connectPlainly(...args) {
  const { options, listener } = readArguments(args);
  if (options.path || !isOurs(options.host) || !isPort(options.port)) {
    return connectPlainlyDirectly.apply(this, args);
  }
  const tunnel = new Tunnel(options.host, options.port);
  if (listener) tunnel.once('connect', listener);
  if (options.timeout) tunnel.setTimeout(options.timeout);
  return options.signal ? addAbortSignal(options.signal, tunnel) : tunnel;
}

if (proxy !== null && tls.connect.name !== 'why401Connect') {
  Object.defineProperty(connect, 'name', { value: 'why401Connect' });
  tls.connect = connect;
  net.connect = net.createConnection = connectPlainly;
  // Newer versions of Node have a function of their own there, which asks net.
  if (http.Agent.prototype.createConnection === connectPlainlyDirectly) {
    http.Agent.prototype.createConnection = connectPlainly;
  }
  require('node:module').syncBuiltinESMExports();
}
