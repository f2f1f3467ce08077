import { describe, expect, test } from 'vitest';
import { parseClist } from '../../src/clist/parse.ts';
import { formatDiagnostic, sourceLineAt } from '../../src/language/diagnostics.ts';
import { changed, GOOD, SECOND_CLUSTER } from './sample.ts';

/** `code@line`, in order. */
function complaints(text: string): string[] {
  return parseClist('CList', text).diagnostics.map(
    (diagnostic) => `${diagnostic.code}@${diagnostic.span.line}`,
  );
}

test('a right list gives the cluster with its defaults and nothing to complain of', () => {
  const { clusters, diagnostics } = parseClist('CList', GOOD);
  expect(diagnostics).toEqual([]);
  expect(clusters).toHaveLength(1);
  expect(clusters[0]).toMatchObject({
    name: 'demo',
    script: 'sun-obp',
    service: { kind: 'tcp', host: '10.0.0.1', port: 7080 },
    references: [{ kind: 'ping', host: '10.0.0.254' }],
    probe: { intervalMs: 5000, deadAfterMs: 60_000 },
    onSilence: 'power',
    serviceLost: 'alarm',
    promiseMs: 480_000,
    promptQuietMs: 500,
    parkingSurvivedPowerCycle: null,
    bounds: {},
    settings: {},
    alarmCommand: [],
  });
  expect(clusters[0]?.nodes[0]).toMatchObject({
    name: 'n1',
    console: { kind: 'telnet', host: '10.1.0.1', port: 7001 },
    breakMethod: { kind: 'line', force: null, durationMs: 500 },
    paceMs: 2,
    identity: '83a54dc7',
    bootPaths: ['/pci@1f,4000/disk@0,0:a'],
    power: [
      {
        agent: 'fence_apc',
        options: [
          { name: 'ip', value: '10.0.0.5' },
          { name: 'plug', value: '3' },
          { name: 'password', value: { kind: 'file', path: '/etc/clusterd/pdu.secret' } },
        ],
      },
    ],
  });
  expect(clusters[0]?.nodes[1].power[0]?.options[2]?.value).toEqual({
    kind: 'environment',
    name: 'PDU',
  });
});

test('every key arrives', () => {
  const text = changed(
    {
      2: `script sun-obp
          reference tcp [2001:db8::1]:53
          probe every 2s dead after 20s
          service-lost takeover
          promise 5m
          prompt-quiet 250ms
          parking-survived-power-cycle 2024-02-29
          bound takeover 10 in 2h
          bound reboot 3 in 1d
          set tap-interval 5s
          set greeting "two words # no comment" # comment
          alarm-command /usr/local/bin/page-me --cluster demo "a \\"b\\""`,
      8: 'identity 83a54dc7\nbreak bytes "\\x0f" 500ms "b"\npace 10ms\nset scsi-initiator-id 7',
      12: 'console serial /dev/ttyS0 9600\nbreak line 300ms',
    },
    [],
  );
  const { clusters, diagnostics } = parseClist('CList', text);
  expect(diagnostics).toEqual([]);
  expect(clusters[0]).toMatchObject({
    references: [
      { kind: 'tcp', host: '2001:db8::1', port: 53 },
      { kind: 'ping', host: '10.0.0.254' },
    ],
    probe: { intervalMs: 2000, deadAfterMs: 20_000 },
    serviceLost: 'takeover',
    promiseMs: 300_000,
    promptQuietMs: 250,
    parkingSurvivedPowerCycle: '2024-02-29',
    bounds: {
      takeover: { entries: 10, withinMs: 7_200_000 },
      reboot: { entries: 3, withinMs: 86_400_000 },
    },
    settings: { 'tap-interval': '5s', greeting: 'two words # no comment' },
    alarmCommand: ['/usr/local/bin/page-me', '--cluster', 'demo', 'a "b"'],
  });
  expect(clusters[0]?.nodes[0]).toMatchObject({
    breakMethod: { kind: 'bytes', sequence: ['\x0f', 500, 'b'] },
    paceMs: 10,
    settings: { 'scsi-initiator-id': '7' },
  });
  expect(clusters[0]?.nodes[1]).toMatchObject({
    console: { kind: 'serial', path: '/dev/ttyS0', baud: 9600 },
    breakMethod: { kind: 'line', force: null, durationMs: 300 },
  });
});

