/**
 * Half a line that stands at a prompt without its RETURN, and that nobody sees: left by us on a
 * connection that was cut, by a daemon that was killed, by a person before we connected. The next
 * harmless RETURN must not run it.
 */
import { describe, expect, test } from 'vitest';
import { type World, watching } from './world.ts';

const PATH = '/pci@1c,600000/scsi@2/disk@0,0:a';

/** Somebody typed half a boot line at the standby while its console was away. */
function leave(world: World, text: string): void {
  world.site.node('n2').machine.receive(text);
}

describe('half a line', () => {
  test.for([`boot ${PATH}`, 'reset-all', 'go'])('%s: left before the daemon connects', (text) => {
    const world = watching({}, 15);
    world.kill();
    leave(world, text);
    world.restart();
    world.until(() => world.stateName === 'watch', 240);
    world.seconds(90);
    expect(world.site.node('n2').condition, world.story()).toBe('ok prompt');
    expect(world.site.events.some(({ what }) => what.startsWith('boots from'))).toBe(false);
    expect(world.site.referee.violations).toEqual([]);
  });

  test('of ours: the daemon dies before the RETURN of a boot; then people boot the other node', () => {
    const world = watching({}, 15);
    world.site.console('n2').options.delayMs = 40;
    world.site.node('n1').panic({ dumpMs: 500 });
    const end = world.clock.now().at + 100_000;
    while (!world.typed[1].endsWith(PATH)) {
      expect(world.clock.runNext(end), world.story()).toBe(true);
    }
    world.kill();
    world.seconds(1);
    world.site.node('n1').typeAtPrompt('boot shared');
    world.seconds(10);
    expect(world.site.node('n1').machine.isMultiUser).toBe(true);
    world.restart();
    world.seconds(120);
    expect(world.site.referee.violations, world.story()).toEqual([]);
    expect(world.site.node('n2').condition).toBe('ok prompt');
  });
});
