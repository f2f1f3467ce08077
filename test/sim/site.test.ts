import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../src/clock/simulated.ts';
import { Site } from '../../src/sim/site.ts';
import type { SiteOptions } from '../../src/sim/site-options.ts';
import { DISK_PATHS } from '../../src/sim/site-options.ts';
import { Terminal } from './terminal.ts';

function makeSite(options: SiteOptions = {}) {
  const clock = new SimulatedClock();
  const site = new Site(options, clock);
  const n1 = new Terminal(site.console('n1'), clock);
  const n2 = new Terminal(site.console('n2'), clock);
  return { clock, site, n1, n2 };
}

describe('a site from panic to takeover', () => {
  it('keeps production on one node at a time when everything is done right', () => {
    const { clock, site, n1, n2 } = makeSite();
    clock.advance(1000);
    expect(n1.line('')).toBe('\r\nprod console login: ');
    expect(n2.line('banner')).toContain('Host ID: 83a54f12.');

    site.node('n1').panic({ message: 'test' });
    expect(n1.output).toContain('\n\rpanic[cpu0]/thread=2a100047cc0: test\r\n\r\n');
    clock.advance(5000);
    expect(n1.output).toContain('dump succeeded\r\nrebooting...\r\n');
    expect(n1.output).toContain('Rebooting with command: boot\r\nBoot device: clusterd-parked');
    expect(n1.output.endsWith("Can't locate boot device\r\n\r\n\r\nok ")).toBe(true);

    expect(n2.line(`boot ${DISK_PATHS.d1}:a`, 4000)).toContain('SunOS Release 5.10');
    expect(n2.output.endsWith('prod console login: ')).toBe(true);
    clock.advance(2000);
    expect(site.node('n2').machine.isMultiUser).toBe(true);
    expect(site.referee.acknowledged).toBeGreaterThan(5);
    expect(site.referee.violations).toEqual([]);
    expect(site.referee.losses).toEqual([]);
  });
});
