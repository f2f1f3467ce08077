/** `clusterd status --watch`: what stands on the screen, what keys do, and that it always ends well. */
import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../src/clock/simulated.ts';
import { DaemonError } from '../../src/cluster/daemon-error.ts';
import { type Key, KeyReader, Painter, type ScreenLine } from '../../src/commands/screen.ts';
import type { StatusReply } from '../../src/commands/status-json.ts';
import { watchStatus } from '../../src/commands/status-watch.ts';
import { drawView, pressKey, type View } from '../../src/commands/watch-view.ts';
import { clusterNamed, FakeScreen, replyOf, WALL } from './watching.ts';

const SIZE = { columns: 100, rows: 12 };
const many = Array.from({ length: 40 }, (_, index) => clusterNamed(`c${index + 1}`));

function viewOf(reply: StatusReply): View {
  return { reply, gone: null, onlyTrouble: false, marked: null, page: null };
}

const texts = (lines: readonly ScreenLine[]) => lines.map(({ text }) => text.trimEnd());
const key = (kind: Exclude<Key['kind'], 'char'>): Key => ({ kind });
const char = (text: string): Key => ({ kind: 'char', char: text });

function pressing(view: View, ...keys: readonly Key[]): View {
  return keys.reduce((now, one) => pressKey(now, one, SIZE, false) ?? now, view);
}