test('a unix socket is a console', () => {
  const path = `/${'x'.repeat(106)}`;
  const { clusters, diagnostics } = parseClist('CList', changed({ 7: `console unix ${path}` }));
  expect(diagnostics).toEqual([]);
  expect(clusters[0]?.nodes[0].console).toEqual({ kind: 'unix', path });
});

test('a program is a console, and each word of it stays one', () => {
  const line = 'console exec conman -e "\\x1f" -d h:1 "n 1" "a\\"b" # as root';
  const { clusters, diagnostics } = parseClist('CList', changed({ 7: line }));
  expect(diagnostics).toEqual([]);
  const argv = ['conman', '-e', '\x1f', '-d', 'h:1', 'n 1', 'a"b'];
  expect(clusters[0]?.nodes[0].console).toEqual({ kind: 'exec', argv });
});

test.each([
  ['ipmitool -H h -P geheim sol activate', ['plaintext-secret@7']],
  ['sudo /usr/bin/ipmitool -P geheim', ['plaintext-secret@7']],
  ['x --password geheim', ['plaintext-secret@7']],
  ['x password=geheim', ['plaintext-secret@7']],
  ['x @file:/etc/secret', ['bad-secret@7']],
  ['x "a\\x00b"', ['bad-value@7']],
  ['ssh -P 22 -o PasswordAuthentication=no --password-file /x h', []],
])('secrets among the words of a program: %s', (words, expected) => {
  expect(complaints(changed({ 7: `console exec ${words}` }))).toEqual(expected);
});

test.each([
  ['break iac-brk', { kind: 'line', force: 'iac-brk', durationMs: 500 }],
  ['break rfc2217 250ms', { kind: 'line', force: 'rfc2217', durationMs: 250 }],
  ['break line', { kind: 'line', force: null, durationMs: 500 }],
])('%s', (line, breakMethod) => {
  const { clusters } = parseClist('CList', changed({ 8: `identity 83a54dc7\n${line}` }));
  expect(clusters[0]?.nodes[0].breakMethod).toEqual(breakMethod);
});

test.each([
  ['probe every 1s dead after 3s', { intervalMs: 1000, deadAfterMs: 3000 }],
  [
    'probe every 5s warn after 20s dead after 60s',
    { intervalMs: 5000, warnAfterMs: 20_000, deadAfterMs: 60_000 },
  ],
  [
    'probe every 5s warn after 20s dead after 60s initial-dead 3m',
    { intervalMs: 5000, warnAfterMs: 20_000, deadAfterMs: 60_000, initialDeadMs: 180_000 },
  ],
])('%s', (line, probe) => {
  const { clusters } = parseClist('CList', changed({ 2: `script x\n${line}` }));
  expect(clusters[0]?.probe).toEqual(probe);
});

