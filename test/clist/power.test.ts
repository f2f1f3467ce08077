import { describe, expect, test } from 'vitest';
import { maskSecrets } from '../../src/clist/masking.ts';
import { parseClist } from '../../src/clist/parse.ts';
import { changed, SECOND_CLUSTER } from './sample.ts';

function complaints(text: string): string[] {
  return parseClist('CList', text).diagnostics.map(
    ({ severity, code, span }) => `${severity === 'error' ? '' : 'warning '}${code}@${span.line}`,
  );
}

const IPMI = 'power fence_ipmilan ip=10.0.7.1 username=a password=@env:P';
const CONFIRM = 'on-silence confirm';

describe('words before the agent', () => {
  test('level, time and what it shares, in any order', () => {
    const line =
      'power within 60s level 2 shares nothing fence_ipmilan ip=10.0.7.1 password=@env:P';
    const { clusters, diagnostics } = parseClist(
      'CList',
      changed({ 10: `power fence_apc ip=10.0.0.5 plug=3\n${line}` }),
    );
    expect(diagnostics).toEqual([]);
    expect(clusters[0]?.nodes[0].power).toEqual([
      {
        agent: 'fence_apc',
        options: [
          { name: 'ip', value: '10.0.0.5' },
          { name: 'plug', value: '3' },
        ],
      },
      {
        agent: 'fence_ipmilan',
        options: [
          { name: 'ip', value: '10.0.7.1' },
          { name: 'password', value: { kind: 'environment', name: 'P' } },
        ],
        level: 2,
        withinMs: 60_000,
        shares: 'nothing',
      },
    ]);
  });

  test.each([
    ['power level', 'missing-value@10'],
    ['power level 0 fence_apc ip=a', 'bad-number@10'],
    ['power level 10 fence_apc ip=a', 'bad-number@10'],
    ['power level 2', 'missing-value@10'],
    ['power level 1 level 2 fence_apc ip=a', 'duplicate-key@10'],
    ['power within 90s fence_apc ip=a', 'bad-duration@10'],
    ['power within 500ms fence_apc ip=a', 'bad-duration@10'],
    ['power within 20 fence_apc ip=a', 'bad-duration@10'],
    ['power shares water fence_apc ip=a', 'value-not-allowed@10'],
    ['power fence_apc ip=a shares=nothing', 'bad-option@10'],
    ['power fence_apc ip=a level=2', 'bad-option@10'],
    ['power constructor ip=a', ''],
    ['power fence_apc ip=a power_timeout=40', 'warning power-time@10'],
    ['power fence_apc ip=a power_timeout=15 power_wait=10', 'warning power-time@10'],
    ['power within 50s fence_apc ip=a power_timeout=40', ''],
  ])('%s: %s', (line, expected) => {
    const wrong = expected === '' ? [] : [expected];
    expect(complaints(changed({ 10: line }))).toEqual(wrong);
  });

  test('they are shown where CList is printed, and nothing that may be a secret', () => {
    const shown = 'power level 2 within 60s shares nothing fence_apc ip=a password=hunter2';
    expect(maskSecrets(shown)).toBe(shown.replace('hunter2', '*******'));
    expect(maskSecrets('power level hunter2 fence_apc')).not.toContain('hunter2');
    expect(maskSecrets('power level 2 fence_apc hunter2')).not.toContain('hunter2');
  });
});

