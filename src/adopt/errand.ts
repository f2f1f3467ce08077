/**
 * Something to be done at the prompt of the standby, done by the machine itself with the script of the
 * cluster: the same engine, the same library, the same law as at night; only the states are others.
 * Called by standby-node.ts. An errand looks, parks or checks: it holds no BREAK, no reset, no boot.
 */
import type { Clock } from '../clock/clock.ts';
import type { ConsoleLine, LineListener, RunnerParts } from '../cluster/parts.ts';
import { ClusterRunner } from '../cluster/runner.ts';
import type { Program, State, Step, Template } from '../language/program.ts';
import type { Engine } from '../machine/engine.ts';
import { createEngine } from '../machine/machine.ts';
import { EMPTY_RECOLLECTION, type NodeIndex } from '../machine/protocol.ts';
import type { AttachedConsole } from './attached-console.ts';
import type { Wanted } from './parked-values.ts';
import { AdoptError } from './trouble.ts';

/** `read`: shows each value, whatever it is. `park`: writes what differs. `check`: only compares. */
export type Errand = 'read' | 'park' | 'check';

export interface ErrandParts {
  readonly clock: Clock;
  readonly engine: Engine;
  readonly node: NodeIndex;
  readonly console: AttachedConsole;
  /** What the console shows, as it comes. */
  readonly onText: (latin1: string) => void;
  /** What the machine is about to do: `write auto-boot? = false`. */
  readonly onNews: (what: string) => void;
}

const WITHIN_MS = 5 * 60_000;
const PROMPT_MS = 5000;
const READ_TWICE = 2;
const START = 0;
const DONE = 1;
const FAILED = 2;

/** Throws AdoptError with the failure's name and what is known of it. */
export async function runErrand(
  errand: Errand,
  wanted: readonly Wanted[],
  parts: ErrandParts,
): Promise<void> {
  const { clock, engine, console: lent } = parts;
  let settle: (why: string | null) => void = () => {};
  const ended = new Promise<string | null>((resolve) => {
    settle = resolve;
  });
  const program = errandProgram(errand, wanted, engine.program);
  const own = createEngine(program, engine.target, engine.patterns);
  const look = () => {
    const state = runner.state?.current;
    if (runner.fault !== null) settle(`a fault inside: ${runner.fault}`);
    else if (state === DONE) settle(null);
    else if (state === FAILED) settle(runner.status()?.reason ?? 'it failed');
  };
  const runner = new ClusterRunner(runnerParts(own, parts, () => setImmediate(look), settle));
  const cancel = clock.after(WITHIN_MS, () => settle('no end within 5 minutes'));
  runner.start();
  const why = await ended;
  cancel();
  lent.disconnect();
  await runner.end();
  if (why === null) return;
  const hint = `look at it: clusterd attach ${lent.node}`;
  throw new AdoptError(`at the console of ${lent.node}: ${why}`, hint);
}

// ---- the script of an errand ---------------------------------------------------------------------

function errandProgram(errand: Errand, wanted: readonly Wanted[], program: Program): Program {
  const span = program.identity.span;
  const parked = wanted.map(({ variable, value, write }) => ({
    variable,
    value: textOf(value ?? ''),
    write,
    span,
  }));
  const steps = [
    ...atPrompt(program),
    verb('identify', program),
    ...stepsOf(errand, program, wanted),
  ];
  const dialogue = { name: errand, howTo: null, parameters: [], steps, span };
  const states = errandStates(program, program.dialogues.length);
  const dialogues = [...program.dialogues, dialogue];
  return { ...program, parked, dialogues, always: [], states, startState: START };
}

function stepsOf(errand: Errand, program: Program, wanted: readonly Wanted[]): readonly Step[] {
  if (errand === 'park') return [verb('park', program), verb('check-parked', program)];
  if (errand === 'check') return [verb('check-parked', program)];
  const { span } = program.identity;
  const read = program.dialogues.findIndex(({ howTo }) => howTo === 'read');
  // Another value is an answer here; what noise changed once it hardly changes again alike.
  const goOn = { condition: null, result: { kind: 'continue' }, span } as const;
  return wanted.flatMap(({ variable, value }) =>
    Array.from(
      { length: READ_TWICE },
      (): Step => ({
        kind: 'do',
        dialogue: read,
        arguments: [textOf(variable), textOf(value ?? '')],
        condition: null,
        outcomes: [{ on: 'failed', names: ['different'], ...goOn }],
        span,
      }),
    ),
  );
}

