import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../src/clock/simulated.ts';
import { help, runCommand } from '../../src/sim/commands.ts';
import { readMainOptions } from '../../src/sim/main-options.ts';
import { Site } from '../../src/sim/site.ts';
import { Terminal } from './terminal.ts';

function makeSite() {
  const clock = new SimulatedClock();
  const site = new Site({}, clock);
  clock.advance(1000);
  const run = (line: string) => runCommand(site, line);
  return { clock, site, run };
}

describe('a command', () => {
  const conditions: [string, string, number][] = [
    ['panic n1', 'system panicking', 0],
    ['panic n1 no-dump', 'ok prompt', 5000],
    ['panic n1 dump-fails', 'ok prompt', 5000],
    ['panic n1 dump-stalls', 'system panicking', 60_000],
    ['hang n1', 'system multi-user, hung (silent)', 0],
    ['hang n1 kernel', 'system multi-user, hung (kernel)', 0],
    ['power off n1', 'off', 0],
    ['reset n1', 'post', 0],
    ['watchdog n1', 'post', 0],
    ['break n1', 'ok prompt, system held', 0],
    ['reboot n1', 'system stopping', 0],
    ['halt n1', 'ok prompt', 1000],
    ['single n1', 'system single-user', 1000],
  ];
  it.each(conditions)('%s leads to: %s', (line, condition, ms) => {
    const { clock, site, run } = makeSite();
    expect(run(line)).toMatchObject({ ok: true, quit: false });
    clock.advance(ms);
    expect(site.node('n1').condition).toBe(condition);
  });

  it('makes a hang deaf', () => {
    const { site, run } = makeSite();
    run('hang n1 deaf');
    run('break n1');
    expect(site.node('n1').machine.isHeld).toBe(false);
  });

  it('prints what somebody only shows', () => {
    const { clock, site, run } = makeSite();
    const terminal = new Terminal(site.console('n1'), clock);
    run('say n1 panic[cpu0]/thread=2a100047cc0: last week');
    expect(terminal.output).toBe('panic[cpu0]/thread=2a100047cc0: last week\r\n');
    expect(terminal.line('')).toContain('prod console login: ');
    run('hang n1');
    terminal.forget();
    run('say n1 nothing');
    expect(terminal.output).toBe('');
  });

  it('types at the ok prompt, and gives power back', () => {
    const { clock, site, run } = makeSite();
    run('power off n1');
    expect(run('type n2 boot shared').text).toBe('typed at n2: boot shared');
    clock.advance(3000);
    expect(site.node('n2').condition).toBe('system multi-user');
    run('power on n1');
    clock.advance(3000);
    expect(site.node('n1').condition).toBe('ok prompt');
  });

  it('unplugs what can be unplugged', () => {
    const { site, run } = makeSite();
    for (const [bad, good] of [
      ['cable out n1', 'cable in n1'],
      ['address wrong', 'address right'],
      ['router off', 'router on'],
    ] as const) {
      expect(site.network.serviceUp).toBe(true);
      run(bad);
      expect(site.network.serviceUp).toBe(false);
      expect(site.network.referenceUp).toBe(bad !== 'router off');
      run(good);
    }
    expect(site.network.serviceUp).toBe(true);
    run('cable out n2');
    expect(site.network.serviceUp).toBe(true);
  });

  it('damages disks and power switch', () => {
    const { site, run } = makeSite();
    run('disk off d1');
    expect(site.disk.half('d1').powered).toBe(false);
    run('label d2');
    expect(site.disk.half('d2').labelGood).toBe(false);
    run('label d2 good');
    expect(site.disk.half('d2').labelGood).toBe(true);
    run('root broken');
    expect(site.disk.rootBroken).toBe(true);
    run('root good');
    expect(site.disk.rootBroken).toBe(false);
    run('outlet n1 stuck');
    expect(site.power.outlet('n1').stuck).toBe(true);
    run('switch silent');
    expect(site.power.answers).toBe(false);
    run('battery dead n1');
    expect(site.node('n1').machine.options.batteryDead).toBe(true);
  });

  it('makes consoles bad', () => {
    const { clock, site, run } = makeSite();
    const { options } = site.console('n1');
    const terminal = new Terminal(site.console('n1'), clock);
    run('console n1 half-open');
    expect(options.mode).toBe('half-open');
    expect(terminal.closed).toBe(false);
    run('console n1 cut');
    expect(terminal.closed).toBe(true);
    run('console n1 loss 0.02');
    run('console n1 break-loss');
    expect(options).toMatchObject({ lossRate: 0.02, breakLossRate: 0.01 });
    run('console n1 replay');
    expect(options.replay.kind).toBe('text');
    run('swap');
    expect(site.story()).toContain('console cables swapped');
  });

  it('shows what there is', () => {
    const { clock, run } = makeSite();
    expect(run('status').text).toBe(
      'n1: system multi-user\nn2: ok prompt\ndisk d1: on, transaction 5\ndisk d2: on, transaction 5\n' +
        'service address answered by: n1',
    );
    expect(run('mounts').text).toBe('n1 since 0.0 s, still');
    expect(run('load').text).toBe('acknowledged 5, on the disk 5');
    expect(run('referee').text).toBe('the root was never mounted twice');
    expect(run('nvram n2 auto-boot?').text).toBe('auto-boot? =          false');
    expect(run('nvram n2 auto-boot? true').text).toBe('auto-boot? =          true');
    expect(run('nvram n2').text).toContain('Variable Name');
    expect(run('events 1').text).toBe('0.000 n1: root mounted (d1)');
    run('type n2 boot shared');
    clock.advance(1100);
    expect(run('referee').text).toMatch(/^VIOLATION at 2\.0 s: double-mount: n2 mounted/);
    run('cable out n1');
    expect(run('status').text).toContain('network: cable of n1 out');
  });

  it('knows quit, comments and empty lines', () => {
    const { run } = makeSite();
    expect(run('quit')).toMatchObject({ ok: true, quit: true });
    for (const line of ['', '   ', '# panic n1']) {
      expect(run(line)).toEqual({ ok: true, text: '', quit: false });
    }
  });

  it('has every command in its help', () => {
    const text = help();
    for (const name of ['panic', 'power', 'hang', 'reset', 'break', 'reboot', 'halt', 'single']) {
      expect(text).toMatch(new RegExp(`^${name} `, 'm'));
    }
    for (const name of ['cable', 'disk', 'label', 'nvram', 'mounts', 'referee', 'load', 'quit']) {
      expect(text).toMatch(new RegExp(`^${name} `, 'm'));
    }
  });
});

