/**
 * The keys of the block `site`: what may stand between it and the first cluster.
 * A key reads its own line into the draft; called by `parseClist`. To add one, add a row.
 */
import type { Span } from '../language/program.ts';
import { type Key, readProgram } from './cluster-keys.ts';
import type { LineReader } from './line-reader.ts';
import { readMailAddresses, readMailOptions } from './mail-words.ts';
import { readSecretValue } from './secret-value.ts';
import { DEFAULT_SITE, type MailTarget, type Site, type WebhookTarget } from './site.ts';
import { formatDuration, isLoopback, readDuration, readHostPort } from './values.ts';
import type { Word } from './words.ts';

/** The site while its lines are read. */
export interface SiteDraft {
  readonly span: Span;
  /** Where each key stands first, also when its value is wrong. */
  readonly seen: Map<string, Span>;
  site: Site;
}

export function newSiteDraft(span: Span): SiteDraft {
  return { span, seen: new Map(), site: DEFAULT_SITE };
}

const TEST_ALARM_MS = { low: 10_000, high: 7 * 86_400_000 };
const POWER_CHECK_MS = { low: 60_000, high: 86_400_000 };
const HEARTBEAT_MS = { low: 1_000, high: 86_400_000 };

export const SITE_KEYS: Readonly<Record<string, Key<SiteDraft>>> = {
  'alarm-mail': {
    usage:
      'alarm-mail ops@example.org from clusterd@example.org by HOST:PORT, ' +
      'and where it wants a login: user=NAME password=@file:PATH',
    repeatable: true,
    read: readMail,
  },
  'alarm-syslog': {
    usage: 'alarm-syslog local, or alarm-syslog HOST:PORT',
    repeatable: true,
    read: readSyslog,
  },
  'alarm-webhook': {
    usage:
      'alarm-webhook https://HOST/PATH, or @file:PATH, and where it wants one: token=@file:PATH',
    repeatable: true,
    read: readWebhook,
  },
  'alarm-command': {
    usage: 'alarm-command /path/to/program argument ...',
    repeatable: false,
    read(line, draft) {
      const alarmCommand = readProgram(line);
      if (alarmCommand !== null) draft.site = { ...draft.site, alarmCommand };
    },
  },
  'test-alarm': {
    usage: 'test-alarm every 1d',
    repeatable: false,
    read(line, draft) {
      const testAlarmMs = readEvery(line, TEST_ALARM_MS);
      if (testAlarmMs !== null) draft.site = { ...draft.site, testAlarmMs };
    },
  },
  heartbeat: {
    usage: 'heartbeat every 1m /path/to/program argument ...',
    repeatable: false,
    read: readHeartbeat,
  },
  metrics: { usage: 'metrics 127.0.0.1:9750', repeatable: false, read: readMetrics },
  'power-check': {
    usage: 'power-check every 10m',
    repeatable: false,
    read(line, draft) {
      const powerCheckMs = readEvery(line, POWER_CHECK_MS);
      if (powerCheckMs !== null) draft.site = { ...draft.site, powerCheckMs };
    },
  },
  'auto-apply': {
    usage: 'auto-apply yes, or auto-apply no',
    repeatable: false,
    read(line, draft) {
      const choice = line.choice(['yes', 'no'] as const);
      if (choice !== null) draft.site = { ...draft.site, autoApply: choice === 'yes' };
    },
  },
};

function readMail(line: LineReader, draft: SiteDraft): void {
  const to = line.read('the address of a person', readMailAddresses);
  if (to === null || line.choice(['from']) === null) return;
  const from = line.read('the address of the sender', (text) => {
    const read = readMailAddresses(text);
    return read.ok ? { ok: true, value: read.value[0] ?? '' } : read;
  });
  if (from === null || line.choice(['by']) === null) return;
  const address = line.read('HOST:PORT of a mail server', readHostPort);
  if (address === null) return;
  const options = readMailOptions(line);
  if (options === null) return;
  const target: MailTarget = { to, from, ...address, ...options };
  draft.site = { ...draft.site, alarmMail: [...draft.site.alarmMail, target] };
}

function readSyslog(line: LineReader, draft: SiteDraft): void {
  const word = line.next('local or HOST:PORT');
  if (word === null) return;
  const address = word.text === 'local' ? null : line.accept(word, readHostPort(word.text));
  if (word.text !== 'local' && address === null) return;
  const target =
    address === null ? ({ kind: 'local' } as const) : ({ kind: 'udp', ...address } as const);
  draft.site = { ...draft.site, alarmSyslog: [...draft.site.alarmSyslog, target] };
}

function readWebhook(line: LineReader, draft: SiteDraft): void {
  const word = line.next('the address of a web page');
  if (word === null) return;
  const url = readUrl(line, word);
  if (url === null) return;
  let token: WebhookTarget['token'] = null;
  if (!line.isAtEnd) {
    const option = line.next('token=@file:PATH');
    const text = /^token=(.+)$/s.exec(option?.text ?? '')?.[1];
    if (option === null) return;
    if (text === undefined) {
      line.fail('bad-option', option.span, 'expected token=@file:PATH or the end of the line');
      return;
    }
    token = readSecretValue(line, option, 'token', text);
    if (token === null) return;
  }
  draft.site = { ...draft.site, alarmWebhook: [...draft.site.alarmWebhook, { url, token }] };
}

/** Never quotes the address: it may hold a key. */
function readUrl(line: LineReader, word: Word): WebhookTarget['url'] | null {
  if (word.text.startsWith('@')) return readSecretValue(line, word, 'url', word.text);
  const url = URL.canParse(word.text) ? new URL(word.text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    const message = 'expected an address that begins with https:// or http://';
    line.fail('bad-url', word.span, message);
    return null;
  }
  if (url.username !== '' || url.password !== '') {
    const hint = 'write token=@file:PATH behind it, or the whole address into a file: @file:PATH';
    line.fail('bad-url', word.span, 'user and password do not stand in the address', hint);
    return null;
  }
  return url.href;
}

function readHeartbeat(line: LineReader, draft: SiteDraft): void {
  const everyMs = readEvery(line, HEARTBEAT_MS);
  if (everyMs === null) return;
  const argv = readProgram(line);
  if (argv !== null) draft.site = { ...draft.site, heartbeat: { everyMs, argv } };
}

function readEvery(
  line: LineReader,
  { low, high }: { readonly low: number; readonly high: number },
): number | null {
  if (line.choice(['every']) === null) return null;
  const word = line.next('a length of time');
  const ms = word === null ? null : line.accept(word, readDuration(word.text));
  if (word === null || ms === null) return null;
  if (ms >= low && ms <= high) return ms;
  const range = `between ${formatDuration(low)} and ${formatDuration(high)}`;
  line.fail('bad-duration', word.span, `expected ${range}`);
  return null;
}

function readMetrics(line: LineReader, draft: SiteDraft): void {
  const address = line.read('HOST:PORT', readHostPort);
  if (address === null) return;
  if (!isLoopback(address.host)) {
    const message = 'metrics have no password, so they are served to this host only';
    const hint = `metrics 127.0.0.1:${address.port}; let something on this host pass them on`;
    line.fail('not-loopback', line.valueSpan, message, hint);
    return;
  }
  draft.site = { ...draft.site, metrics: address };
}