describe('one wrong line, one complaint', () => {
  const cases: readonly [name: string, text: string, expected: string[]][] = [
    ['unknown word', changed({ 2: 'script sun-obp\nfrobnicate 3' }), ['unknown-word@3']],
    ['misspelt required key', changed({ 5: 'on-silense power' }), ['unknown-word@5']],
    [
      'a word of the language itself',
      changed({ 2: 'script sun-obp\nconstructor 3' }),
      ['unknown-word@3'],
    ],
    ['misspelt node', changed({ 11: 'nodde n2' }), ['unknown-word@11']],
    ['no cluster', 'script sun-obp\nservice ping x\n', ['outside-cluster@1']],
    ['node before a cluster', 'node n1\nconsole tcp a:1\n', ['outside-cluster@1']],
    ['missing script', changed({ 2: '' }), ['missing-script@1']],
    ['missing policy', changed({ 5: '' }), ['missing-on-silence@1']],
    ['empty policy', changed({ 5: 'on-silence' }), ['missing-value@5']],
    ['missing console', changed({ 7: '' }), ['missing-console@6']],
    ['missing identity', changed({ 8: '' }), ['missing-identity@6']],
    ['missing boot path', changed({ 9: '' }), ['missing-boot-path@6']],
    ['missing reference', changed({ 4: '' }), ['missing-reference@1']],
    ['missing power', changed({ 15: '' }), ['missing-power@11']],
    ['no service (a warning)', changed({ 3: '', 4: '' }), ['no-service@1']],
    ['bad script', changed({ 2: 'script Sun_OBP' }), ['bad-name@2']],
    ['script with its ending', changed({ 2: 'script sun-obp.chat' }), ['bad-name@2']],
    ['bad policy', changed({ 5: 'on-silence powr' }), ['value-not-allowed@5']],
    ['bad cluster name', changed({ 1: 'cluster ../etc' }), ['bad-name@1']],
    ['bad node name', changed({ 11: 'node a.b' }), ['bad-name@11']],
    ['no cluster name', changed({ 1: 'cluster' }), ['missing-value@1']],
    ['port 0', changed({ 7: 'console telnet h:0' }), ['bad-port@7']],
    ['port 65536', changed({ 7: 'console telnet h:65536' }), ['bad-port@7']],
    ['no port', changed({ 7: 'console telnet h' }), ['bad-address@7']],
    ['unbracketed IPv6', changed({ 7: 'console telnet 2001:db8::1:23' }), ['bad-address@7']],
    ['host like an option', changed({ 4: 'reference ping -f' }), ['bad-address@4']],
    ['address out of range', changed({ 4: 'reference ping 10.0.0.300' }), ['bad-address@4']],
    ['IPv6 with two gaps', changed({ 4: 'reference ping 1::2::3' }), ['bad-address@4']],
    ['ping with a port', changed({ 4: 'reference ping h:80' }), ['bad-address@4']],
    ['unknown wire', changed({ 7: 'console telnt h:1' }), ['value-not-allowed@7']],
    ['relative device', changed({ 7: 'console serial ttyS0 9600' }), ['bad-path@7']],
    ['no speed', changed({ 7: 'console serial /dev/ttyS0' }), ['missing-value@7']],
    ['bad speed', changed({ 7: 'console serial /dev/ttyS0 fast' }), ['bad-number@7']],
    ['relative socket', changed({ 7: 'console unix run/n1' }), ['bad-path@7']],
    ['socket without a name', changed({ 7: 'console unix /run/' }), ['bad-path@7']],
    ['long socket', changed({ 7: `console unix /${'x'.repeat(107)}` }), ['bad-path@7']],
    ['no program', changed({ 7: 'console exec' }), ['missing-value@7']],
    ['relative program', changed({ 7: 'console exec bin/x' }), ['bad-path@7']],
    ['option for a program', changed({ 7: 'console exec -x' }), ['bad-path@7']],
    ['duration without unit', changed({ 2: 'script x\npromise 8' }), ['bad-duration@3']],
    ['no time at all', changed({ 2: 'script x\npromise 0s' }), ['bad-duration@3']],
    ['too long', changed({ 2: 'script x\npromise 900d' }), ['bad-duration@3']],
    ['bad probe', changed({ 2: 'script x\nprobe every 5s dead after 8s' }), ['bad-duration@3']],
    [
      'warn behind dead',
      changed({ 2: 'script x\nprobe every 5s warn after 70s dead after 60s' }),
      ['bad-duration@3'],
    ],
    [
      'warn at once',
      changed({ 2: 'script x\nprobe every 5s warn after 1s dead after 60s' }),
      ['bad-duration@3'],
    ],
    [
      'quick initial-dead',
      changed({ 2: 'script x\nprobe every 5s dead after 60s initial-dead 90s' }),
      ['bad-duration@3'],
    ],
    [
      'half an initial-dead',
      changed({ 2: 'script x\nprobe every 5s dead after 60s initial-dead' }),
      ['missing-value@3'],
    ],
    ['half a probe', changed({ 2: 'script x\nprobe every 5s' }), ['missing-value@3']],
    ['prompt-quiet out of range', changed({ 2: 'script x\nprompt-quiet 11s' }), ['bad-duration@3']],
    [
      'no such day',
      changed({ 2: 'script x\nparking-survived-power-cycle 2023-02-29' }),
      ['bad-date@3'],
    ],
    ['bad bound', changed({ 2: 'script x\nbound takeover 0 in 2h' }), ['bad-number@3']],
    ['bound without time', changed({ 2: 'script x\nbound takeover 2' }), ['missing-value@3']],
    ['set without value', changed({ 2: 'script x\nset a' }), ['missing-value@3']],
    ['set with a control character', changed({ 2: 'script x\nset a "b\\n"' }), ['bad-value@3']],
    ['set twice', changed({ 2: 'script x\nset a 1\nset a 2' }), ['duplicate-key@4']],
    [
      'bound twice',
      changed({ 2: 'script x\nbound a 1 in 1h\nbound a 2 in 1h' }),
      ['duplicate-key@4'],
    ],
    ['relative alarm command', changed({ 2: 'script x\nalarm-command page-me' }), ['bad-path@3']],
    ['more words', changed({ 2: 'script sun-obp twice' }), ['extra-words@2']],
    ['key twice', changed({ 2: 'script x\nscript x' }), ['duplicate-key@3']],
    ['node key twice', changed({ 8: 'identity a\nidentity c' }), ['duplicate-key@9']],
    ['cluster key below a node', changed({}, ['promise 8m']), ['misplaced-key@16']],
    ['required key below a node', changed({ 2: '' }, ['script x']), ['misplaced-key@16']],
    ['node key above the nodes', changed({ 2: 'script x\npace 2ms' }), ['misplaced-key@3']],
    ['duplicate node', changed({ 11: 'node n1' }), ['duplicate-node@11']],
    [
      'one node',
      'cluster a\nscript x\non-silence confirm\nservice ping s\nreference ping r\n',
      ['wrong-node-count@1'],
    ],
    [
      'three nodes',
      changed({}, [
        'node n3',
        'console tcp h:1',
        'break bytes "b"',
        'identity c',
        'boot-path d',
        'power f ip=a plug=1',
      ]),
      ['wrong-node-count@16'],
    ],
    ['empty identity', changed({ 8: 'identity ""' }), ['bad-value@8']],
    ['boot path like an option', changed({ 9: 'boot-path -s' }), ['bad-path@9']],
    ['boot path twice', changed({ 14: 'boot-path a\nboot-path a' }), ['duplicate-boot-path@15']],
    ['boot path that is no ASCII', changed({ 9: 'boot-path /pläche' }), ['bad-value@9']],
    ['pace too long', changed({ 8: 'identity a\npace 2s' }), ['bad-duration@9']],
    ['BREAK too long', changed({ 8: 'identity a\nbreak line 6s' }), ['bad-duration@9']],
    ['BREAK of nothing', changed({ 8: 'identity a\nbreak bytes' }), ['missing-value@9']],
    ['BREAK of a pause', changed({ 8: 'identity a\nbreak bytes 5ms' }), ['missing-value@9']],
    ['BREAK unquoted', changed({ 8: 'identity a\nbreak bytes b' }), ['bad-duration@9']],
    ['BREAK that is no byte', changed({ 8: 'identity a\nbreak bytes "€"' }), ['bad-value@9']],
    [
      'BREAK of telnet on a serial line',
      changed({ 7: 'console serial /dev/x 9600\nbreak iac-brk' }),
      ['break-impossible@8'],
    ],
    [
      'BREAK on a unix socket',
      changed({ 7: 'console unix /run/n1\nbreak line' }),
      ['break-impossible@8'],
    ],
    [
      'BREAK of a program',
      changed({ 7: 'console exec conman n1\nbreak line' }),
      ['break-impossible@8'],
    ],
    [
      'BREAK on a tcp console',
      changed({ 7: 'console tcp h:1\nbreak line' }),
      ['break-impossible@8'],
    ],
    ['unclosed quote', changed({ 8: 'identity "a' }), ['bad-string@8']],
    ['unclosed quote in a header', changed({ 11: 'node "n2' }), ['bad-string@11']],
    ['single quotes', changed({ 8: "identity 'a b'" }), ['bad-string@8']],
    ['bad escape', changed({ 8: 'identity "\\xg0"' }), ['bad-string@8']],
    ['option without =', changed({ 10: 'power fence_apc ip=10.0.0.5 plug' }), ['bad-option@10']],
    ['option twice', changed({ 10: 'power fence_apc ip=a ip=b plug=1' }), ['duplicate-option@10']],
    ['action given', changed({ 10: 'power fence_apc ip=a plug=1 action=on' }), ['bad-option@10']],
    [
      'secret from nowhere',
      changed({ 10: 'power f ip=a plug=1 password=@fil:/x' }),
      ['bad-secret@10'],
    ],
    [
      'secret with a relative path',
      changed({ 10: 'power f ip=a plug=1 password=@file:x' }),
      ['bad-secret@10'],
    ],
    [
      'plaintext password',
      changed({ 10: 'power f ip=a plug=1 password=hunter2' }),
      ['plaintext-secret@10'],
    ],
    ['bad agent', changed({ 10: 'power "a b" ip=a' }), ['bad-name@10']],
  ];
  test.each(cases)('%s', (_name, text, expected) => {
    expect(complaints(text)).toEqual(expected);
  });
});

