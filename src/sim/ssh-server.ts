/**
 * sshd of a simulated node, on loopback: there while its system runs, with keys and no passwords.
 * Both nodes boot one root, so they have one host key: it does not tell them apart. Opened by
 * site-sockets.ts where it is asked for.
 */
import type { AddressInfo } from 'node:net';
import ssh2, { type Server, type ServerChannel } from 'ssh2';
import { SimError } from './sim-error.ts';
import type { Site } from './site.ts';
import type { SiteNode } from './site-node.ts';
import { LOOPBACK } from './socket-server.ts';
import { runSolarisCommand } from './solaris-commands.ts';
import { makeKeyPair } from './ssh-keys.ts';

export interface SshKeys {
  /** Private, in the form of OpenSSH. */
  readonly hostKey: string;
  readonly userKey: string;
  /** Type and base64, as it stands in known_hosts behind the host's name. */
  readonly hostPublic: string;
}

/** Who may log in with the key; only root may write variables. */
export const SSH_USERS: readonly string[] = ['root', 'operator'];

export function makeSshKeys(): SshKeys {
  const host = makeKeyPair();
  const user = makeKeyPair();
  return {
    hostKey: host.private,
    userKey: user.private,
    hostPublic: host.public.split(' ').slice(0, 2).join(' '),
  };
}

export class SshServer {
  readonly #site: Site;
  readonly #node: SiteNode;
  readonly #keys: SshKeys;
  readonly #server: Server;
  readonly #clients = new Set<{ end(): void }>();

  constructor(site: Site, node: SiteNode, keys: SshKeys) {
    this.#site = site;
    this.#node = node;
    this.#keys = keys;
    this.#server = new ssh2.Server({ hostKeys: [keys.hostKey] }, (client) => {
      if (!this.#answers) return void client.end();
      this.#clients.add(client);
      client.on('close', () => this.#clients.delete(client));
      // A client that vanishes is no trouble of ours.
      client.on('error', () => client.end());
      let user = '';
      client.on('authentication', (attempt) => {
        user = attempt.username;
        if (attempt.method === 'publickey' && this.#mayLogIn(user, attempt)) attempt.accept();
        else attempt.reject(['publickey']);
      });
      client.on('session', (accept) => {
        const session = accept();
        session.on('pty', (allow) => allow?.());
        session.on('exec', (take, _refuse, { command }) => {
          this.#run(user, command, take(), () => client.end());
        });
      });
    });
  }

  open(port: number): Promise<{ readonly host: string; readonly port: number }> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', (cause: Error) => {
        const text = `cannot listen on port ${port}: ${cause.message}`;
        reject(new SimError('port-in-use', text, 'choose another port, or 0 for any free one'));
      });
      this.#server.listen(port, LOOPBACK, () => {
        const { port: bound } = this.#server.address() as AddressInfo;
        resolve({ host: LOOPBACK, port: bound });
      });
    });
  }

  close(): Promise<void> {
    for (const client of this.#clients) client.end();
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  get #answers(): boolean {
    return this.#node.machine.isMultiUser && this.#node.machine.answersNetwork;
  }

  get #bootPath(): string {
    const half = this.#site.disk.halves.find(({ name }) => name === this.#node.bootedFrom);
    return half === undefined ? 'unknown' : `${half.paths[0]}:a`;
  }

  #mayLogIn(
    user: string,
    attempt: {
      readonly key: { readonly algo: string; readonly data: Buffer };
      readonly signature?: Buffer;
      readonly blob?: Buffer;
      readonly hashAlgo?: string | undefined;
    },
  ): boolean {
    const known = ssh2.utils.parseKey(this.#keys.userKey);
    if (known instanceof Error || !SSH_USERS.includes(user)) return false;
    if (attempt.key.algo !== known.type || !attempt.key.data.equals(known.getPublicSSH())) {
      return false;
    }
    const { signature, blob } = attempt;
    if (signature === undefined || blob === undefined) return true;
    return known.verify(blob, signature, attempt.hashAlgo) === true;
  }

  #run(user: string, command: string, channel: ServerChannel, cut: () => void): void {
    const { ssh, machine } = this.#node;
    if (!this.#answers) return cut();
    const { output, status } = runSolarisCommand(
      {
        nvram: this.#node.nvram,
        hostId: machine.options.model.hostId,
        nodename: this.#site.solaris.nodename,
        bootPath: this.#bootPath,
        user,
        halt: () => this.#node.halt(),
      },
      command,
    );
    this.#site.note(this.#node.name, `ssh ${user}: ${command}`);
    if (ssh.cutsAfter !== null) {
      ssh.cutsAfter -= 1;
      // It was carried out, and nobody hears of it.
      if (ssh.cutsAfter < 0) return cut();
    }
    channel.write(output);
    channel.exit(status);
    channel.end();
  }
}
