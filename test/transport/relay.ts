/**
 * A TCP relay before any port, in a process of its own, for the two ends of a connection that nobody
 * announces: the relay stands still (`freeze`: the kernel still takes bytes and connections), or it
 * has vanished (`vanish`: every packet to it is dropped, by a socket filter, as when a host has lost
 * its power). Used by the contract suite. Perl, since Node can do neither; perl-base is on every Debian.
 */
import { type ChildProcess, spawn } from 'node:child_process';

const RELAY = String.raw`
use strict; use Socket;
my ($port) = @ARGV;
$SIG{CHLD} = 'IGNORE'; $SIG{PIPE} = 'IGNORE';
socket(my $listener, PF_INET, SOCK_STREAM, 0) or die $!;
bind($listener, pack_sockaddr_in(0, INADDR_LOOPBACK)) && listen($listener, 16) or die $!;
my @sockets = ($listener);
$SIG{USR1} = sub {
  my $drop = pack('S C C L', 0x06, 0, 0, 0);
  setsockopt($_, SOL_SOCKET, 26, pack('S x!8 P', 1, $drop)) or die "filter: $!" for @sockets;
  print "vanished\n";
};
$| = 1;
print "port ", (unpack_sockaddr_in(getsockname($listener)))[0], "\n";
sub pump {
  my ($from, $to) = @_;
  return if fork;
  while (sysread($from, my $bytes, 65536)) {
    while (length $bytes) { my $n = syswrite($to, $bytes) or last; substr($bytes, 0, $n) = ''; }
  }
  shutdown($from, 2); shutdown($to, 2);
  exit;
}
while (1) {
  accept(my $client, $listener) or next;
  socket(my $server, PF_INET, SOCK_STREAM, 0) or die $!;
  connect($server, pack_sockaddr_in($port, INADDR_LOOPBACK)) or die $!;
  setsockopt($_, 6, 1, 1) for ($client, $server);
  push @sockets, $client, $server;
  pump($client, $server); pump($server, $client);
}`;

export class Relay {
  readonly port: number;
  readonly #child: ChildProcess;
  #said: string;

  private constructor(child: ChildProcess, port: number, said: string) {
    this.#child = child;
    this.port = port;
    this.#said = said;
    child.stdout?.on('data', (bytes) => {
      this.#said += String(bytes);
    });
  }

  /** Relays to this port of 127.0.0.1. */
  static async start(target: number): Promise<Relay> {
    // A group of its own: the processes that pump are stopped with it.
    const child = spawn('perl', ['-e', RELAY, String(target)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    const said = await new Promise<string>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', () => reject(new Error('the relay did not start')));
      child.stdout.once('data', (bytes) => resolve(String(bytes)));
    });
    return new Relay(child, Number(/port (\d+)/.exec(said)?.[1]), said);
  }

  freeze(): void {
    this.#signalAll('SIGSTOP');
  }

  thaw(): void {
    this.#signalAll('SIGCONT');
  }

  /** Resolves when every packet to it is dropped. There is no way back. */
  async vanish(): Promise<void> {
    this.#child.kill('SIGUSR1');
    const end = performance.now() + 5000;
    while (!this.#said.includes('vanished')) {
      if (performance.now() > end) throw new Error('the relay did not vanish');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const over = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#signalAll('SIGKILL');
    await over;
  }

  #signalAll(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // It has ended.
    }
  }
}