describe('what is wrong only together', () => {
  const cases: readonly [name: string, text: string, expected: string[]][] = [
    [
      'same console in a cluster',
      changed({ 12: 'console telnet 10.1.0.1:7001' }),
      ['duplicate-console@12'],
    ],
    [
      'same console by another wire',
      changed({ 12: 'console tcp 10.1.0.1:7001' }),
      ['duplicate-console@12'],
    ],
    ['same identity', changed({ 13: 'identity 83A54DC7' }), ['duplicate-identity@13']],
    [
      'same plug',
      changed({ 15: 'power fence_apc_snmp ipaddr=10.0.0.5 port=3' }),
      ['duplicate-plug@15'],
    ],
    [
      'same device without plugs',
      changed({ 10: 'power f ip=a', 15: 'power f ip=a' }),
      ['duplicate-plug@15'],
    ],
    [
      'service is its reference',
      changed({ 4: 'reference tcp 10.0.0.1:7080' }),
      ['service-is-reference@4'],
    ],
    [
      'reference on the host of the service',
      changed({ 4: 'reference ping 10.0.0.1' }),
      ['service-is-reference@4'],
    ],
    ['trust without proof', changed({ 5: 'on-silence trust' }), ['trust-unproven@5']],
    [
      'trust without a service',
      changed({ 3: '', 4: '', 5: 'on-silence trust\nparking-survived-power-cycle 2026-11-20' }),
      ['no-service@1', 'missing-service@5'],
    ],
    [
      'takeover of an unseen service',
      changed({ 3: '', 4: 'service-lost takeover' }),
      ['no-service@1', 'missing-service@4'],
    ],
    [
      'console and power on one host',
      changed({ 7: 'console telnet 10.0.0.5:7001' }),
      ['shared-network@10'],
    ],
    [
      'same console in other letters',
      changed({ 7: 'console telnet ts1:7001', 12: 'console telnet TS1:7001' }),
      ['duplicate-console@12'],
    ],
  ];
  test.each(cases)('%s', (_name, text, expected) => {
    expect(complaints(text)).toEqual(expected);
  });

  test.each([
    ['cluster', { 16: 'cluster demo' }, 'duplicate-cluster@16'],
    ['console', { 22: 'console telnet 10.1.0.1:7002' }, 'duplicate-console@22'],
    ['program', { 22: 'console exec a b c', 26: 'console exec a b c' }, 'duplicate-console@26'],
    ['serial console', { 26: 'console serial /dev/ttyS0 19200' }, 'duplicate-console@26'],
    ['identity', { 27: 'identity 83a54dc8' }, 'duplicate-identity@27'],
    ['plug', { 28: 'boot-path disk\npower fence_apc ip=10.0.0.5 plug=4' }, 'duplicate-plug@29'],
  ])('the same %s in another cluster spares the first cluster', (_name, replace, expected) => {
    const second = SECOND_CLUSTER.map(
      (line, index) => (replace as Record<number, string>)[index + 16] ?? line,
    );
    const text = changed({}, second);
    expect(complaints(text)).toEqual([expected]);
    const { clusters } = parseClist('CList', text);
    expect(clusters.map((cluster) => cluster.nodes[0].name)[0]).toBe('n1');
    expect(clusters.some((cluster) => cluster.nodes[0].name === 'a')).toBe(false);
  });

  test('two right clusters stand beside each other', () => {
    const { clusters, diagnostics } = parseClist('CList', changed({}, SECOND_CLUSTER));
    expect(diagnostics).toEqual([]);
    expect(clusters.map((cluster) => cluster.name)).toEqual(['demo', 'other']);
  });

  test('on loopback sharing a host is no mistake', () => {
    const text = changed({
      3: 'service tcp 127.0.0.1:1',
      4: 'reference tcp 127.0.0.1:2',
      7: 'console telnet 127.0.0.1:3',
      10: 'power f ip=127.0.0.1 plug=1',
    });
    expect(complaints(text)).toEqual([]);
  });
});

