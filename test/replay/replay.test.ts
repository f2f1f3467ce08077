import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { compileScript } from '../../src/language/compile.ts';
import { compilePatterns } from '../../src/machine/patterns.ts';
import type { Happening } from '../../src/replay/happening.ts';
import { readRecording } from '../../src/replay/read-recording.ts';
import { unlistedTarget } from '../../src/replay/unlisted-target.ts';
import { shippedProgram } from '../machine/world.ts';
import { PACE, type RecordedWorld, restedWorld, type Told, tellReplay } from './recorded-world.ts';

function happenings(told: Told): readonly Happening[] {
  return told.entries.flatMap((entry) => entry.happenings);
}

/** The script at work, whole seconds after the replay of its own consoles. */
function expectSameStory(world: RecordedWorld, told: Told): void {
  expect(told.path, JSON.stringify(told.summary.open)).toEqual(world.path);
  const walls = world.journal.flatMap(({ wall, record }) =>
    record.kind === 'state' ? [wall] : [],
  );
  told.summary.transitions.forEach(({ wall, to }, index) => {
    expect(Math.abs(wall - (walls[index] ?? 0)), to).toBeLessThan(1500);
  });
}

describe('what a script did is what its replay says that it would do', () => {
  test('a panic, with the takeover', () => {
    const world = restedWorld();
    world.seconds(30);
    world.site.node('n1').panic();
    const back = world.until(() => world.stateName === 'watch' && world.activeName === 'n2', 300);
    expect(back, world.story()).toBe(true);
    world.seconds(30);
    const told = world.replayed();
    expectSameStory(world, told);
    expect(told.end).toMatchObject({ state: 'watch', active: 'n2' });
    expect(told.summary.typed.open).toBe(0);
    const panic = told.summary.transitions.find(({ to }) => to === 'crash');
    expect(panic).toMatchObject({ node: 'n1', from: 'watch', texts: ['panic'] });
    const line = world.transcripts[0].split('\n')[(panic?.line ?? 0) - 1];
    expect(line).toContain('panic[cpu');
    expect(told.summary.texts.find(({ name }) => name === 'panic')?.ledTo).toEqual(['crash']);
  });

  test('a hang: the service address comes from elsewhere', () => {
    const world = restedWorld();
    world.seconds(30);
    world.site.node('n1').hang();
    const back = world.until(() => world.stateName === 'watch' && world.activeName === 'n2', 300);
    expect(back, world.story()).toBe(true);
    expectSameStory(world, world.replayed());
    const without = world.replayed({ levels: [] });
    expect(without.path).toContain('mute');
    expect(without.path).not.toContain('doubtful');
  });

  test('a standby that somebody boots', () => {
    const world = restedWorld();
    world.seconds(20);
    world.site.node('n2').typeAtPrompt('boot shared');
    world.seconds(90);
    expectSameStory(world, world.replayed());
  });
});

describe('where the recording has no answer', () => {
  function panicked(): RecordedWorld {
    const world = restedWorld();
    world.seconds(30);
    world.site.node('n1').panic();
    world.until(() => world.stateName === 'watch' && world.activeName === 'n2', 300);
    world.seconds(20);
    return world;
  }

  test('the active console alone shows the panic at the same moment, and what stays open', () => {
    const world = panicked();
    const both = world.replayed();
    const [first] = [readRecording('n1', world.transcripts[0], PACE)];
    const alone = world.replayed({ recordings: [first, null] });
    const moment = (told: Told) => told.summary.transitions.find(({ to }) => to === 'crash')?.wall;
    expect(moment(alone)).toBe(moment(both));
    expect(alone.path).not.toContain('taking-over');
    const open = happenings(alone).find((one) => one.kind === 'open' && one.state === 'down');
    expect(open).toMatchObject({ assumed: null, repeated: false });
    const ways = open?.kind === 'open' ? open.ways.join('\n') : '';
    expect(ways).toMatch(/-> fencing/);
  });

  test('an assumption goes on, and only in its state', () => {
    const world = panicked();
    const recordings = [readRecording('n1', world.transcripts[0], PACE), null] as const;
    const open = world.replayed({ recordings }).summary.open.find(({ state }) => state === 'down');
    const task = open?.task.split(' ')[0] ?? '';
    const down = world.replayed({ recordings, assumed: { [`down.${task}`]: 'done' } });
    expect(down.path).toContain('fencing');
    const elsewhere = world.replayed({ recordings, assumed: { [`watch.${task}`]: 'done' } });
    expect(elsewhere.path).not.toContain('fencing');
  });

  test('nothing is booted on an assumption: the law still asks for facts', () => {
    const world = panicked();
    const recordings = [readRecording('n1', world.transcripts[0], PACE), null] as const;
    const assumed = { ready: 'done', 'make-ready': 'done', tap: 'silent', prove: 'done' };
    const told = world.replayed({ recordings, assumed });
    expect(told.path).toContain('taking-over');
    expect(told.path).not.toContain('booting');
    expect(told.end.active).toBe('n1');
  });

  test('the part of a recording after the panic begins in production, and says so', () => {
    const world = panicked();
    const panic = world.replayed().summary.transitions.find(({ to }) => to === 'crash')?.wall ?? 0;
    const told = world.replayed({ window: { contains: ({ wall }) => wall >= panic - 5000 } });
    expect(told.path.slice(0, 3)).toEqual(['start', 'watch', 'crash']);
    const taken = told.summary.open.filter(({ assumed }) => assumed === 'done');
    expect(taken.map(({ state }) => state)).toContain('start');
  });

  test('a system that runs again after they parted begins the replay anew', () => {
    const text = [
      'panic[cpu0]/thread=2a100047cc0: BAD TRAP\r\n',
      '{1} ok ',
      '\r\nSunOS something\r\nprod console login: ',
      '\r\npanic[cpu1]/thread=2a100047cc1: another\r\n',
    ];
    const start = Date.UTC(2026, 0, 1);
    const lines = text.map((data, index) => {
      const time = new Date(start + index * 60_000).toISOString();
      return `${time} < ${JSON.stringify(data)}\n`;
    });
    const told = unlisted(lines.join(''), hasty());
    const kinds = happenings(told).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'began-anew')).toHaveLength(1);
    expect(told.path).toEqual(['start', 'watch', 'acts', 'start', 'watch', 'acts']);
    const open = told.summary.open.filter(({ state }) => state === 'acts');
    expect(open).toMatchObject([{ task: 'fence n1', what: 'BREAK to n1', count: 2 }]);
  });
});

