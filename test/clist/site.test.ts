import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { maskSecrets } from '../../src/clist/masking.ts';
import { parseClist } from '../../src/clist/parse.ts';
import { DEFAULT_SITE } from '../../src/clist/site.ts';
import { formatDiagnostic, sourceLineAt } from '../../src/language/diagnostics.ts';
import { GOOD } from './sample.ts';

const MAIL = 'alarm-mail ops@example.org from clusterd@monitor by smtp.example.org:25';

/** A right list below these lines of a site; line 1 is `site`. */
function withSite(...lines: readonly string[]): string {
  return `site\n${lines.map((line) => `${line}\n`).join('')}${GOOD}`;
}

function complaints(text: string): string[] {
  return parseClist('CList', text).diagnostics.map(({ code, span }) => `${code}@${span.line}`);
}

test('without the block everything has its default', () => {
  expect(parseClist('CList', GOOD).site).toEqual(DEFAULT_SITE);
  const { site, clusters, diagnostics } = parseClist('CList', withSite());
  expect(diagnostics).toEqual([]);
  expect(site).toEqual(DEFAULT_SITE);
  expect(clusters).toHaveLength(1);
});

test('every key arrives', () => {
  const { site, clusters, diagnostics } = parseClist(
    'CList',
    withSite(
      `  ${MAIL}`,
      '  alarm-mail a@x.org,b@x.org from c@x.org by [2001:db8::1]:587 user=me password=@file:/etc/p',
      '  alarm-mail a@x.org from c@x.org by mx:465 tls=none user=me password=@env:P # why',
      '  alarm-syslog local',
      '  alarm-syslog loghost:514',
      '  alarm-webhook https://chat.example.org/hook?x=1 token=@file:/etc/t',
      '  alarm-webhook @file:/etc/url',
      '  alarm-command /bin/page me "and you"',
      '  test-alarm every 1d',
      '  heartbeat every 1m /bin/beat -x',
      '  metrics 127.0.0.1:9750',
      '  power-check every 1h',
      '  auto-apply yes',
    ),
  );
  expect(diagnostics).toEqual([]);
  expect(clusters.map(({ name }) => name)).toEqual(['demo']);
  expect(clusters[0]?.alarmCommand).toEqual([]);
  expect(site).toEqual({
    alarmMail: [
      {
        to: ['ops@example.org'],
        from: 'clusterd@monitor',
        host: 'smtp.example.org',
        port: 25,
        login: null,
        tls: 'any',
      },
      {
        to: ['a@x.org', 'b@x.org'],
        from: 'c@x.org',
        host: '2001:db8::1',
        port: 587,
        login: { user: 'me', password: { kind: 'file', path: '/etc/p' } },
        tls: 'verified',
      },
      {
        to: ['a@x.org'],
        from: 'c@x.org',
        host: 'mx',
        port: 465,
        login: { user: 'me', password: { kind: 'environment', name: 'P' } },
        tls: 'none',
      },
    ],
    alarmSyslog: [{ kind: 'local' }, { kind: 'udp', host: 'loghost', port: 514 }],
    alarmWebhook: [
      { url: 'https://chat.example.org/hook?x=1', token: { kind: 'file', path: '/etc/t' } },
      { url: { kind: 'file', path: '/etc/url' }, token: null },
    ],
    alarmCommand: ['/bin/page', 'me', 'and you'],
    testAlarmMs: 86_400_000,
    heartbeat: { everyMs: 60_000, argv: ['/bin/beat', '-x'] },
    metrics: { host: '127.0.0.1', port: 9750 },
    powerCheckMs: 3_600_000,
    autoApply: true,
  });
});

