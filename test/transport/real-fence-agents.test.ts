/** Agents of Debian's fence-agents, as they are installed, against files and servers of this test. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PowerDevice } from '../../src/clist/cluster.ts';
import { resolveFenceAgent } from '../../src/clist/fence-agent.ts';
import { systemClock } from '../../src/clock/system.ts';
import { askPower } from '../../src/cluster/power.ts';
import { createFenceAgents } from '../../src/transport/fence-agent.ts';
import { haveFenceAgents } from './fence-agents-installed.ts';
import { RedfishPeer } from './redfish-peer.ts';

const directory = mkdtempSync(join(tmpdir(), 'agents-'));
afterAll(() => rmSync(directory, { recursive: true }));

const agents = createFenceAgents({
  clock: systemClock,
  locate: (agent) => resolveFenceAgent(agent),
  reveal: () => 'hunter2',
});

function device(agent: string, options: string, more: Partial<PowerDevice> = {}): PowerDevice {
  const pairs = options.split(' ').map((option) => option.split(/=(.*)/s));
  return {
    agent,
    options: pairs.map(([name = '', value = '']) => ({ name, value })),
    ...more,
  };
}

describe.skipIf(!haveFenceAgents())('fence_dummy', () => {
  let count = 0;
  const dummy = (text: string | null) => {
    const path = join(directory, `dummy${count++}`);
    if (text !== null) writeFileSync(path, text);
    return { path, one: device('fence_dummy', `type=file status_file=${path}`) };
  };

  it('says on, is switched off, says off', async () => {
    const { one, path } = dummy('on');
    expect(await agents.status(one)).toMatchObject({ outcome: 'on' });
    expect(await agents.check(one, true)).toMatchObject({ outcome: 'on' });
    expect(await askPower([one], 'off', agents, systemClock)).toMatchObject({ outcome: 'off' });
    expect(readFileSync(path, 'utf8')).toBe('off');
    expect(await agents.check(one, true)).toMatchObject({ outcome: 'off' });
  });

  it.each(['verification', 'onoff', 'off on', ''])(
    'has no answer when it holds %j',
    async (text) => {
      const { one } = dummy(text);
      const answer = await agents.status(one);
      expect(answer.outcome).toBe('no-answer');
      expect(answer.detail).toContain('Unable to obtain correct plug status');
      expect((await agents.check(one, true)).outcome).toBe('no-answer');
    },
  );

  it('that fails to switch is not off', async () => {
    const one = device('fence_dummy', 'type=fail plug=1 power_timeout=1');
    const answer = await askPower([one], 'off', agents, systemClock);
    expect(answer.outcome).not.toBe('off');
  });

  it('is stopped at the limit of its device', async () => {
    const path = join(directory, 'slow');
    writeFileSync(path, 'on');
    const options = `type=file status_file=${path} delay=30`;
    const started = performance.now();
    const answer = await agents.off(device('fence_dummy', options, { withinMs: 1_500 }));
    expect(answer.outcome).toBe('no-answer');
    expect(answer.detail).toContain('off: no answer within 1.5 s');
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(readFileSync(path, 'utf8')).toBe('on');
  });

  it('a check gives way to a fence of the same device', async () => {
    const { one, path } = dummy('on');
    const slow = { ...one, options: [...one.options, { name: 'delay', value: '20' }] };
    // Without an address the options tell that both are one device.
    const same = (other: PowerDevice) => ({
      ...other,
      options: [{ name: 'ip', value: 'pdu' }, ...other.options],
    });
    const check = agents.check(same(slow), false);
    const started = performance.now();
    expect(await agents.off(same(one))).toMatchObject({ outcome: 'off' });
    expect(performance.now() - started).toBeLessThan(8_000);
    expect((await check).outcome).toBe('put-off');
    expect(readFileSync(path, 'utf8')).toBe('off');
  });
});

describe.skipIf(!haveFenceAgents())('fence_redfish', () => {
  let bmc: RedfishPeer;
  let states: Map<string, string>;
  let isLying: boolean;
  beforeEach(async () => {
    states = new Map([['n1', 'On']]);
    isLying = false;
    bmc = await RedfishPeer.start({
      state: (name) => states.get(name) ?? 'Unknown',
      off: (name) => {
        if (!isLying) states.set(name, 'Off');
      },
    });
  });
  afterEach(() => bmc.stop());
  const node = (more: Partial<PowerDevice> = {}) =>
    device('fence_redfish', `${bmc.options('n1')} power_timeout=3`, more);

  it('switches off and is asked afterwards', async () => {
    expect(await askPower([node()], 'status', agents, systemClock)).toMatchObject({
      outcome: 'on',
    });
    const answer = await askPower([node()], 'off', agents, systemClock);
    expect(answer).toEqual({
      outcome: 'off',
      detail: 'fence_redfish: status: exit status 2, it said: Status: OFF',
    });
    expect(bmc.requests.filter((one) => one === 'POST n1')).toHaveLength(1);
    expect(bmc.requests.at(-1)).toBe('GET n1');
  });

  it('is not believed when the processor takes the order and does nothing', async () => {
    isLying = true;
    const answer = await askPower([node()], 'off', agents, systemClock);
    expect(answer.outcome).toBe('on');
  });

  it.each(['PoweringOff', 'Unknown', 'OFF'])('is not off while PowerState is %s', async (word) => {
    states.set('n1', word);
    expect((await agents.status(node())).outcome).not.toBe('off');
  });

  it('has no answer when the password is wrong, and does not tell the right one', async () => {
    const stranger = device('fence_redfish', bmc.options('n1').replace('hunter2', 'guess'));
    const answer = await agents.status(stranger);
    expect(answer.outcome).toBe('no-answer');
    expect(answer.detail).not.toContain('hunter2');
  });

  it.each(['hangs', 'breaks off'] as const)(
    'has no answer when the processor %s',
    async (manner) => {
      states.set('n1', 'Off');
      bmc.manner = manner;
      const answer = await agents.status(node({ withinMs: 3_000 }));
      expect(answer.outcome).toBe('no-answer');
    },
  );

  it('leaves it to the next level when the processor died with its machine', async () => {
    const path = join(directory, 'pdu');
    writeFileSync(path, 'on');
    const pdu = device('fence_dummy', `type=file status_file=${path}`, { level: 2 });
    const gone = node();
    await bmc.stop();
    const answer = await askPower([gone, pdu], 'off', agents, systemClock);
    expect(answer.outcome).toBe('off');
    expect(answer.detail).toMatch(/^level 1: fence_redfish: .*; level 2: fence_dummy: .*OFF/);
  });

  it('contradicts a switch that says off while the processor has power', async () => {
    isLying = true;
    const path = join(directory, 'one-feed');
    writeFileSync(path, 'on');
    const pdu = device('fence_dummy', `type=file status_file=${path}`, { level: 2 });
    const answer = await askPower([node(), pdu], 'off', agents, systemClock);
    expect(answer.outcome).toBe('on');
    expect(answer.detail).toContain('has it another feed?');
  });
});

describe.skipIf(!haveFenceAgents())('fence_ipmilan', () => {
  /** A stand-in for ipmitool; `says` is what it prints. */
  const ipmitool = (name: string, says: string) => {
    const path = join(directory, name);
    writeFileSync(path, `#!/bin/sh\n${says}\n`);
    chmodSync(path, 0o755);
    expect(existsSync(path)).toBe(true);
    return device(
      'fence_ipmilan',
      `ip=10.0.7.1 username=a password=b lanplus=1 power_timeout=2 ipmitool_path=${path}`,
    );
  };

  it.each([
    ['on', 'echo Chassis Power is on', 'on'],
    ['off', 'echo Chassis Power is off', 'off'],
    ['away', 'echo "Error: Unable to establish IPMI v2 / RMCP+ session" >&2; exit 1', 'no-answer'],
    ['silent', 'exit 0', 'no-answer'],
    ['dies', 'kill -9 $$', 'no-answer'],
  ])('%s', async (name, says, outcome) => {
    expect(await agents.status(ipmitool(name, says))).toMatchObject({ outcome });
  });

  it('is not off because ipmitool said that it switched', async () => {
    const lies = ipmitool(
      'lies',
      'echo "Chassis Power Control: Down/Off"; echo Chassis Power is on',
    );
    expect(await askPower([lies], 'off', agents, systemClock)).toMatchObject({ outcome: 'on' });
  });
});