describe('a device that fails with its machine', () => {
  const cases: readonly [name: string, text: string, expected: string[]][] = [
    ['service processor alone', changed({ 10: IPMI }), ['shared-power@10']],
    [
      'service processor alone, a person confirms',
      changed({ 5: CONFIRM, 10: IPMI }),
      ['warning shared-power@10'],
    ],
    ['by its whole path', changed({ 10: `power /usr/sbin/fence_ilo5 ip=b` }), ['shared-power@10']],
    ['with power of its own', changed({ 10: IPMI.replace('power', 'power shares nothing') }), []],
    [
      'a switch that hangs on its machine',
      changed({ 10: 'power shares power fence_apc ip=10.0.0.5 plug=3' }),
      ['shared-power@10'],
    ],
    [
      'a switch behind its network',
      changed({ 10: 'power shares network fence_apc ip=10.0.0.5 plug=3' }),
      ['shared-network@10'],
    ],
    [
      'service processor, then a switch',
      changed({ 10: `${IPMI}\npower level 2 fence_apc ip=10.0.0.5 plug=3` }),
      [],
    ],
    [
      'service processor beside the only switch',
      changed({ 10: `${IPMI}\npower fence_apc ip=10.0.0.5 plug=3` }),
      ['shared-power@10'],
    ],
    [
      'service processor beside a switch, another switch behind them',
      changed({
        10: `${IPMI}\npower fence_apc ip=10.0.0.5 plug=3\npower level 2 fence_apc ip=10.0.0.5 plug=9`,
      }),
      ['warning mixed-level@10'],
    ],
    [
      'on the host of its own console',
      changed({ 10: 'power fence_apc ip=10.1.0.1 plug=3' }),
      ['shared-network@10'],
    ],
    [
      'on the host of its own console, said to be none',
      changed({ 10: 'power shares nothing fence_apc ip=10.1.0.1 plug=3' }),
      [],
    ],
    [
      'on the service address',
      changed({ 10: 'power fence_apc ip=10.0.0.1 plug=3' }),
      ['shared-network@10'],
    ],
    ['a blade in its enclosure', changed({ 10: 'power fence_hpblade ip=10.0.7.1 plug=3' }), []],
    ['no power at all', changed({ 10: 'power fence_scsi devices=/dev/x' }), ['not-power@10']],
    [
      'a ping as a proof',
      changed({ 5: CONFIRM, 10: 'power fence_heuristics_ping ping_targets=a' }),
      ['not-power@10'],
    ],
    ['for tests', changed({ 10: 'power fence_dummy status_file=/x' }), ['warning not-power@10']],
  ];
  test.each(cases)('%s', (_name, text, expected) => {
    expect(complaints(text)).toEqual(expected);
  });

  test('the error says what happens at night and what to write', () => {
    const [first] = parseClist('CList', changed({ 10: IPMI })).diagnostics;
    expect(first?.message).toBe(
      "the only proof that 'n1' is off shares its power (fence_ipmilan is a service processor: it has " +
        "its power from the machine): when 'n1' loses its power, fence_ipmilan is silent, too, and " +
        'unreachable is never off: a takeover would wait for a person',
    );
    expect(first?.hint).toBe(
      'add a switch outside of the machine: power level 2 AGENT ..., or choose `on-silence confirm`; ' +
        'if it has power of its own: power shares nothing fence_ipmilan ...',
    );
  });
});

describe('one outlet for two machines', () => {
  const at = (first: string, second: string) =>
    complaints(changed({ 10: `power ${first}`, 15: `power ${second}` }));
  test.each([
    ['fence_apc ip=a plug=3', 'fence_apc ip=a plug=4', []],
    ['fence_apc ip=a plug=3', 'fence_apc_snmp ip=A ipport=161 plug=3', ['duplicate-plug@15']],
    ['fence_apc ip=a ipport=1 plug=3', 'fence_apc ip=a ipport=2 plug=3', []],
    ['fence_apc ip=a switch=1 plug=3', 'fence_apc ip=a switch=2 plug=3', []],
    ['fence_apc ip=a switch=1 plug=3', 'fence_apc ip=a switch=1 plug=3', ['duplicate-plug@15']],
    ['fence_x ip=a systems_uri=/1', 'fence_x ip=a systems_uri=/2', []],
    ['fence_x ip=a', 'fence_x ip=a', ['duplicate-plug@15']],
    ['fence_cdu ip=a', 'fence_cdu ip=a username=root', ['duplicate-plug@15']],
    ['level 1 fence_apc ip=a plug=3', 'level 2 fence_apc ip=a plug=3', ['duplicate-plug@15']],
  ])('%s and %s', (first, second, expected) => {
    expect(at(first, second)).toEqual(expected);
  });

  test('one machine may be reached in two ways, at two levels', () => {
    const two = (level: number) =>
      `power fence_apc ip=a plug=3\npower level ${level} fence_apc_snmp ip=a plug=3`;
    expect(complaints(changed({ 10: two(2) }))).toEqual([]);
    expect(complaints(changed({ 10: two(1) }))).toEqual(['duplicate-plug@11']);
  });

  test('also over clusters', () => {
    const second = SECOND_CLUSTER.map((line) =>
      line === 'boot-path disk' ? `${line}\npower level 3 fence_apc ip=10.0.0.5 plug=3` : line,
    );
    expect(complaints(changed({}, second))).toEqual(['duplicate-plug@25', 'duplicate-plug@30']);
  });
});

describe('time', () => {
  test.each([
    ['four levels', 4, '', []],
    ['five levels', 5, '', ['power-too-slow@14']],
    ['five quick levels', 5, 'within 15s ', []],
    ['two slow levels', 2, 'within 45s ', ['power-too-slow@11']],
  ])('%s', (_name, count, within, expected) => {
    const lines = Array.from(
      { length: count },
      (_, index) => `power level ${index + 1} ${within}fence_apc ip=p${index} plug=3`,
    );
    expect(complaints(changed({ 10: lines.join('\n') }))).toEqual(expected);
  });

  test('outlets of one box are switched one after the other', () => {
    const two = (box: string) =>
      `power within 60s fence_apc ip=a plug=3\npower within 60s fence_apc ip=${box} plug=4`;
    expect(complaints(changed({ 10: two('b') }))).toEqual([]);
    expect(complaints(changed({ 10: two('a') }))).toEqual(['power-too-slow@11']);
  });
});
