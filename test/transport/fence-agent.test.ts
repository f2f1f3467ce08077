import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { PowerDevice, Secret } from '../../src/clist/cluster.ts';
import { systemClock } from '../../src/clock/system.ts';
import { askPower } from '../../src/cluster/power.ts';
import { createFenceAgents } from '../../src/transport/fence-agent.ts';

const directory = mkdtempSync(join(tmpdir(), 'fence-'));
afterAll(() => rmSync(directory, { recursive: true }));

let agentCount = 0;

/** An agent in sh: reads its options, keeps them in $LOG, then runs `body` with $action set. */
function writeAgent(body: string): { device: PowerDevice; log: string } {
  const path = join(directory, `agent${agentCount++}`);
  const log = `${path}.log`;
  const read = `while read -r l; do echo "$l" >>${log}; case $l in action=*) action=\${l#*=};; esac; done`;
  writeFileSync(path, `#!/bin/sh\n${read}\n${body}\n`);
  chmodSync(path, 0o755);
  return { device: { agent: path, options: [{ name: 'plug', value: '3' }] }, log };
}

const agents = createFenceAgents({
  clock: systemClock,
  withinMs: 1500,
  locate: (agent) => [agent],
  reveal: () => 'hunter2',
});

/** A device that remembers: off switches it off, unless it is told to lie. */
const memory = (name: string, off: string): string => `
  state=${join(directory, name)}
  case $action in
    off) ${off};;
    status) if [ -e $state ]; then echo 'Status: OFF'; exit 2; else echo 'Status: ON'; exit 0; fi;;
  esac`;