/** A script that fences at a panic line, and sees nothing else meanwhile. */
function hasty() {
  const script = `use obp
state start "looks"
  do tap on active
    failed -> watch "it does not answer"
  -> watch "it answers"
state watch "waits"
  on active panic -> acts "$line"
  rest
state acts "fences"
  fence active
    failed -> over "it does not stop"
  -> over "it is stopped"
state over "is done"
  on operator release -> start "looked at"
  rest
`;
  const library = fileURLToPath(new URL('../../chat-scripts/', import.meta.url));
  const { program } = compileScript('hasty.chat', (file) =>
    file === 'hasty.chat' ? script : readFileSync(library + file, 'utf8'),
  );
  if (program === null) throw new Error('the script of the test has errors');
  return { program, patterns: compilePatterns(program) };
}

function unlisted(text: string, { program, patterns } = shippedProgram()): Told {
  const recording = readRecording('x', text, {
    ...PACE,
    isPrompt: (line) => patterns.lookup(line, 'prompts').length > 0,
  });
  const recordings = [recording, null] as const;
  const { target } = unlistedTarget(program, patterns, recordings, ['n1', 'n2'], 'confirm');
  const window = { contains: () => true };
  const rest = { active: 0, levels: [], assumed: {}, window } as const;
  return tellReplay({ program, patterns, target, recordings, ...rest });
}

describe('a log without times', () => {
  const PANIC = `prod console login: root
NOTICE: nothing
panic[cpu1]/thread=2a100047cc0: BAD TRAP
dumping to /dev/dsk/c1t0d0s1, offset 429391872, content: kernel
100% done: 5 pages dumped, dump succeeded
{1} ok `;

  test('shows the panic by its line, then the prompt at the end', () => {
    const told = unlisted(`${PANIC}\n{1} ok `);
    expect(told.path).toEqual(['start', 'watch', 'crash', 'crashed', 'crash-over', 'down']);
    expect(told.summary.transitions[2]).toMatchObject({ line: 3, texts: ['panic'] });
  });

  test('that mentions a panic is mistaken for none', () => {
    const told = unlisted(`${PANIC.replaceAll('panic[', 'a panic in [')}\n`);
    expect(told.path).not.toContain('crash');
    expect(told.summary.texts.map(({ name }) => name)).not.toContain('panic');
  });

  test('its pace changes nothing of what is matched', () => {
    const { program, patterns } = shippedProgram();
    for (const paceMs of [1, 100, 2000]) {
      const recording = readRecording('x', `${PANIC}\n`, { ...PACE, paceMs });
      const recordings = [recording, null] as const;
      const { target } = unlistedTarget(program, patterns, recordings, ['a', 'b'], 'trust');
      const window = { contains: () => true };
      const rest = { active: 0, levels: [], assumed: {}, window } as const;
      const told = tellReplay({ program, patterns, target, recordings, ...rest });
      expect(told.path.slice(0, 4), `${paceMs}`).toEqual(['start', 'watch', 'crash', 'crashed']);
    }
  });
});