describe('a mistake', () => {
  it.each([
    ['panik n1', "error: there is no command 'panik'; hint: did you mean 'panic'?"],
    ['explode', "error: there is no command 'explode'; hint: type 'help' for all commands"],
    ['panic', 'error: panic needs more; hint: panic NODE [no-dump|dump-fails|dump-stalls]'],
    ['power off', 'error: power needs more; hint: power off|on NODE'],
    ['panic n3', "error: no node is named 'n3'; hint: the nodes are n1 and n2"],
    ['panic n2', 'error: n2 cannot panic now: it is ok prompt; hint: that needs a running system'],
    [
      'panic n1 loudly',
      "error: 'loudly' is not known here; hint: expected no-dump, dump-fails or dump-stalls",
    ],
    ['power up n1', "error: 'up' is not known here; hint: expected on or off"],
    ['disk off d3', "error: no disk is named 'd3'; hint: the disks are d1, d2"],
    ['console n1 loss 2', "error: '2' is no rate; hint: a number from 0 to below 1: 0.01"],
    ['nvram n1 nonsense', "error: there is no variable 'nonsense'; hint: nvram n1 shows all"],
    [
      'type n1 banner',
      'error: n1 cannot take a firmware command now: it is system multi-user; hint: that needs a ok prompt',
    ],
  ])('%s: %s', (line, text) => {
    const { site, run } = makeSite();
    expect(run(line)).toEqual({ ok: false, text, quit: false });
    expect(site.node('n1').condition).toBe('system multi-user');
  });
});

describe('the command line of clusterd-sim', () => {
  it('has fixed ports, unless told otherwise', () => {
    expect(readMainOptions([]).ports).toEqual([7001, 7002, 7003, 7004, 7005, 7006, 7007, 7008]);
    expect(readMainOptions(['--ports', '0']).ports).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    expect(readMainOptions(['--ports', '9001,9002']).ports).toEqual([9001, 9002, 0, 0, 0, 0, 0, 0]);
  });

  it('takes durations, and keeps the boot in proportion', () => {
    const { site } = readMainOptions(['--post', '2s', '--boot', '5s', '--dump', '1m']);
    expect(site.times).toMatchObject({
      postMs: 2000,
      bootMs: 5000,
      mountAfterMs: 2000,
      networkAfterMs: 4000,
      dumpMs: 60_000,
    });
    expect(() => new Site(site, new SimulatedClock())).not.toThrow();
  });

  it.each([
    [['--new'], ['system multi-user', 'ok prompt'], 'true'],
    [['--cold'], ['off', 'off'], 'false'],
    [[], ['system multi-user', 'ok prompt'], 'false'],
  ])('%j finds the nodes so: %j', (args, found, autoBoot) => {
    const site = new Site(readMainOptions(args).site, new SimulatedClock());
    expect(site.nodes.map((node) => node.condition)).toEqual(found);
    expect(site.node('n2').nvram.get('auto-boot?')).toBe(autoBoot);
  });

  it.each([
    [['--post', 'soon'], "--post is 'soon'"],
    [['--ports', '70000'], "--ports is '70000'"],
    [['--seed', 'x'], "--seed is 'x'"],
    [['--what'], "Unknown option '--what'"],
  ])('refuses %j', (args, message) => {
    expect(() => readMainOptions(args)).toThrow(message);
  });
});
