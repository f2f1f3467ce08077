/**
 * The values that CList is made of: lengths of time, hosts, ports, addresses, dates, names.
 * Called by the keys of CList and by `checkClusterAgainstProgram`. Pure; every function says what it
 * expected instead of throwing.
 */
import type { ProbeTarget } from './cluster.ts';

export type Read<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      readonly code: string;
      readonly message: string;
      readonly hint: string | null;
    };

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** `500ms`, `5s`, `8m`, `2h`, `1d` in milliseconds; at most a year. */
export function readDuration(text: string): Read<number> {
  const parts = /^(\d{1,12})(ms|s|m|h|d)$/.exec(text);
  const ms = Number(parts?.[1]) * (UNIT_MS[parts?.[2] ?? ''] ?? Number.NaN);
  if (ms <= 366 * 86_400_000) return { ok: true, value: ms };
  if (parts !== null) return wrong('bad-duration', `${text} is longer than a year`, null);
  const hint = /^\d+$/.test(text)
    ? `add the unit: ${text}s, or ${text}ms, ${text}m, ${text}h, ${text}d`
    : 'a number and a unit without a blank: 500ms, 5s, 8m, 2h, 1d';
  return wrong('bad-duration', 'expected a length of time', hint);
}

export function formatDuration(ms: number): string {
  for (const unit of ['d', 'h', 'm', 's']) {
    const length = UNIT_MS[unit] ?? 1;
    if (ms >= length && ms % length === 0) return `${ms / length}${unit}`;
  }
  return `${ms}ms`;
}

/** A decimal number from `low` to `high`. */
export function readNumber(text: string, low: number, high: number, what: string): Read<number> {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= low && value <= high) return { ok: true, value };
  return wrong('bad-number', `expected ${what} from ${low} to ${high}`, null);
}

export function readPort(text: string): Read<number> {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 1 && value <= 65_535) return { ok: true, value };
  return wrong('bad-port', 'expected a port from 1 to 65535', null);
}

/** A name, an IPv4 or an IPv6 address (with or without brackets); kept as written, without brackets. */
export function readHost(text: string): Read<string> {
  const bare = /^\[(.*)\]$/.exec(text)?.[1] ?? text;
  if (bare.includes(':')) {
    if (isIpv6(bare)) return { ok: true, value: bare };
    return wrong('bad-address', 'this is neither a host nor an IPv6 address', null);
  }
  if (/^[\d.]+$/.test(bare)) {
    if (isIpv4(bare)) return { ok: true, value: bare };
    return wrong('bad-address', 'this is no IPv4 address', 'four numbers from 0 to 255: 192.0.2.7');
  }
  const label = '[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?';
  const isName = new RegExp(`^${label}(\\.${label})*\\.?$`).test(bare) && bare.length <= 253;
  if (isName) return { ok: true, value: bare };
  return wrong('bad-address', 'expected the name or the address of a host', null);
}

/** `HOST:PORT`, an IPv6 address in brackets. */
export function readHostPort(text: string): Read<{ host: string; port: number }> {
  const parts = /^(\[[^\]]*\]|[^:]*):([^:]*)$/.exec(text);
  if (parts === null) {
    const hint = text.includes(':')
      ? 'an IPv6 address stands in brackets: [2001:db8::1]:7001'
      : 'add the port: HOST:PORT';
    return wrong('bad-address', 'expected HOST:PORT', hint);
  }
  const host = readHost(parts[1] ?? '');
  if (!host.ok) return host;
  const port = readPort(parts[2] ?? '');
  return port.ok ? { ok: true, value: { host: host.value, port: port.value } } : port;
}

/** A day as `2026-11-20`. */
export function readDate(text: string): Read<string> {
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`));
  const exists = isDay && new Date(`${text}T00:00:00Z`).toISOString().startsWith(text);
  if (exists) return { ok: true, value: text };
  return wrong('bad-date', 'expected a day', 'year, month, day: 2026-11-20');
}

/** Clusters and nodes: part of file names and of commands. */
export function readLabel(text: string, what: string): Read<string> {
  if (/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/.test(text)) return { ok: true, value: text };
  return wrong(
    'bad-name',
    `this is no name for a ${what}`,
    'letters, digits, - and _, at most 63, the first a letter or a digit',
  );
}

/** Scripts, states and settings: names of the chat-script language. */
export function readScriptName(text: string, what: string): Read<string> {
  if (/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(text)) return { ok: true, value: text };
  return wrong(
    'bad-name',
    `this is no name of a ${what}`,
    'small letters, digits and single -, the first a letter',
  );
}

/** What is typed on a console or compared with it: printable ASCII. */
export function readTypable(text: string, what: string): Read<string> {
  if (/^[\x20-\x7e]+$/.test(text)) return { ok: true, value: text };
  const message =
    text === '' ? `${what} is empty` : `${what} may hold printable ASCII characters only`;
  return wrong('bad-value', message, null);
}

export function formatTarget(target: ProbeTarget): string {
  return target.kind === 'ping' ? target.host : formatHostPort(target.host, target.port);
}

export function formatHostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** This machine itself: sharing its fate cannot be avoided. */
export function isLoopback(host: string): boolean {
  return /^127\.|^localhost\.?$|^::1$/i.test(host);
}

function isIpv4(text: string): boolean {
  const numbers = text.split('.');
  return numbers.length === 4 && numbers.every((n) => /^\d{1,3}$/.test(n) && Number(n) <= 255);
}

function isIpv6(text: string): boolean {
  const address = /^([0-9a-fA-F:]+)(%[A-Za-z0-9_.-]+)?$/.exec(text)?.[1];
  const halves = address?.split('::') ?? [];
  if (address === undefined || halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const right = halves.length === 2 ? groups.length <= 7 : groups.length === 8;
  return right && groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group));
}

function wrong(code: string, message: string, hint: string | null): Read<never> {
  return { ok: false, code, message, hint };
}
