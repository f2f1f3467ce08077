/**
 * What CList says of the whole site, in the block `site` above its first cluster: where alarms go,
 * signs of life, metrics, how edits are applied. Plain data, made by `parseClist`; read by the
 * daemon. Secrets stay references here. Everything has a default: a site without the block is right.
 */
import type { Secret } from './cluster.ts';

/** `verified`: only over TLS with a good certificate. `any`: TLS if offered, unchecked. */
export type MailTls = 'verified' | 'any' | 'none';

export interface MailTarget {
  /** At least one address. */
  readonly to: readonly string[];
  readonly from: string;
  readonly host: string;
  /** 465 speaks TLS from the first byte. */
  readonly port: number;
  readonly login: { readonly user: string; readonly password: string | Secret } | null;
  /** Default: `verified` with a login, else `any`. */
  readonly tls: MailTls;
}

/** `local`: this host's own syslog. `udp`: RFC 5424 datagrams (RFC 5426). */
export type SyslogTarget =
  | { readonly kind: 'local' }
  | { readonly kind: 'udp'; readonly host: string; readonly port: number };

export interface WebhookTarget {
  /** http or https without user and password; a reference when the address is itself the secret. */
  readonly url: string | Secret;
  /** Sent as `Authorization: Bearer ...`; null: none. */
  readonly token: string | Secret | null;
}

export interface Site {
  /** Each gets every alarm of every cluster. Default: none. */
  readonly alarmMail: readonly MailTarget[];
  readonly alarmSyslog: readonly SyslogTarget[];
  readonly alarmWebhook: readonly WebhookTarget[];
  /** Program and arguments for all clusters that have none of their own. Empty: none. */
  readonly alarmCommand: readonly string[];
  /** A test alarm goes out so often, ms, 10 s to 7 days. Null (default): none by itself. */
  readonly testAlarmMs: number | null;
  /** Runs while clusterd is alive, so often, ms, 1 s to 1 day. Null (default): none. */
  readonly heartbeat: { readonly everyMs: number; readonly argv: readonly string[] } | null;
  /** Where metrics are served, an address of this host alone. Null (default): nowhere. */
  readonly metrics: { readonly host: string; readonly port: number } | null;
  /** Power devices are asked so often whether they work, ms, 1 min to 1 day. Default: 10 min. */
  readonly powerCheckMs: number;
  /** Edits of CList and scripts apply by themselves. Default: false, they wait for `reload`. */
  readonly autoApply: boolean;
}

export const DEFAULT_SITE: Site = {
  alarmMail: [],
  alarmSyslog: [],
  alarmWebhook: [],
  alarmCommand: [],
  testAlarmMs: null,
  heartbeat: null,
  metrics: null,
  powerCheckMs: 10 * 60_000,
  autoApply: false,
};
