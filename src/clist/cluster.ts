/**
 * One cluster as CList describes it: plain data. Made by `parseClist`; read by main, cluster and
 * status. Secrets stay references here and are fetched by the adapter that needs them.
 */
import type { Span } from '../language/program.ts';

export type OnSilence = 'power' | 'confirm' | 'trust';
export type ServiceLost = 'takeover' | 'alarm';

/** Where a console is. */
export type ConsoleAddress =
  | { readonly kind: 'telnet'; readonly host: string; readonly port: number }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'serial'; readonly path: string; readonly baud: number }
  /** A stream socket on this host. */
  | { readonly kind: 'unix'; readonly path: string }
  /** A program in a terminal of its own; the first word is the program, by name or whole path. */
  | { readonly kind: 'exec'; readonly argv: readonly string[] }
  | SshConsole;

/** A session over ssh: a terminal server, a service processor. */
export interface SshConsole extends SshTarget {
  readonly kind: 'ssh';
  /** Run there instead of a shell; null: a shell. */
  readonly command: string | null;
}

/** Who logs in where over ssh, and with what. At least one of key, password and agent is given. */
export interface SshTarget {
  readonly user: string;
  readonly host: string;
  /** Default 22. */
  readonly port: number;
  /** The file of a private key; checked as secrets are. */
  readonly key: string | null;
  /** Opens the key. */
  readonly passphrase: Secret | null;
  readonly password: Secret | null;
  /** The agent of the daemon's user (SSH_AUTH_SOCK) may sign. */
  readonly agent: boolean;
  /** The only file with host keys; null: /etc/ssh/ssh_known_hosts and ~/.ssh/known_hosts. */
  readonly knownHosts: string | null;
  /** A key that is not recorded anywhere is believed once, and recorded by us. */
  readonly trustFirstUse: boolean;
  /** Algorithms of old machines, weak today, may be used too. */
  readonly legacy: boolean;
}

/**
 * How this wire sends a BREAK. `line`: as the wire does it (RFC 2217 where agreed, else IAC BRK; a
 * held TX on a serial line). `bytes`: a sequence that the other end understands, for example ^O b;
 * numbers between byte strings are pauses in milliseconds.
 */
export type BreakMethod =
  | {
      readonly kind: 'line';
      readonly force: 'rfc2217' | 'iac-brk' | null;
      readonly durationMs: number;
    }
  | { readonly kind: 'bytes'; readonly sequence: readonly (string | number)[] };

/** A value that is fetched when it is needed and never shown: `@file:PATH` or `@env:NAME`. */
export type Secret =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'environment'; readonly name: string };

/** What a power device loses together with the node that it switches. */
export type Shares = 'power' | 'network' | 'nothing';

/** The value of a setting of an access library. */
export interface AccessValue {
  readonly name: string;
  readonly value: string | Secret;
  readonly span: Span;
}

/** How a terminal server or service processor is logged in to: a library of dialogues. */
export interface AccessLogin {
  /** `chat-scripts/lib/NAME.chat`. */
  readonly library: string;
  readonly values: readonly AccessValue[];
  readonly span: Span;
}

/** A fence agent (ClusterLabs API): options go to its stdin, `action=` is added. */
export interface PowerDevice {
  readonly agent: string;
  readonly options: readonly { readonly name: string; readonly value: string | Secret }[];
  /** 1..9, default 1. The devices of one level together cut all power; levels are tried in order. */
  readonly level?: number;
  /** How long one call of the agent may take, ms, 1 s to 85 s; default 20 s. */
  readonly withinMs?: number;
  /** Written by hand; absent: what is known of the agent and of its address. */
  readonly shares?: Shares;
  /** Not an agent: a service processor that is told by the dialogues of a library. */
  readonly via?: AccessLogin & { readonly address: ConsoleAddress };
}

/** How reachability is asked. */
export type ProbeTarget =
  | { readonly kind: 'ping'; readonly host: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

export interface ClusterNode {
  readonly name: string;
  readonly console: ConsoleAddress;
  /** Until its dialogue is done, the console is not connected. */
  readonly login?: AccessLogin;
  readonly breakMethod: BreakMethod;
  /** Pause between two typed characters, ms. 0..1000, default 2. */
  readonly paceMs: number;
  readonly identity: string;
  /** At least one, in the order in which they are tried. */
  readonly bootPaths: readonly string[];
  /** All of one level must say off. Empty: none. */
  readonly power: readonly PowerDevice[];
  /** Who runs commands on this node while its system runs; null: nobody. */
  readonly admin: SshTarget | null;
  /** Values of the script's `of node` settings. */
  readonly settings: Readonly<Record<string, string>>;
  /** Where each `set` stands, by its name; absent when the node was not read from a text. */
  readonly settingSpans?: Readonly<Record<string, Span>>;
  readonly span: Span;
}

export interface Cluster {
  readonly name: string;
  readonly script: string;
  readonly nodes: readonly [ClusterNode, ClusterNode];
  readonly service: ProbeTarget | null;
  readonly references: readonly ProbeTarget[];
  readonly probe: {
    /** Between two questions, ms. Default 5 s. */
    readonly intervalMs: number;
    /** Unanswered for so long: dead. Default 60 s. */
    readonly deadAfterMs: number;
    /** Unanswered for so long: late, which is written down. Default: a third of `deadAfterMs`. */
    readonly warnAfterMs?: number;
    /** After a start of clusterd or a boot nothing is dead before, ms. Default: twice `deadAfterMs`. */
    readonly initialDeadMs?: number;
  };
  readonly onSilence: OnSilence;
  readonly serviceLost: ServiceLost;
  /** Production is back within so long, ms. Default 8 min. */
  readonly promiseMs: number;
  /** An unfinished line counts as a prompt when the console was quiet for so long, ms. Default 500. */
  readonly promptQuietMs: number;
  /** For `trust`: the day on which parking was shown to survive a power cycle, ISO date, or null. */
  readonly parkingSurvivedPowerCycle: string | null;
  /** Overrides of `at most N in D`, by the name of the state. */
  readonly bounds: Readonly<
    Record<string, { readonly entries: number; readonly withinMs: number; readonly span: Span }>
  >;
  /** `set NAME VALUE` lines as written; `bindTarget` turns durations into milliseconds. */
  readonly settings: Readonly<Record<string, string>>;
  /** Where each `set` stands, by its name; absent when the cluster was not read from a text. */
  readonly settingSpans?: Readonly<Record<string, Span>>;
  /** Program and arguments that get each alarm; empty: none. */
  readonly alarmCommand: readonly string[];
  readonly span: Span;
}