describe('one wrong line, one complaint, and the cluster below stays right', () => {
  const cases: readonly [line: string, expected: string][] = [
    ['alarm-mail', 'missing-value'],
    ['alarm-mail ops', 'bad-mail-address'],
    ['alarm-mail ops@', 'bad-mail-address'],
    ['alarm-mail ops@a,,b@c from a@b by h:25', 'bad-mail-address'],
    ['alarm-mail "a b@c" from a@b by h:25', 'bad-mail-address'],
    ['alarm-mail a@b form c@d by h:25', 'value-not-allowed'],
    ['alarm-mail a@b from c@d', 'missing-value'],
    ['alarm-mail a@b from c@d by h', 'bad-address'],
    [`${MAIL} user=me`, 'bad-option'],
    [`${MAIL} password=@file:/x`, 'bad-option'],
    [`${MAIL} user=me password=@file:x`, 'bad-secret'],
    [`${MAIL} user=me password=hunter2`, 'plaintext-secret'],
    [`${MAIL} user=a user=b password=@env:P`, 'duplicate-option'],
    [`${MAIL} tls=maybe`, 'value-not-allowed'],
    [`${MAIL} over carrier pigeon`, 'bad-option'],
    ['alarm-syslog', 'missing-value'],
    ['alarm-syslog locl', 'bad-address'],
    ['alarm-syslog local udp', 'extra-words'],
    ['alarm-syslog h:70000', 'bad-port'],
    ['alarm-webhook chat.example.org', 'bad-url'],
    ['alarm-webhook ftp://x/', 'bad-url'],
    ['alarm-webhook https://u:hunter2@x/', 'bad-url'],
    ['alarm-webhook https://x/ tokn=@file:/x', 'bad-option'],
    ['alarm-webhook https://x/ token=hunter2', 'plaintext-secret'],
    ['alarm-webhook @file:x', 'bad-secret'],
    ['alarm-command page-me', 'bad-path'],
    ['test-alarm 1d', 'value-not-allowed'],
    ['test-alarm every 1s', 'bad-duration'],
    ['test-alarm every day', 'bad-duration'],
    ['test-alarm every 30d', 'bad-duration'],
    ['power-check every 10s', 'bad-duration'],
    ['power-check 10m', 'value-not-allowed'],
    ['heartbeat every 2d /bin/beat', 'bad-duration'],
    ['heartbeat every 1m', 'missing-value'],
    ['heartbeat every 0s /bin/beat', 'bad-duration'],
    ['heartbeat every 1m beat', 'bad-path'],
    ['metrics 9750', 'bad-address'],
    ['metrics 0.0.0.0:9750', 'not-loopback'],
    ['metrics monitor:9750', 'not-loopback'],
    ['auto-apply maybe', 'value-not-allowed'],
    ['auto-aply yes', 'unknown-word'],
    ['constructor yes', 'unknown-word'],
    ['script sun-obp', 'misplaced-key'],
    ['identity x', 'misplaced-key'],
  ];
  test.each(cases)('%s', (line, expected) => {
    const text = withSite('', line);
    expect(complaints(text)).toEqual([`${expected}@3`]);
    expect(parseClist('CList', text).clusters).toHaveLength(1);
  });

  test.each([
    ['metrics twice', withSite('metrics 127.0.0.1:1', 'metrics 127.0.0.1:2'), 'duplicate-key@3'],
    ['words behind site', `site Berlin\n${GOOD}`, 'extra-words@1'],
    ['site twice', `site\nsite\nmetrics x\n${GOOD}`, 'duplicate-site@2'],
    ['site below a cluster', `${GOOD}site\nmetrics x\n`, 'misplaced-site@16'],
    ['no site above', `${MAIL}\n${GOOD}`, 'outside-cluster@1'],
  ])('%s', (_name, text, expected) => {
    expect(complaints(text)).toEqual([expected]);
    expect(parseClist('CList', text).clusters).toHaveLength(1);
  });

  test('a line of the site in a cluster is wrong there', () => {
    expect(complaints(`${GOOD}metrics 127.0.0.1:9750\n`)).toEqual(['misplaced-key@16']);
  });
});

test('what is wrong keeps its default, the rest is taken', () => {
  const { site } = parseClist('CList', withSite('metrics 9750', 'auto-apply yes', MAIL));
  expect(site).toMatchObject({ metrics: null, autoApply: true });
  expect(site.alarmMail).toHaveLength(1);
});

test('a mistake is shown with place, carets and hint', () => {
  const text = withSite(
    '  alarm-mail ops@example.org from clusterd@monitor to h:25',
    'auto-aply x',
  );
  const { diagnostics, shownText } = parseClist('CList', text);
  expect(diagnostics.map((d) => formatDiagnostic(d, sourceLineAt(shownText, d.span.line)))).toEqual(
    [
      `CList:2:52: error: expected by [value-not-allowed]
    alarm-mail ops@example.org from clusterd@monitor to h:25
                                                     ^^
  hint: alarm-mail ops@example.org from clusterd@example.org by HOST:PORT, and where it wants a login: user=NAME password=@file:PATH`,
      `CList:3:1: error: no line begins with this word [unknown-word]
  auto-aply x
  ^^^^^^^^^
  hint: did you mean 'auto-apply'?`,
    ],
  );
});

describe('lines of the site that hold a secret are shown without it', () => {
  test.each([
    'alarm-webhook https://chat.example.org/services/hunter2',
    'alarm-webhook https://chat.example.org?key=hunter2 token=@file:/x',
    'alarm-webhook "https://chat.example.org/hunter2"',
    'alarm-webhook https://me:hunter2@chat.example.org/',
    'alarm-webhook hunter2',
    'alarm-webhook https://chat.example.org/ token=hunter2',
    '# alarm-webhook https://chat.example.org/hunter2',
    `${MAIL} user=me password=hunter2`,
  ])('%s', (line) => {
    expect(maskSecrets(line)).not.toContain('hunter2');
    expect(maskSecrets(line)).toHaveLength(line.length);
    const { diagnostics, shownText } = parseClist('CList', withSite(line, 'metrics x'));
    const shown = diagnostics.map((d) => formatDiagnostic(d, sourceLineAt(shownText, d.span.line)));
    expect(shown.join('\n')).not.toContain('hunter2');
  });

  test('and its host can be read', () => {
    const line = 'alarm-webhook https://chat.example.org/abc # night';
    expect(maskSecrets(line)).toBe('alarm-webhook https://chat.example.org/*** # night');
  });
});

test('the block that the shipped list shows is right when it is put in force', () => {
  const path = fileURLToPath(new URL('../../CList', import.meta.url));
  const text = readFileSync(path, 'utf8');
  const { site, diagnostics } = parseClist('CList', text.replaceAll(/^#(site| {2}[a-z])/gm, '$1'));
  expect(diagnostics).toEqual([]);
  expect(site.alarmMail).toHaveLength(2);
  for (const [key, value] of Object.entries(site)) {
    if (key !== 'autoApply') expect(value, key).not.toEqual(DEFAULT_SITE[key as keyof typeof site]);
  }
});
