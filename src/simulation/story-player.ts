/**
 * Plays a story against the engine: the moves are the environment, no site is simulated. Before each
 * move the engine gets whatever it can wait for without anybody's decision, and no more; a move that
 * does not fit is told with its number. Called by `clusterd sim --play` and by tests.
 */
import { linesOf } from '../language/check/line-automaton.ts';
import { takesLine } from '../language/check/line-search.ts';
import type { Program } from '../language/program.ts';
import { matchSource } from '../language/regex.ts';
import { identityLine, identityValues } from '../language/sample-line.ts';
import { createEngine, nextWake } from '../machine/machine.ts';
import type { PatternSet } from '../machine/patterns.ts';
import type { NodeIndex } from '../machine/protocol.ts';
import type { MachineState } from '../machine/state.ts';
import type { Wait } from '../machine/task.ts';
import { type Move, type Story, timeMs } from './story.ts';
import { placeName, shownFor } from './story-answers.ts';
import { type BootVerdict, STEPS_MAX, StoryEngine } from './story-engine.ts';
import { type NamedMachine, targetOf } from './target-of.ts';

export interface PlayedMove {
  /** From 1; 0: what the engine did before the first move. */
  readonly number: number;
  readonly move: Move | null;
  /** The state after it. */
  readonly state: string;
  /** What the engine did, one line each. */
  readonly did: readonly string[];
}

export interface Played {
  readonly moves: readonly PlayedMove[];
  readonly state: string;
  readonly boot: BootVerdict;
  /** Moves that did not fit, and expectations that were not met. */
  readonly problems: readonly string[];
}

const MACHINES: readonly [NamedMachine, NamedMachine] = [
  { name: 'n1', hostId: '83a54dc7' },
  { name: 'n2', hostId: '83a54f12' },
];

/** Machines whose identities the script's own pattern takes. */
function machinesOf({ identity }: Program): typeof MACHINES {
  const [one, other] = MACHINES;
  const fits = identityLine(identity.match, one.hostId);
  const isTaken = fits !== null && takesLine(linesOf(matchSource(identity.match, {})), fits);
  const [first, second] = isTaken ? [] : identityValues(identity.match);
  if (first === undefined || second === undefined) return MACHINES;
  return [
    { ...one, hostId: first },
    { ...other, hostId: second },
  ];
}

/** Noise comes so often that nothing counts as quiet. */
const NOISE_MS = 200;

export function playStory(program: Program, patterns: PatternSet, story: Story): Played {
  return new StoryPlayer(program, patterns, story).play();
}

class StoryPlayer {
  readonly #story: Story;
  readonly #played: StoryEngine;
  readonly #problems: string[] = [];

  constructor(program: Program, patterns: PatternSet, story: Story) {
    this.#story = story;
    const settings = Object.fromEntries(
      Object.entries(story.settings).map(([name, text]) => [name, String(timeMs(text) ?? text)]),
    );
    const choice = {
      onSilence: story['on-silence'],
      serviceLost: story['service-lost'],
      settings,
    };
    const target = targetOf(program, machinesOf(program), choice);
    const engine = createEngine(program, target, patterns);
    this.#played = new StoryEngine(engine, (what) => this.#problems.push(what));
  }

