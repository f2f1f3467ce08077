/** What a daemon that wakes up decides with input unread: for want of time, or because it was told? */
import { expect, test } from 'vitest';
import type { LogEntry } from '../../src/machine/protocol.ts';
import { givesUp } from '../../src/simulation/gives-up.ts';

const entry = (topic: string, what: string, evidence?: string): LogEntry => ({
  level: 'info',
  topic,
  state: 'x',
  node: null,
  what,
  ...(evidence === undefined ? {} : { evidence }),
});
const HERE = { hasNews: false, lost: [] };
const UNREACHABLE = 'tap on n1: failed, unreachable (the console of n1 is lost: closed)';
const REFUSED = 'boot failed: refused (n2 must be parked)';

const CASES: readonly [boolean, string, LogEntry, Parameters<typeof givesUp>[1]][] = [
  [true, 'a dialogue for want of an answer', entry('dialogue', 'tap on n1: failed, silent'), HERE],
  [true, 'a state that time leaves', entry('transition', 'crash -> crash-over'), HERE],
  [false, 'what is neither', entry('console', 'n1 is now running'), HERE],
  [false, 'news in this moment', entry('transition', 'a -> b'), { ...HERE, hasNews: true }],
  [false, 'a console known to be lost', entry('dialogue', UNREACHABLE), { ...HERE, lost: ['n1'] }],
  [true, 'another one is lost', entry('dialogue', UNREACHABLE), { ...HERE, lost: ['n2'] }],
  [false, 'a boot that the law refuses', entry('dialogue', 'boot: failed, refused (why)'), HERE],
  [false, 'and what follows from it', entry('transition', 'restart -> unproven', REFUSED), HERE],
  [true, 'another verb', entry('dialogue', 'resume n1: failed, refused (why)'), HERE],
  [false, 'a machine that begins', entry('transition', 'watch'), HERE],
  [true, 'without one of its consoles', entry('transition', 'watch'), { ...HERE, lost: ['n1'] }],
];

test.each(CASES)('%s: %s', (expected, _what, said, now) => {
  expect(givesUp(said, now)).toBe(expected);
});
