/** Opens all sockets of a site on 127.0.0.1. Called by `Site.listen`. */
import { Alom, type AlomOptions } from './alom.ts';
import { alomServer } from './alom-server.ts';
import { rawConsole, telnetConsole } from './console-server.ts';
import { powerServer } from './power-server.ts';
import { followNetwork, routerServer, SwitchedServer, serviceServer } from './service-server.ts';
import type { Site } from './site.ts';
import type { SiteNode } from './site-node.ts';
import type { Address, SocketServer } from './socket-server.ts';
import type { SshKeys, SshServer } from './ssh-server.ts';
import type { TelnetOptions } from './telnet-server.ts';

export interface ListenOptions {
  /** Ports of the consoles in the order of the nodes. Default 0: any free one. */
  readonly consolePorts?: readonly number[];
  readonly powerPort?: number;
  readonly servicePort?: number;
  readonly routerPort?: number;
  readonly telnet?: Partial<TelnetOptions>;
  /** The consoles stand behind service processors of this kind, with a login. */
  readonly alom?: Partial<AlomOptions>;
  /** Opens an sshd for each node, on these ports. Default: none. */
  readonly ssh?: { readonly keys: SshKeys; readonly ports: readonly number[] };
}

export interface SiteListening {
  /** Telnet, by name of the node. */
  readonly consoles: Readonly<Record<string, Address>>;
  /** The same consoles as bare bytes, without BREAK. */
  readonly rawConsoles: Readonly<Record<string, Address>>;
  /** By name of the node; empty without `ssh`. */
  readonly ssh: Readonly<Record<string, Address>>;
  /** By name of the node; none without the option. */
  readonly processors: Readonly<Record<string, Alom>>;
  readonly power: Address;
  readonly service: Address;
  /** Always there: what tells a dead node from a dead network. */
  readonly router: Address;
  /** Resolves when the ports of service and router are open or closed as the network says. */
  settled(): Promise<unknown>;
  close(): Promise<void>;
}

export async function listenSite(site: Site, options: ListenOptions): Promise<SiteListening> {
  const servers: { close(): Promise<void> }[] = [];
  const open = async (server: SocketServer | SshServer, port = 0): Promise<Address> => {
    const address = await server.open(port);
    servers.push(server);
    return address;
  };
  try {
    const consoles: Record<string, Address> = {};
    const rawConsoles: Record<string, Address> = {};
    const processors: Record<string, Alom> = {};
    for (const [index, node] of site.nodes.entries()) {
      const alom = options.alom === undefined ? null : newAlom(site, node, options.alom);
      if (alom !== null) processors[node.name] = alom;
      const server =
        alom === null ? telnetConsole(node.console, options.telnet ?? {}) : alomServer(alom);
      consoles[node.name] = await open(server, options.consolePorts?.[index]);
      rawConsoles[node.name] = await open(rawConsole(node.console));
    }
    const ssh: Record<string, Address> = {};
    const made = options.ssh === undefined ? [] : await sshServers(site, options.ssh.keys);
    for (const [index, { name, server }] of made.entries()) {
      ssh[name] = await open(server, options.ssh?.ports[index]);
    }
    const power = await open(powerServer(site.power), options.powerPort);
    const failed = (error: Error) => site.note(null, error.message);
    const service = new SwitchedServer(() => serviceServer(() => site.transact()), failed);
    const router = new SwitchedServer(routerServer, failed);
    const serviceAddress = await service.start(options.servicePort ?? 0);
    const routerAddress = await router.start(options.routerPort ?? 0);
    const following = followNetwork(site.network, service, router);
    const close = async () => {
      await following.stop();
      await Promise.all(servers.map((server) => server.close()));
    };
    return {
      consoles,
      rawConsoles,
      processors,
      ssh,
      power,
      service: serviceAddress,
      router: routerAddress,
      settled: () => following.settled(),
      close,
    };
  } catch (error) {
    await Promise.all(servers.map((server) => server.close()));
    throw error;
  }
}

/** What it stands on is loaded only where it is wanted: simulations by the thousand do without. */
async function sshServers(site: Site, keys: SshKeys) {
  const { SshServer: Server } = await import('./ssh-server.ts');
  return site.nodes.map((node) => ({ name: node.name, server: new Server(site, node, keys) }));
}

/** It lives as long as one of its machine's power cords does. */
function newAlom(site: Site, node: SiteNode, options: Partial<AlomOptions>): Alom {
  const hasCords = () => site.power.outlets.some((one) => one.node === node.name && one.on);
  return new Alom(node, site.clock, hasCords, options);
}
