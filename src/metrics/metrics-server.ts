/**
 * Serves the metrics over HTTP, for a Prometheus on this host. Made by the daemon when CList says
 * so. Whatever a client sends or does not send costs next to nothing: small headers, few
 * connections, short times, one scrape at a time for all of them.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** The text in pieces, made while they are taken; may be gone through more than once. */
export type Scrape = () => Promise<Iterable<string>>;

const HEADER_BYTES_MAX = 8 * 1024;
const CONNECTIONS_MAX = 16;
const IDLE_MS = 10_000;
const TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export class MetricsServer {
  readonly #server: Server;
  readonly #scrape: Scrape;
  #underWay: Promise<Iterable<string>> | null = null;

  /** `limitMs`: for a request, and for a connection on which nothing moves; default 10 s. */
  constructor(scrape: Scrape, limitMs = IDLE_MS) {
    this.#scrape = scrape;
    this.#server = createServer({
      maxHeaderSize: HEADER_BYTES_MAX,
      headersTimeout: limitMs,
      requestTimeout: limitMs,
      keepAliveTimeout: limitMs,
      connectionsCheckingInterval: Math.min(limitMs, 1_000),
    });
    this.#server.maxConnections = CONNECTIONS_MAX;
    // A connection that takes nothing of its answer is as idle as one that asks nothing.
    this.#server.setTimeout(limitMs, (socket) => socket.destroy());
    this.#server.on('request', (request, response) => void this.#answer(request, response));
    this.#server.on('clientError', (_, socket) => socket.destroy());
  }

  /** Rejects with the system's error. Resolves with the port. */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host, port }, () => {
        this.#server.off('error', reject);
        this.#server.on('error', () => {}); // Too many files for one more client.
        const address = this.#server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : port);
      });
    });
  }

  /** How many are open now. */
  connections(): Promise<number> {
    return new Promise((resolve) => {
      this.#server.getConnections((_, count) => resolve(count));
    });
  }

  close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    return closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.resume();
    response.on('error', () => response.destroy());
    const path = (request.url ?? '').split('?')[0];
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return refuse(response, 405, 'only GET');
    }
    if (path !== '/metrics') return refuse(response, 404, 'the metrics are at /metrics');
    try {
      const pieces = await this.#pieces();
      response.writeHead(200, { 'content-type': TYPE });
      if (request.method === 'HEAD') response.end();
      else await pipeline(Readable.from(inTurns(pieces), { objectMode: false }), response);
    } catch {
      response.destroy();
    }
  }

  /** Who asks while another scrape is made gets the same. */
  async #pieces(): Promise<Iterable<string>> {
    this.#underWay ??= this.#scrape().finally(() => {
      this.#underWay = null;
    });
    return this.#underWay;
  }
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain', connection: 'close' });
  response.end(`${text}\n`);
}

/** Each piece in a turn of its own; the next one is made when the last was taken. */
async function* inTurns(pieces: Iterable<string>): AsyncGenerator<string> {
  for (const piece of pieces) {
    yield piece;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
