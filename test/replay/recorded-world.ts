/**
 * A simulated cluster whose consoles are recorded as the daemon would: the text of both transcripts, and
 * the levels of the service address. So a replay can be held against what really was decided.
 */
import { quoteBytes } from '../../src/log/escape.ts';
import { formatRemark } from '../../src/log/transcript.ts';
import { formatUtc } from '../../src/log/wall-time.ts';
import type { EventBody, MachineEffect, NodeIndex } from '../../src/machine/protocol.ts';
import type { Entry } from '../../src/replay/happening.ts';
import type { NetLevelAt } from '../../src/replay/player.ts';
import { readRecording } from '../../src/replay/read-recording.ts';
import { type Replayed, type ReplayRequest, replay } from '../../src/replay/replay.ts';
import { shippedProgram, World, type WorldOptions } from '../machine/world.ts';

export const PACE = { paceMs: 100, isPrompt: () => false, promptPauseMs: 1000 };

export class RecordedWorld extends World {
  readonly transcripts: [string, string] = ['', ''];
  readonly levels: NetLevelAt[] = [];

  constructor(options: WorldOptions = {}) {
    super(options);
    for (const { wall, ...body } of this.events) this.#recordEvent(body, wall);
    const { effects } = this;
    effects.push = (...added: MachineEffect[]) => {
      for (const effect of added) this.#recordEffect(effect);
      return Array.prototype.push.apply(effects, added);
    };
  }

  override feed(body: EventBody): void {
    // The base class feeds while it is made.
    if (this.transcripts !== undefined) this.#recordEvent(body, this.clock.now().wall);
    super.feed(body);
  }

  #recordEvent(body: EventBody, wall: number): void {
    if (body.kind === 'bytes')
      this.#write(body.node, `${formatUtc(wall)} < ${quoteBytes(body.data)}\n`);
    if (body.kind === 'net') this.levels.push({ wall, level: body.level });
    if (body.kind !== 'channel') return;
    this.#write(body.node, formatRemark(`${body.status}: ${body.detail}`, wall));
  }

  #recordEffect(effect: MachineEffect): void {
    const { wall } = this.clock.now();
    if (effect.kind === 'break') this.#write(effect.node, formatRemark('BREAK', wall));
    if (effect.kind !== 'type') return;
    this.#write(effect.node, `${formatUtc(wall)} > ${quoteBytes(effect.data)}\n`);
  }

  #write(node: NodeIndex, line: string): void {
    this.transcripts[node] += line;
  }

  replayed(change: Partial<ReplayRequest> = {}): Told {
    const { program, patterns } = shippedProgram();
    const read = (node: NodeIndex) => readRecording(`n${node + 1}`, this.transcripts[node], PACE);
    return tellReplay({
      program,
      patterns,
      target: this.engine.target,
      recordings: [read(0), read(1)],
      active: 0,
      levels: this.levels,
      assumed: {},
      window: { contains: () => true },
      ...change,
    });
  }
}

export interface Told extends Replayed {
  readonly entries: readonly Entry[];
  /** The states that were entered, in order. */
  readonly path: readonly string[];
}

export function tellReplay(request: Omit<ReplayRequest, 'tell'>): Told {
  const entries: Entry[] = [];
  const replayed = replay({ ...request, tell: (entry) => entries.push(entry) });
  if (replayed === null) throw new Error('nothing was played');
  const path = replayed.summary.transitions.map(({ to }) => to);
  return { ...replayed, entries, path };
}

export function restedWorld(options: WorldOptions = {}): RecordedWorld {
  const world = new RecordedWorld(options);
  const rests = world.until(() => world.stateName === 'watch', 240);
  if (!rests) throw new Error(`it does not come to rest:\n${world.story()}`);
  return world;
}
