/** `clusterd doctor` of the real program: a simulated pair, whole and broken, with and without a daemon. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock/system.ts';
import { Site } from '../../src/sim/site.ts';
import { DISK_PATHS } from '../../src/sim/site-options.ts';
import type { SiteListening } from '../../src/sim/site-sockets.ts';
import {
  cleanUp,
  clusterd,
  makeHome,
  RunningDaemon,
  startCommand,
  withShippedScripts,
} from './program.ts';

interface Check {
  readonly where: string;
  readonly what: string;
  readonly verdict: string;
  readonly text: string;
  readonly remedy: string | null;
}

const IDENTITIES = { n1: '83a54dc7', n2: '83a54f12' };
const SECRET = 'tell-nobody';
let site: Site;
let listening: SiteListening;

beforeAll(async () => {
  site = new Site({}, systemClock);
  listening = await site.listen({});
});
afterEach(cleanUp);
afterAll(async () => {
  await listening.close();
  site.powerDown();
});

interface Wrong {
  readonly identities?: typeof IDENTITIES;
  readonly port?: number;
  readonly power?: string;
  readonly reference?: string;
}

function home(wrong: Wrong = {}): string {
  const { service, router } = listening;
  const identities = wrong.identities ?? IDENTITIES;
  const node = (name: 'n1' | 'n2') => {
    const { host, port } = listening.consoles[name] ?? { host: '', port: 0 };
    const shown = name === 'n2' ? (wrong.port ?? port) : port;
    return `  node ${name}
    console telnet ${host}:${shown}
    identity ${identities[name]}
    boot-path ${DISK_PATHS.d1}:a
${name === 'n2' && wrong.power !== undefined ? `    power ${wrong.power}\n` : ''}`;
  };
  return withShippedScripts(
    makeHome(`cluster demo
  script sun-obp
  service tcp ${service.host}:${service.port}
  reference tcp ${wrong.reference ?? `${router.host}:${router.port}`}
  on-silence confirm
  set tap-quiet 1s
  set reply-limit 1500ms
${node('n1')}${node('n2')}`),
  );
}

async function doctor(place: string, ...words: string[]) {
  const { status, out, err } = await clusterd(place, 'doctor', '--json', ...words);
  expect(`${out}${err}`).not.toContain(SECRET);
  const clusters: { checks: Check[] }[] = out === '' ? [] : JSON.parse(out).clusters;
  const checks = clusters.flatMap((one) => one.checks);
  const of = (where: string, what: string) =>
    checks.find((one) => one.where === where && one.what.startsWith(what));
  return { status, err, checks, of };
}

describe('without a daemon', () => {
  it('finds a whole pair whole, and types nothing on the active node unasked', async () => {
    const { of, status } = await doctor(home(), 'demo');
    expect(of('n1', 'login')).toMatchObject({ verdict: 'not-tried' });
    expect(of('n1', 'login')?.remedy).toContain('--tap');
    expect(of('n2', 'prompt')).toMatchObject({ verdict: 'ok' });
    expect(of('n2', 'aliases')).toMatchObject({ verdict: 'ok' });
    expect(of('n2', 'identity')).toMatchObject({ verdict: 'ok' });
    expect(status).toBe(1);
  }, 150_000);

  it('--tap: presses RETURN on the active node', async () => {
    expect((await doctor(home(), '--tap')).of('n1', 'login')).toMatchObject({ verdict: 'ok' });
  }, 150_000);

  it('types nothing where a hold stands in the journal: somebody may work there', async () => {
    const place = home();
    const daemon = await RunningDaemon.start(place);
    await daemon.arm('demo');
    const held = await clusterd(place, 'hold', 'demo');
    expect(`${held.out}${held.err}`).toContain('stopped');
    expect((await clusterd(place, 'stop')).status).toBe(0);
    const { checks, of } = await doctor(place, 'demo');
    expect(checks).toHaveLength(1);
    expect(of('demo', 'consoles')).toMatchObject({ verdict: 'not-tried' });
    expect(of('demo', 'consoles')?.remedy).toContain('clusterd release demo');
  }, 150_000);

  it('says all that is wrong at once, and what to do', async () => {
    const secret = '/tmp/nobody-has-this-secret';
    const power = `/bin/false password=@file:${secret}`;
    const place = home({ port: 1, power, reference: '127.0.0.1:1' });
    const { of, status } = await doctor(place);
    expect(status).toBe(2);
    expect(of('n2', 'console')).toMatchObject({ verdict: 'fail' });
    expect(of('n2', 'console')?.text).toMatch(/refused/);
    expect(of('n2', 'power')).toMatchObject({ verdict: 'fail' });
    expect(of('n2', 'secret')).toMatchObject({ verdict: 'fail' });
    expect(of('n2', 'secret')?.text).toContain(`@file:${secret}`);
    expect(of('demo', 'reference')).toMatchObject({ verdict: 'fail' });
    expect(of('n2', 'prompt')).toMatchObject({ verdict: 'not-tried' });
  }, 150_000);

  it('shows no secret, of a lying agent neither, and names who may read it', async () => {
    const place = home();
    const secret = join(place, 'secret');
    const agent = join(place, 'fence_liar');
    writeFileSync(secret, `${SECRET}\n`, { mode: 0o600 });
    writeFileSync(agent, '#!/bin/sh\ncat\necho "Status: OFF"\nexit 2\n', { mode: 0o755 });
    const clist = home({ power: `${agent} password=@file:${secret}` });
    const lying = await doctor(clist);
    expect(lying.of('n2', 'power')?.text).toMatch(/SAYS OFF, and the console/);
    expect(lying.of('n2', 'secret')).toMatchObject({ verdict: 'ok' });
    rmSync(secret);
    writeFileSync(secret, `${SECRET}\n`, { mode: 0o644 });
    const { of } = await doctor(clist);
    expect(of('n2', 'secret')).toMatchObject({ verdict: 'fail', remedy: `chmod 600 ${secret}` });
  }, 200_000);

  it('names swapped consoles as that', async () => {
    const identities = { n1: IDENTITIES.n2, n2: IDENTITIES.n1 };
    const { of, status } = await doctor(home({ identities }));
    expect(status).toBe(2);
    expect(of('demo', 'cables')?.text).toBe(
      `the consoles of n1 and n2 are swapped: the line of n2 shows ${IDENTITIES.n2}, which is n1's`,
    );
    expect(of('n2', 'identity')).toMatchObject({ verdict: 'fail' });
  }, 150_000);

  it('one at a time: the second is told who has the consoles', async () => {
    const place = home();
    const first = startCommand(place, 'doctor');
    const { status, err } = await clusterd(place, 'doctor').then(async (one) =>
      one.status === 2 ? one : await first.finished,
    );
    expect([status, err]).toEqual([2, expect.stringMatching(/doctor|already|pid|process/)]);
    await first.finished;
  }, 150_000);
});

describe('with a daemon', () => {
  it('asks it: while disarmed nothing is typed, armed all is tried', async () => {
    const daemon = await RunningDaemon.start(home());
    await daemon.logged(/start -> watch/, 30_000);
    const before = await doctor(daemon.home, 'demo');
    expect(before.of('n2', 'prompt')?.text).toContain('disarmed');
    expect(before.status).toBe(1);
    await daemon.arm('demo');
    await daemon.logged(/armed by[\s\S]*start -> watch/, 30_000);
    const after = await doctor(daemon.home);
    expect(after.checks.filter(({ verdict }) => verdict === 'fail')).toEqual([]);
    expect(after.of('n1', 'login')).toMatchObject({ verdict: 'ok' });
    expect(after.of('n2', 'aliases')).toMatchObject({ verdict: 'ok' });
    expect(daemon.file('Logs/demo.log')).toMatch(/looks: aliases on n2/);
    expect(site.referee.violations).toEqual([]);
  }, 200_000);

  it('knows no such cluster', async () => {
    const { status, err } = await doctor(home(), 'dmeo');
    expect([status, err]).toEqual([2, expect.stringMatching(/no cluster 'dmeo'[\s\S]*'demo'/)]);
  }, 90_000);
});
