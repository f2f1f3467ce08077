/** The standby resets by itself right behind an answer: what it showed before is no proof any more. */
import { expect, test } from 'vitest';
import { watching } from './world.ts';

test.each(['auto-boot?', 'diag-switch?', 'error-reset-recovery'])(
  'a value shown right before a reset does not count: %s',
  (variable) => {
    const world = watching({ settings: { 'standby-interval': '20000' } }, 2);
    const node = world.site.node('n2');
    const receive = node.machine.receive.bind(node.machine);
    let typed = '';
    let resetAt: number | null = null;
    node.machine.receive = (text) => {
      typed += text;
      receive(text);
      if (resetAt !== null || !typed.endsWith(`printenv ${variable}\r`)) return;
      resetAt = world.clock.now().at;
      node.machine.watchdogReset();
    };
    const isReady = () =>
      resetAt !== null &&
      world.log.some((one) => one.at > (resetAt ?? 0) && one.text.includes('ready on n2: done'));
    expect(world.until(isReady, 90), world.story()).toBe(true);
    const { reads, resetAt: seenAt } = world.state.nodes[1].facts;
    const since = resetAt ?? 0;
    expect(Object.keys(reads)).toHaveLength(7);
    for (const { at } of Object.values(reads)) expect(at).toBeGreaterThan(since);
    // Asked for after the reset: the value is in what was typed once more.
    const after = typed.slice(typed.indexOf(`printenv ${variable}\r`) + 1);
    expect(after).toContain(`printenv ${variable}\r`);
    expect(seenAt ?? since + 1).toBeGreaterThan(since);
  },
);