describe('the list', () => {
  it('fills the screen exactly, the worst on top, the first marked', () => {
    const lines = drawView(viewOf(replyOf(...many, clusterNamed('bad', 'production'))), SIZE);
    expect(lines).toHaveLength(SIZE.rows);
    expect(texts(lines)[2]).toMatch(/^!! {2}bad /);
    expect(lines[2]?.style).toBe('reverse');
    expect(texts(lines)[3]).toMatch(/ALARM production/);
    expect(texts(lines)[4]).toMatch(/ c1 /);
  });
  it('has the alarms of the site above the clusters, not more than three', () => {
    const alarm = { text: 'does not work', type: 'clusterd test-alarm', sinceWall: WALL };
    const siteAlarms = ['a', 'b', 'c', 'd'].map((name) => ({
      ...alarm,
      name: `clusterd:${name}`,
      acknowledged: null,
    }));
    const lines = drawView(viewOf({ ...replyOf(...many), siteAlarms }), SIZE);
    expect(lines).toHaveLength(SIZE.rows);
    expect(texts(lines)[1]).toMatch(/^ALARM of the site, clusterd:a, for 0 s: does not work/);
    expect(texts(lines)[4]).toMatch(/CLUSTER/);
  });

  it('keeps the mark in sight, on its cluster, wherever that goes', () => {
    const down = pressing(
      viewOf(replyOf(...many)),
      ...Array.from({ length: 20 }, () => key('down')),
    );
    expect(down.marked).toBe('c21');
    const marked = (view: View) => drawView(view, SIZE).find(({ style }) => style === 'reverse');
    expect(marked(down)?.text).toMatch(/ c21 /);
    const worse = many.map((one) => (one.cluster === 'c21' ? clusterNamed('c21', 'x') : one));
    expect(marked({ ...down, reply: replyOf(...worse) })?.text).toMatch(/^!! {2}c21 /);
  });
  it('stops at both ends', () => {
    const view = viewOf(replyOf(...many));
    expect(pressing(view, key('end')).marked).toBe('c40');
    expect(pressing(view, key('end'), key('page-down'), key('home'), key('up')).marked).toBe('c1');
    expect(pressing(viewOf(replyOf()), key('down'), key('return')).page).toBeNull();
  });
  it('shows only trouble on t, or that there is none', () => {
    const view = pressing(viewOf(replyOf(...many)), char('t'));
    expect(texts(drawView(view, SIZE))).toContain('no cluster is in trouble');
    expect(pressing(view, char('t')).onlyTrouble).toBe(false);
  });
  it('says that the daemon does not answer, and that the rest is old', () => {
    const gone = { forMs: 61_000, why: 'no daemon\u001b[2J runs' };
    const [, second] = drawView({ ...viewOf(replyOf(...many)), gone }, SIZE);
    expect(second?.text).toMatch(/^NO ANSWER for 1 min 1 s, this is old: no daemon\\x1b\[2J runs$/);
  });
  it.each([1, 2, 3])('bears a screen of %i rows', (rows) => {
    const lines = drawView(viewOf(replyOf(...many)), { columns: 1, rows });
    expect(lines.length).toBeGreaterThan(0);
  });
});

describe('a page', () => {
  const view = viewOf(replyOf(clusterNamed('one', 'production'), clusterNamed('two')));

  it('opens on RETURN with its alarms on top, and goes back', () => {
    const page = pressing(view, key('return'));
    expect(page.page).toEqual({ cluster: 'one', top: 0 });
    expect(texts(drawView(page, SIZE)).slice(1, 4).join('\n')).toMatch(
      /one: watch:[\s\S]*ALARM prod/,
    );
    expect(pressing(page, char('b')).page).toBeNull();
    expect(pressing(page, key('left')).page).toBeNull();
    expect(pressKey(page, char('b'), SIZE, true)?.page).not.toBeNull();
  });
  it('scrolls to its end and no further', () => {
    const page = pressing(view, key('return'), key('end'), key('page-down'));
    const lines = texts(drawView(page, SIZE));
    expect(lines).toHaveLength(SIZE.rows);
    expect(lines.at(-2)).toMatch(/evidence/);
  });
  it('breaks lines that do not fit, and loses nothing', () => {
    const narrow = { columns: 40, rows: 60 };
    const lines = texts(drawView(pressing(view, key('return')), narrow)).slice(1, -1);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(40);
    expect(lines.join(' ').replaceAll(/ +/g, ' ')).toContain(
      'the daemon started and looked at everything that there is to be looked at today',
    );
  });
  it('says when its cluster is gone', () => {
    const page = { ...pressing(view, key('return')), reply: replyOf() };
    expect(texts(drawView(page, SIZE))[1]).toBe("the daemon has no cluster 'one'");
  });
});

describe('keys', () => {
  it.each([
    ['arrows in both modes', '\x1b[A\x1bOB', ['up', 'down']],
    ['pages and ends', '\x1b[5~\x1b[6~\x1b[H\x1b[4~', ['page-up', 'page-down', 'home', 'end']],
    ['RETURN, ^C, ^Z', '\r\x03\x1a', ['return', 'interrupt', 'suspend']],
    ['letters', 'q', ['char']],
    ['nothing unknown', '\x1b[1;5A\x00\x7f\x1b[200~', ['char']],
  ])('%s', (_, data, kinds) => {
    const keys = new KeyReader().take(data);
    if (data.includes('\x7f')) expect(keys.length).toBeLessThan(2);
    else expect(keys.map(({ kind }) => kind)).toEqual(kinds);
  });
  it('however they are cut', () => {
    const reader = new KeyReader();
    const cut = ['\x1b', '[', 'A', '\x1b[5', '~', 'q'].flatMap((part) => reader.take(part));
    expect(cut.map(({ kind }) => kind)).toEqual(['up', 'page-up', 'char']);
  });
});

describe('painting', () => {
  const line = (text: string): ScreenLine => ({ text, style: 'plain' });
  const size = { columns: 5, rows: 3 };

  it('writes only what changed, cut to the screen', () => {
    const painter = new Painter();
    expect(painter.paint([line('one'), line('two long'), line('three')], size)).toBe(
      '\x1b[2J\x1b[1;1Hone\x1b[K\x1b[2;1Htwo l\x1b[K\x1b[3;1Hthree\x1b[K',
    );
    expect(painter.paint([line('one'), line('2'), line('three')], size)).toBe('\x1b[2;1H2\x1b[K');
    expect(painter.paint([line('one'), line('2'), line('three')], size)).toBe('');
    expect(painter.paint([line('one')], size)).toBe('\x1b[2;1H\x1b[K\x1b[3;1H\x1b[K');
  });
  it('begins anew after a change of the size', () => {
    const painter = new Painter();
    painter.paint([line('one')], size);
    expect(painter.paint([line('one')], { ...size, rows: 2 })).toMatch(/^\x1b\[2J.*one/);
  });
});

describe('watching', () => {
  interface Rig {
    readonly screen: FakeScreen;
    readonly clock: SimulatedClock;
    readonly asked: (string | null)[];
    isGone: boolean;
    readonly ended: Promise<number>;
  }

  async function watching(): Promise<Rig> {
    const clock = new SimulatedClock();
    const screen = new FakeScreen();
    const asked: (string | null)[] = [];
    const rig = { screen, clock, asked, isGone: false, ended: Promise.resolve(0) };
    const fetchStatus = async (cluster: string | null) => {
      asked.push(cluster);
      if (rig.isGone) throw new DaemonError('not-running', 'no daemon runs', { hint: '' });
      const all = [clusterNamed('one'), clusterNamed('two')];
      return replyOf(...all.filter((one) => cluster === null || one.cluster === cluster));
    };
    rig.ended = watchStatus({ screen, clock, fetchStatus, onlyTrouble: false, single: null });
    await turns();
    return rig;
  }
  const turns = async () => {
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  };

  it('draws, asks each second, ends on q and gives the terminal back', async () => {
    const rig = await watching();
    expect(rig.screen.text).toMatch(/one[\s\S]*two/);
    const before = rig.asked.length;
    rig.clock.advance(1_001);
    await turns();
    expect(rig.asked.length).toBe(before + 1);
    rig.screen.listener?.onKey(char('q'));
    expect(await rig.ended).toBe(0);
    expect(rig.screen.closed).toBe(1);
  });
  it('goes on when the daemon went away and came back', async () => {
    const rig = await watching();
    rig.isGone = true;
    rig.clock.advance(1_001);
    await turns();
    expect(rig.screen.text).toMatch(/NO ANSWER.*no daemon runs[\s\S]*one/);
    rig.isGone = false;
    rig.clock.advance(1_001);
    await turns();
    expect(rig.screen.text).not.toMatch(/NO ANSWER/);
    rig.screen.listener?.onEnd(143);
    expect(await rig.ended).toBe(143);
  });
  it('asks for one cluster while its page is open, and keeps the list', async () => {
    const rig = await watching();
    rig.screen.listener?.onKey(key('down'));
    rig.screen.listener?.onKey(key('return'));
    rig.clock.advance(1_001);
    await turns();
    rig.clock.advance(1_001);
    await turns();
    expect(rig.asked.at(-1)).toBe('two');
    expect(rig.screen.text).toMatch(/two: watch/);
    rig.screen.listener?.onKey(char('b'));
    expect(rig.screen.text).toMatch(/one[\s\S]*two/);
    rig.screen.listener?.onKey(key('interrupt'));
    expect(await rig.ended).toBe(0);
  });
  it('fails at once, with the screen untouched, when no daemon answers the first time', async () => {
    const screen = new FakeScreen();
    const fetchStatus = () => Promise.reject(new Error('gone'));
    const clock = new SimulatedClock();
    const watch = watchStatus({ screen, clock, fetchStatus, onlyTrouble: false, single: null });
    await expect(watch).rejects.toThrow('gone');
    expect(screen.listener).toBeNull();
  });
});