describe('a fence agent', () => {
  it.each([
    { name: 'on', body: 'exit 0', outcome: 'on' },
    { name: 'on, in words', body: 'echo Status: ON; exit 0', outcome: 'on' },
    { name: 'off, without a word', body: 'exit 2', outcome: 'no-answer' },
    { name: 'off, in words', body: 'echo Status: OFF; exit 2', outcome: 'off' },
    {
      name: 'off, in other words',
      body: 'echo connecting; echo Chassis Power is: off; exit 2',
      outcome: 'off',
    },
    { name: 'failed', body: 'exit 1', outcome: 'no-answer' },
    { name: 'contradicting itself: off', body: 'echo Status: ON; exit 2', outcome: 'no-answer' },
    { name: 'contradicting itself: on', body: 'echo Status: OFF; exit 0', outcome: 'no-answer' },
    {
      name: 'that does not know its options',
      body: 'echo "usage: [-o on|off]"; exit 2',
      outcome: 'no-answer',
    },
    { name: 'with a syntax error', body: 'if', outcome: 'no-answer' },
    { name: 'whose program is missing', body: 'exec python3 /no/such.py', outcome: 'no-answer' },
    { name: 'that verifies, on', body: 'echo verification; exit 0', outcome: 'on' },
    { name: 'that verifies, off', body: 'echo verification; exit 2', outcome: 'no-answer' },
    { name: 'that says off of another', body: 'echo handoff; exit 2', outcome: 'no-answer' },
    {
      name: 'that says both',
      body: 'echo Status: ON; echo Status: OFF; exit 2',
      outcome: 'no-answer',
    },
    {
      name: 'that says both, on its other output',
      body: 'echo Status: ON >&2; echo Status: OFF; exit 2',
      outcome: 'no-answer',
    },
    { name: 'that says off and fails', body: 'echo Status: OFF; exit 1', outcome: 'no-answer' },
    {
      name: 'that floods, then says off',
      body: 'head -c 100000000 /dev/zero | tr "\\0" x; echo; echo Status: OFF; exit 2',
      outcome: 'no-answer',
    },
    {
      name: 'that floods without an end',
      body: 'while :; do echo Status: OFF; done',
      outcome: 'no-answer',
    },
    {
      name: 'that dies in the middle of a word',
      body: 'printf "Status: OFF"; kill -9 $$',
      outcome: 'no-answer',
    },
    {
      name: 'that answers after the limit and will not end',
      body: 'trap "" TERM; sleep 2; echo Status: OFF; exit 2',
      outcome: 'no-answer',
    },
    {
      name: 'that leaves a child with its output',
      body: 'sleep 60 & echo Status: OFF; exit 2',
      outcome: 'off',
    },
    { name: 'that dies', body: 'kill -9 $$', outcome: 'no-answer' },
    { name: 'that hangs', body: 'sleep 60', outcome: 'no-answer' },
    {
      name: 'that hangs, whatever it said',
      body: 'echo Status: OFF; sleep 60',
      outcome: 'no-answer',
    },
  ])('$name', async ({ body, outcome }) => {
    expect(await agents.status(writeAgent(body).device)).toMatchObject({ outcome });
  });

  it('is quoted with what a person can use', async () => {
    const says = (...lines: string[]) => writeAgent(`cat <<'E'\n${lines.join('\n')}\nE\nexit 1`);
    const { device } = says(
      '2026-11-23 03:28:03,429 ERROR: Failed: You have to enter fence address',
      '',
      "2026-11-23 03:28:03,429 ERROR: Please use '-h' for usage",
      '',
    );
    expect((await agents.status(device)).detail).toBe(
      'status: exit status 1, it said: ERROR: Failed: You have to enter fence address',
    );
  });

  it('does not repeat a secret that stands openly in CList', async () => {
    const { device } = writeAgent("echo Cannot run snmpwalk -c 'opensesame'; exit 1");
    const options = [{ name: 'community', value: 'opensesame' }];
    const answer = await agents.status({ agent: device.agent, options });
    expect(answer.detail).toContain('snmpwalk -c [secret]');
    expect(answer.detail).not.toContain('opensesame');
  });

  it('leaves nothing running', async () => {
    const pids = join(directory, 'pids');
    const { device } = writeAgent(`sleep 60 & echo $! >${pids}; echo Status: OFF; exit 2`);
    await agents.status(device);
    const isThere = () => {
      try {
        return !/\) Z /.test(
          readFileSync(`/proc/${readFileSync(pids, 'utf8').trim()}/stat`, 'utf8'),
        );
      } catch {
        return false;
      }
    };
    await expect.poll(isThere).toBe(false);
  });

  it('that cannot be run gives no answer', async () => {
    const answer = await agents.status({ agent: '/no/such/agent', options: [] });
    expect(answer.outcome).toBe('no-answer');
  });

  it('gets its options on its input, the action last', async () => {
    const { device, log } = writeAgent('exit 0');
    await agents.off(device);
    expect(readFileSync(log, 'utf8')).toBe('plug=3\naction=off\n');
  });

  it('gets secrets, and they do not come back', async () => {
    const secret: Secret = { kind: 'environment', name: 'X' };
    const { device, log } = writeAgent('cat $LOG; echo login failed with hunter2; exit 1');
    const options = [{ name: 'passwd', value: secret }];
    const answer = await agents.status({ agent: device.agent, options });
    expect(readFileSync(log, 'utf8')).toContain('passwd=hunter2\n');
    expect(answer.detail).toContain('login failed with [secret]');
    expect(answer.detail).not.toContain('hunter2');
  });

  it.each([
    { name: 'a second line', option: { name: 'login', value: 'x\naction=on' } },
    { name: 'an action of its own', option: { name: 'action', value: 'on' } },
    { name: 'the old word for action', option: { name: 'option', value: 'on' } },
    { name: 'a comment', option: { name: '#plug', value: '1' } },
  ])('never gets $name', async ({ option }) => {
    const { device, log } = writeAgent('exit 2');
    const answer = await agents.status({ agent: device.agent, options: [option] });
    expect(answer.outcome).toBe('no-answer');
    expect(() => readFileSync(log)).toThrow('ENOENT');
  });

  it('whose secret cannot be fetched is not asked', async () => {
    const poor = createFenceAgents({
      clock: systemClock,
      locate: (agent) => [agent],
      reveal: () => {
        throw new Error('the environment variable X is not set');
      },
    });
    const { device, log } = writeAgent('exit 2');
    const options = [{ name: 'passwd', value: { kind: 'environment', name: 'X' } as const }];
    const answer = await poor.status({ agent: device.agent, options });
    expect(answer).toEqual({
      outcome: 'no-answer',
      detail: 'status: the environment variable X is not set',
    });
    expect(() => readFileSync(log)).toThrow('ENOENT');
  });
});

describe('the power of a node', () => {
  const honest = (name: string) => writeAgent(memory(name, 'touch $state; exit 0')).device;

  it('is off when all devices say so afterwards', async () => {
    const devices = [honest('a1'), honest('a2')];
    expect((await askPower(devices, 'status', agents, systemClock)).outcome).toBe('on');
    expect((await askPower(devices, 'off', agents, systemClock)).outcome).toBe('off');
    expect((await askPower(devices, 'status', agents, systemClock)).outcome).toBe('off');
  });

  it.each([
    { name: 'a device that says it did and did not', off: 'exit 0', outcome: 'on' },
    { name: 'a device that did and says it did not', off: 'touch $state; exit 1', outcome: 'off' },
    { name: 'a device that hangs, switched', off: 'touch $state; sleep 60', outcome: 'off' },
    { name: 'a device that hangs, not switched', off: 'sleep 60', outcome: 'on' },
  ])('with $name', async ({ name, off, outcome }) => {
    const liar = writeAgent(memory(name.replaceAll(/\W/g, ''), off)).device;
    const answer = await askPower([honest(`b${agentCount}`), liar], 'off', agents, systemClock);
    expect(answer.outcome).toBe(outcome);
  });

  it('is not known when one device does not answer', async () => {
    const dead = writeAgent('exit 1').device;
    expect((await askPower([honest('c'), dead], 'off', agents, systemClock)).outcome).toBe(
      'no-answer',
    );
  });
});