/** RETURN, and a prompt of the firmware; everything else is said by its name. */
function atPrompt(program: Program): readonly Step[] {
  const { span } = program.identity;
  const texts = program.texts.map((text, index) => ({ text, index }));
  const seen = (index: number) => ({ kind: 'text', text: index }) as const;
  const prompts = texts.filter(({ text }) => text.means === 'firmware');
  const others = texts.filter(({ text }) => text.means !== 'firmware' && text.prompt);
  return [
    { kind: 'press', key: { kind: 'named', name: 'RETURN' }, span },
    {
      kind: 'expect',
      alternatives: [
        ...prompts.map(({ index }) => ({
          seen: seen(index),
          result: { kind: 'continue' } as const,
          span,
        })),
        ...others.map(({ text, index }) => ({
          seen: seen(index),
          result: { kind: 'fail', name: text.means === 'running' ? 'running' : text.name } as const,
          span,
        })),
      ],
      tries: 3,
      within: { kind: 'literal', ms: PROMPT_MS },
      onTimeout: { kind: 'fail', name: 'silent' },
      span,
    },
  ];
}

function verb(name: 'identify' | 'park' | 'check-parked', { identity }: Program): Step {
  return { kind: 'verb', verb: name, condition: null, outcomes: [], span: identity.span };
}

function errandStates({ identity: { span } }: Program, dialogue: number): readonly State[] {
  const go = (state: number, reason: Template) => ({ kind: 'go', state, reason, span }) as const;
  const failure: Template = [{ kind: 'variable', name: 'failure' }];
  const blank = { lasting: false, bound: null, reactions: [], afters: [], everies: [], span };
  const rest = { ...blank, actions: [], ending: 'rest' } as const;
  return [
    {
      ...blank,
      name: 'start',
      summary: 'does what it was sent for',
      actions: [
        {
          kind: 'do',
          dialogue,
          role: 'standby',
          condition: null,
          outcomes: [
            { on: 'done', names: [], condition: null, effects: [go(DONE, textOf('done'))], span },
            { on: 'failed', names: [], condition: null, effects: [go(FAILED, failure)], span },
          ],
          span,
        },
      ],
      ending: 'go',
    },
    { ...rest, name: 'ended', summary: 'did it' },
    { ...rest, name: 'in-vain', summary: 'could not do it' },
  ];
}

function textOf(text: string): Template {
  return [{ kind: 'text', text }];
}

// ---- what it is plugged into ---------------------------------------------------------------------

function runnerParts(
  engine: Engine,
  { clock, node, console: lent, onText, onNews }: ErrandParts,
  look: () => void,
  lost: (why: string) => void,
): RunnerParts {
  const [first, second] = engine.target.nodes;
  const other = node === 0 ? second : first;
  const nothing = () => {};
  const later = async () => {};
  return {
    cluster: engine.target.cluster,
    nodes: [first.name, second.name],
    engine,
    recollection: { ...EMPTY_RECOLLECTION, owner: other.name, armed: true },
    clock,
    turn: setImmediate,
    line: (which, listener) =>
      which === node ? lentLine(lent, listener, onText, lost) : muteLine(listener),
    journal: {
      append: (_record, _wall, done) => void setImmediate(() => done?.(true, '')),
      close: later,
    },
    log: {
      entry: ({ topic, what }) => {
        if (topic === 'verb') onNews(what);
        look();
      },
      alarm: nothing,
      cleared: nothing,
      received: nothing,
      typed: nothing,
      remark: nothing,
      flush: nothing,
      reopen: nothing,
      close: later,
    },
    alarms: { raise: nothing, clear: nothing, close: later },
    run: (_argv, _withinMs, done) => {
      done({ outcome: 'not-started', status: null, detail: 'an errand runs no commands' });
      return nothing;
    },
    runOn: (_node, _command, _withinMs, done) => {
      done({ outcome: 'not-started', status: null, detail: 'an errand runs no commands' });
      return nothing;
    },
    power: async () => ({ outcome: 'no-device', detail: 'an errand switches nothing' }),
  };
}

function lentLine(
  lent: AttachedConsole,
  listener: LineListener,
  onText: (latin1: string) => void,
  lost: (why: string) => void,
): ConsoleLine {
  return {
    start: () => {
      lent.connect((latin1) => {
        onText(latin1);
        listener.onData(Buffer.from(latin1, 'latin1'));
      }, lost);
      listener.onStatus('connected', '');
    },
    stop: () => {},
    type: (text) => lent.type(text),
    discardTyping: () => {},
    sendBreak: () => lost('a BREAK was to be sent, and no errand has one'),
    ask: async () => ({ answers: true, detail: '' }),
  };
}

/** Nothing is done on the other console: it only has to be there for the machine to begin. */
function muteLine(listener: LineListener): ConsoleLine {
  const nothing = () => {};
  return {
    start: () => listener.onStatus('connected', ''),
    stop: nothing,
    type: nothing,
    discardTyping: nothing,
    sendBreak: nothing,
    ask: async () => ({ answers: false, detail: 'not asked' }),
  };
}
