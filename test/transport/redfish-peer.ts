/**
 * A service processor that speaks Redfish over https on loopback, for the real fence_redfish. It has
 * the state of its machines from whoever made it, so that it can be right, or lie.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Machines {
  /** The word that stands in PowerState. */
  state(name: string): string;
  off(name: string): void;
}

const SYSTEMS = '/redfish/v1/Systems/';
const LOGIN = `Basic ${Buffer.from('admin:hunter2').toString('base64')}`;

export class RedfishPeer {
  /** What happens to a request instead of an answer. */
  manner: 'answers' | 'hangs' | 'breaks off' = 'answers';
  /** Method and machine of each request, in order. */
  readonly requests: string[] = [];
  readonly #server: Server;

  private constructor(machines: Machines) {
    const directory = mkdtempSync(join(tmpdir(), 'redfish-'));
    const [key, cert] = [join(directory, 'key'), join(directory, 'cert')];
    const words = `req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=bmc -keyout ${key} -out ${cert}`;
    execFileSync('openssl', words.split(' '), { stdio: 'ignore' });
    const secure = { key: readFileSync(key), cert: readFileSync(cert) };
    rmSync(directory, { recursive: true });
    this.#server = createServer(secure, (request, response) =>
      this.#answer(machines, request, response),
    );
  }

  static async start(machines: Machines): Promise<RedfishPeer> {
    const peer = new RedfishPeer(machines);
    await new Promise<void>((resolve) => peer.#server.listen(0, '127.0.0.1', resolve));
    return peer;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** How CList names the machine behind it. */
  options(name: string): string {
    return `ip=127.0.0.1 ipport=${this.port} username=admin password=hunter2 ssl_insecure=1 systems_uri=${SYSTEMS}${name}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(machines: Machines, request: IncomingMessage, response: ServerResponse): void {
    const name = request.url?.slice(SYSTEMS.length).split('/')[0] ?? '';
    this.requests.push(`${request.method} ${name}`);
    if (this.manner === 'hangs') return;
    const end = (status: number, body: object) => {
      const text = JSON.stringify(body);
      response.writeHead(status, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
      });
      if (this.manner === 'answers') response.end(text);
      else response.write(text.slice(0, 20), () => request.socket.destroy());
    };
    if (request.headers.authorization !== LOGIN) return end(401, { error: 'who are you?' });
    if (request.method === 'GET') {
      const target = `${SYSTEMS}${name}/Actions/ComputerSystem.Reset`;
      const Actions = { '#ComputerSystem.Reset': { target } };
      return end(200, { PowerState: machines.state(name), Actions });
    }
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      if (JSON.parse(body).ResetType === 'ForceOff') machines.off(name);
      end(200, {});
    });
  }
}
