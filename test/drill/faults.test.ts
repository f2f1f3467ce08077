import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock/system.ts';
import { DRILL_CASES } from '../../src/drill/cases.ts';
import { type Fault, formatFault, tellOf } from '../../src/drill/fault.ts';
import { FaultSources } from '../../src/drill/fault-source.ts';
import { PersonFaults } from '../../src/drill/person-faults.ts';
import { ProgramFaults } from '../../src/drill/program-faults.ts';
import { SimulatedFaults, SimulatedWitness } from '../../src/drill/simulated-faults.ts';
import { controlServer } from '../../src/sim/control-server.ts';
import { Site } from '../../src/sim/site.ts';

const PANIC: Fault = { kind: 'panic', node: 'n1' };
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

test('a person is told every fault of every case in words', () => {
  for (const { faults } of DRILL_CASES) {
    for (const fault of faults('n1', 'n2')) expect(tellOf(fault)).toMatch(/^[a-z].{10,}$/);
  }
});

describe('a program of the site', () => {
  function programOf(text: string): { path: string; log: string } {
    const directory = mkdtempSync(join(tmpdir(), 'faults-'));
    ends.push(() => rmSync(directory, { recursive: true, force: true }));
    const path = join(directory, 'break-it');
    writeFileSync(path, `#!/bin/sh\necho "$@" >> "${directory}/log"\n${text}\n`);
    chmodSync(path, 0o755);
    return { path, log: join(directory, 'log') };
  }
  const nobody = new PersonFaults(null);

  test('is run with the fault and its node', async () => {
    const { path, log } = programOf('exit 0');
    await new ProgramFaults(path, nobody, systemClock).strike(PANIC);
    expect(readFileSync(log, 'latin1')).toBe('panic n1\n');
  });

  test('a person does what it cannot', async () => {
    const { path } = programOf('exit 3');
    const asked: string[] = [];
    const person = new PersonFaults(async (text) => {
      asked.push(text);
      return '';
    });
    await new ProgramFaults(path, person, systemClock).strike(PANIC);
    expect(asked.join()).toContain('make the system on n1 panic');
  });

  test('that fails is not taken for done', async () => {
    const { path } = programOf('echo no such machine; exit 1');
    const faults = new ProgramFaults(path, nobody, systemClock);
    await expect(faults.strike(PANIC)).rejects.toThrow(/exit status 1 no such machine/);
    const missing = new ProgramFaults(`${path}-missing`, nobody, systemClock);
    await expect(missing.strike(PANIC)).rejects.toThrow(/not-started/);
  });
});

describe('a person', () => {
  test('may say that it cannot be done', async () => {
    const person = new PersonFaults(async () => 'cannot');
    await expect(person.strike(PANIC)).rejects.toThrow(/cannot make the system on n1 panic/);
  });

  test('is no source where nobody is there', () => {
    const sources = new FaultSources([new PersonFaults(null)]);
    expect(sources.sourceOf(PANIC)).toBeNull();
  });
});

describe('the simulator', () => {
  async function simulator(): Promise<{ site: Site; port: number }> {
    const site = new Site({}, systemClock);
    const server = controlServer(site, () => {});
    const { port } = await server.open(0);
    ends.push(async () => {
      await server.close();
      site.powerDown();
    });
    return { site, port };
  }

  test('does what it is told', async () => {
    const { site, port } = await simulator();
    const faults = new SimulatedFaults(port, systemClock);
    await faults.strike({ kind: 'power-off', node: 'n1' });
    expect(site.node('n1').condition).toBe('off');
    expect(await new SimulatedWitness(port, systemClock).violations()).toEqual([]);
  });

  test('that refuses is not taken for done', async () => {
    const { port } = await simulator();
    const faults = new SimulatedFaults(port, systemClock);
    await expect(faults.strike({ kind: 'power-off', node: 'n9' })).rejects.toThrow(/n9/);
    await expect(new SimulatedFaults(1, systemClock).strike(PANIC)).rejects.toThrow(/ECONNREFUSED/);
  });

  test('knows every fault of the cases but those of the daemon', () => {
    const faults = new SimulatedFaults(1, systemClock);
    const unknown = DRILL_CASES.flatMap((one) => one.faults('n1', 'n2'))
      .filter((fault) => !faults.can(fault))
      .map(formatFault);
    expect([...new Set(unknown)].sort()).toEqual(['kill-daemon', 'start-daemon']);
  });
});