test('all mistakes at once, each with place, carets and hint', () => {
  const text = changed({
    2: 'scrpt sun-obp',
    5: 'on-silence',
    9: 'boot-path',
    12: 'console telnet h:x',
  });
  const { clusters, diagnostics, shownText } = parseClist('CList', text);
  expect(clusters).toEqual([]);
  expect(diagnostics.map((d) => formatDiagnostic(d, sourceLineAt(shownText, d.span.line)))).toEqual(
    [
      `CList:2:1: error: no line begins with this word [unknown-word]
  scrpt sun-obp
  ^^^^^
  hint: did you mean 'script'?`,
      `CList:5:11: error: expected power or confirm or trust here [missing-value]
  on-silence
            ^
  hint: power: a power device must say off before the standby boots (needs \`power\` on both nodes); confirm: an operator confirms that the node is off, until then nothing happens; trust: silence counts as off when all signs agree, as in 2001 (the disk is lost if they lie)`,
      `CList:9:10: error: expected a boot path here [missing-value]
  boot-path
           ^
  hint: boot-path /pci@1f,4000/scsi@3/disk@0,0:a`,
      `CList:12:16: error: expected a port from 1 to 65535 [bad-port]
  console telnet h:x
                 ^^^
  hint: console telnet HOST:PORT, or tcp HOST:PORT, or serial /dev/ttyS0 9600, or unix PATH, or exec PROGRAM ARG..., or ssh USER@HOST`,
    ],
  );
});

test('the file may have blanks, tabs, comments and CR at the ends of lines', () => {
  const text = GOOD.replaceAll('\n', ' # why\r\n\t\r\n').replaceAll('  ', '\t');
  expect(complaints(text)).toEqual([]);
  expect(parseClist('CList', text).clusters).toHaveLength(1);
});
