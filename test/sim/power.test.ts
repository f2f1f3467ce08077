import { afterEach, describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../src/clock/simulated.ts';
import { systemClock } from '../../src/clock/system.ts';
import { runFence } from '../../src/sim/fence.ts';
import { Site } from '../../src/sim/site.ts';
import type { SiteOptions } from '../../src/sim/site-options.ts';

const twoFeeds = [{ name: 'n1', outlets: ['n1a', 'n1b'] }, { name: 'n2' }] as const;

describe('the power switch', () => {
  function makeSite(options: SiteOptions = {}) {
    const clock = new SimulatedClock();
    return { clock, site: new Site(options, clock) };
  }

  it('switches after its delay, and tells the state then', () => {
    const { clock, site } = makeSite();
    let done = 0;
    site.power.turn('n1', false, () => {
      done = clock.now().at;
    });
    expect(site.power.outlet('n1').on).toBe(true);
    clock.advance(200);
    expect(done).toBe(100);
    expect(site.power.outlet('n1').on).toBe(false);
    expect(site.node('n1').condition).toBe('off');
    expect(site.disk.openMounts()).toEqual([]);
  });

  it('leaves a node with two feeds running until both are off', () => {
    const { clock, site } = makeSite({ nodes: twoFeeds });
    site.power.turn('n1a', false, () => {});
    clock.advance(200);
    expect(site.node('n1').condition).toBe('system multi-user');
    site.power.turn('n1b', false, () => {});
    clock.advance(200);
    expect(site.node('n1').condition).toBe('off');
    site.power.turn('n1a', true, () => {});
    clock.advance(200);
    expect(site.node('n1').condition).toBe('post');
  });

  it('may be stuck: then it says that it is still on', () => {
    const { clock, site } = makeSite();
    site.power.outlet('n1').stuck = true;
    let answered = false;
    site.power.turn('n1', false, () => {
      answered = true;
    });
    clock.advance(200);
    expect(answered).toBe(true);
    expect(site.power.outlet('n1').on).toBe(true);
    expect(site.node('n1').condition).toBe('system multi-user');
  });

  it('names its outlets when asked for one that is not there', () => {
    expect(() => makeSite().site.power.outlet('n3')).toThrow("no outlet is named 'n3'");
  });
});

describe('the fence agent', () => {
  const closers: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });

  async function agent(options: SiteOptions = {}) {
    const site = new Site({ times: { switchMs: 5 }, ...options }, systemClock);
    const listening = await site.listen();
    closers.push(async () => {
      await listening.close();
      site.powerDown();
    });
    const address = `ip=${listening.power.host}\nipport=${listening.power.port}\n`;
    const ask = (action: string, rest = 'plug=n1') =>
      runFence(`# comment\n\n${address}action=${action}\n${rest}\n`, []);
    return { site, ask, port: listening.power.port };
  }

  it('switches off and on, verified, and tells the state by its exit status', async () => {
    const { site, ask } = await agent();
    expect(await ask('status')).toMatchObject({ status: 0, stdout: 'Status: ON\n' });
    expect(await ask('off')).toMatchObject({ status: 0, stderr: '' });
    expect(site.node('n1').condition).toBe('off');
    expect(await ask('status')).toMatchObject({ status: 2, stdout: 'Status: OFF\n' });
    expect(await ask('on')).toMatchObject({ status: 0 });
    expect(site.node('n1').condition).toBe('post');
    expect(await ask('reboot')).toMatchObject({ status: 0 });
  });

  it('fails when the outlet stays on', async () => {
    const { site, ask } = await agent();
    site.power.outlet('n1').stuck = true;
    expect(await ask('off')).toEqual({
      status: 1,
      stdout: '',
      stderr: 'fence-agent: outlet n1 is still on\n',
    });
  });

  it('takes silence for a failure, never for off', async () => {
    const { site, ask } = await agent();
    site.power.answers = false;
    const silent = 'plug=n1\npower_timeout=0.05';
    for (const action of ['off', 'status', 'monitor']) {
      expect((await ask(action, silent)).status).toBe(1);
      expect((await ask(action, silent)).stderr).toContain('no answer from 127.0.0.1:');
    }
    expect(site.node('n1').condition).toBe('system multi-user');
  });

  it.each([
    ['off', 'plug=n9', "no outlet is named 'n9'; the outlets are n1, n2"],
    ['off', '', "'plug' is missing"],
    ['explode', 'plug=n1', "unknown action 'explode'"],
    ['off', 'plug=n1\nipport=x', "'ipport' is missing or no port"],
  ])('fails on %s with %j', async (action, rest, message) => {
    const { ask } = await agent();
    const { status, stderr } = await ask(action, rest);
    expect(status).toBe(1);
    expect(stderr).toContain(message);
  });

  it('says that nothing listens there', async () => {
    const { ask } = await agent();
    for (const close of closers.splice(0)) await close();
    const { status, stderr } = await ask('status');
    expect(status).toBe(1);
    expect(stderr).toContain('cannot reach the power switch');
  });

  it('takes options on the command line and the old names too', async () => {
    const { port } = await agent();
    const args = ['--action=status', '-n', 'n1', '-a', '127.0.0.1', '-u', String(port)];
    expect((await runFence('', args)).status).toBe(0);
    expect((await runFence(`option=status\nport=n1\nipport=${port}\n`, [])).status).toBe(0);
    expect((await runFence('', ['what'])).stderr).toContain("unknown option 'what'");
  });

  it('lists outlets, monitors, and describes itself', async () => {
    const { ask } = await agent();
    expect((await ask('list', '')).stdout).toBe('n1,\nn2,\n');
    expect(await ask('monitor', '')).toEqual({ status: 0, stdout: '', stderr: '' });
    const { status, stdout } = await ask('metadata', '');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^<\?xml version="1\.0" \?>\n<resource-agent name="clusterd-sim"/);
    for (const action of ['on', 'off', 'status', 'monitor', 'metadata']) {
      expect(stdout).toContain(`<action name="${action}" />`);
    }
  });
});