  get #state(): MachineState {
    return this.#played.state;
  }

  play(): Played {
    const { moves, expect } = this.#story;
    const played: PlayedMove[] = [this.#record(0, null)];
    moves.forEach((move, index) => {
      const problem = this.#letRun(move) ?? this.#make(move);
      if (problem !== null) this.#problems.push(`move ${index + 1} (${move.do}): ${problem}`);
      this.#played.settle();
      played.push(this.#record(index + 1, move));
    });
    const state = this.#played.stateName;
    if (expect?.state !== undefined && expect.state !== state) {
      this.#problems.push(`the state at the end is ${state}, expected ${expect.state}`);
    }
    if (expect?.boot !== undefined && expect.boot !== this.#played.boot) {
      this.#problems.push(`a boot was ${this.#played.boot}, expected ${expect.boot}`);
    }
    return { moves: played, state, boot: this.#played.boot, problems: this.#problems };
  }

  #record(number: number, move: Move | null): PlayedMove {
    return { number, move, state: this.#played.stateName, did: this.#played.takeDone() };
  }

  // ---- moves ----

  /** Lets the engine come to what this move answers; a problem when it does not wait for it. */
  #letRun(move: Move): string | null {
    this.#played.settle();
    for (let steps = 0; steps < STEPS_MAX && this.#waitsForQuiet(move); steps++)
      this.#played.tick();
    this.#played.settle();
    if (move.do === 'power' && !this.#played.hasPowerQuestion) {
      return 'the engine has not asked the device';
    }
    if (move.do === 'command' && !this.#played.hasCommand) return 'the engine runs no command';
    return null;
  }

  /** It looks for quiet before it goes on, and the move is not what breaks the quiet. */
  #waitsForQuiet(move: Move): boolean {
    if (move.do === 'answer') return this.#isOnlyForQuiet() || this.#isTyping();
    if (move.do === 'text' || move.do === 'prompt' || move.do === 'silence') {
      return this.#isOnlyForQuiet();
    }
    return this.#hasQuietAlternative();
  }

  #currentExpect() {
    const { task } = this.#state;
    const frame = task?.frames.at(-1);
    if (task?.wait?.kind !== 'expect' || frame?.kind !== 'dialogue') return null;
    const found = this.#played.engine.program.dialogues[frame.dialogue]?.steps[frame.step];
    return found?.kind === 'expect' ? found : null;
  }

  /** The line that brings the answer has not gone out yet. */
  #isTyping(): boolean {
    return this.#state.task !== null && this.#currentExpect() === null;
  }

  #isOnlyForQuiet(): boolean {
    const found = this.#currentExpect();
    return found?.alternatives.every(({ seen }) => seen.kind === 'quiet') === true;
  }

  #hasQuietAlternative(): boolean {
    const found = this.#currentExpect();
    return found?.alternatives.some(({ seen }) => seen.kind === 'quiet') === true;
  }

  #make(move: Move): string | null {
    switch (move.do) {
      case 'text':
        return this.#show(this.#index(move.node), `${move.text}\r\n`);
      case 'prompt':
        return this.#prompt(this.#index(move.node), move.text);
      case 'answer':
        return this.#answer(this.#index(move.node), move.at);
      case 'silence':
        return this.#silence(move.for);
      case 'noise':
        return this.#noise(this.#index(move.node));
      case 'net':
        this.#played.feed({ kind: 'net', level: move.level, detail: 'story' });
        return null;
      case 'operator': {
        const node = move.node === undefined ? null : this.#index(move.node);
        this.#played.feed({
          kind: 'operator',
          request: move.request,
          node,
          operator: 'ann',
          reply: 1,
        });
        return null;
      }
      case 'power':
        return this.#answerPower(move.outcome);
      case 'command':
        return this.#answerCommand(move.status);
      case 'disconnect':
      case 'connect': {
        const status = move.do === 'connect' ? 'connected' : 'lost';
        this.#played.feed({
          kind: 'channel',
          node: this.#index(move.node),
          status,
          detail: 'story',
        });
        return null;
      }
      case 'restart':
        this.#played.restart();
        return null;
      default:
        return move satisfies never;
    }
  }

  #index(node: 'active' | 'standby' | 'n1' | 'n2'): NodeIndex {
    if (node === 'n1' || node === 'n2') return node === 'n1' ? 0 : 1;
    const { owner } = this.#state;
    if (node === 'active') return owner;
    return owner === 0 ? 1 : 0;
  }

  /** Text of a console begins on a line of its own. */
  #show(node: NodeIndex, text: string): string | null {
    const { channel, console } = this.#state.nodes[node];
    if (channel !== 'connected')
      return `the console of ${this.#played.nameOf(node)} is not connected`;
    const before = console.tail === '' ? '' : '\r\n';
    this.#played.feed({ kind: 'bytes', node, data: before + text });
    return null;
  }

  #prompt(node: NodeIndex, text: string): string | null {
    const problem = this.#show(node, text);
    if (problem !== null) return problem;
    this.#played.at += this.#played.engine.target.promptQuietMs;
    this.#played.feed({ kind: 'time' });
    return null;
  }

  /** What the engine waits for at this place of the script, with the values that it has there. */
  #answer(node: NodeIndex, at: string): string | null {
    const expected = this.#currentExpect();
    const frame = this.#state.task?.frames.at(-1);
    if (expected === null || frame?.kind !== 'dialogue') return 'no expectation is waited for';
    const found = expected.alternatives.find(({ span }) => placeName(span) === at);
    if (found === undefined) return `the engine waits at ${placeName(expected.span)}, not at ${at}`;
    if (frame.node !== node)
      return `the engine waits for the console of ${this.#played.nameOf(frame.node)}`;
    const shown = shownFor(this.#played.engine, frame, found);
    switch (shown.kind) {
      case 'quiet':
        return this.#silenceOfWait('quiet');
      case 'unknown':
        return this.#show(node, 'something else\r\n') ?? this.#silenceOfWait('try');
      case 'nothing-fits':
        return 'no line is known that this alternative takes';
      case 'text':
        if (shown.isPrompt) return this.#prompt(node, shown.line);
        return this.#show(node, `${shown.line}\r\n`);
    }
  }

  #silence(howLong: string): string | null {
    if (howLong === 'try' || howLong === 'quiet') return this.#silenceOfWait(howLong);
    const { current } = this.#state;
    const until = howLong === 'state' ? null : this.#played.at + (timeMs(howLong) ?? 0);
    for (let steps = 0; steps < STEPS_MAX; steps++) {
      const wake = nextWake(this.#played.engine, this.#state);
      if (until !== null && (wake === null || wake > until)) {
        this.#played.at = until;
        return null;
      }
      const hadTask = this.#state.task !== null;
      if (!this.#played.tick()) return 'nothing here happens by time alone';
      this.#played.settle();
      const begins = !hadTask && this.#state.task !== null;
      if (until === null && (begins || this.#state.current !== current)) return null;
    }
    return 'time passes for ever and nothing happens';
  }

  /** Until this wait is over; without one nothing was waited for, and nothing happens. */
  #silenceOfWait(howLong: 'try' | 'quiet'): string | null {
    const before = this.#state.task?.wait ?? null;
    if (before === null) return howLong === 'quiet' ? null : 'no expectation is waited for';
    const tries = this.#triesDone();
    for (let steps = 0; steps < STEPS_MAX; steps++) {
      if (!this.#played.tick()) return 'the engine does not want to be woken';
      this.#played.settle();
      const wait = this.#state.task?.wait ?? null;
      if (!isSame(wait, before) || this.#triesDone() !== tries) return null;
      if (howLong === 'quiet' && !this.#hasQuietAlternative()) return null;
    }
    return 'the try does not end';
  }

  #noise(node: NodeIndex): string | null {
    const before = this.#state.task?.wait ?? null;
    if (before === null) return 'no expectation is waited for';
    for (let steps = 0; steps < STEPS_MAX; steps++) {
      this.#played.at += NOISE_MS;
      this.#played.feed({ kind: 'bytes', node, data: '.' });
      this.#played.feed({ kind: 'time' });
      const wait = this.#state.task?.wait ?? null;
      if (!isSame(wait, before)) return null;
    }
    return 'the wait does not end';
  }

  #triesDone(): number {
    const frame = this.#state.task?.frames.at(-1);
    return frame?.kind === 'dialogue' ? frame.triesDone : 0;
  }

  #answerPower(outcome: 'off' | 'on' | 'no-answer'): string | null {
    const token = this.#played.takePowerQuestion();
    if (token === null) return 'the engine has not asked the device';
    this.#played.feed({ kind: 'power', token, outcome, detail: 'story' });
    return null;
  }

  #answerCommand(status: number): string | null {
    const token = this.#played.takeCommand();
    if (token === null) return 'the engine runs no command';
    this.#played.feed({ kind: 'command', token, outcome: 'exited', status, detail: 'story' });
    return null;
  }
}

function isSame(wait: Wait | null, before: Wait): boolean {
  if (wait === null || wait.kind !== before.kind) return false;
  const deadline = (one: Wait) => ('deadline' in one ? one.deadline : one.until);
  return deadline(wait) === deadline(before);
}
