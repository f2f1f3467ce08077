/**
 * `to` blocks that let the engine believe what did not happen: a value that nothing confirmed, a
 * banner that was only asked for, a boot whose first line means nothing. The engine takes their words
 * for what the machine showed, so a block that lies voids every proof.
 */
import type { Alternative, Dialogue, HowTo, Result, Span, Step } from '../language/program.ts';
import type { Engine } from '../machine/engine.ts';
import { isHarmlessKey, isHarmlessLine } from '../machine/typing.ts';
import { type Finding, finding } from './finding.ts';
import { samplesOf } from './typed-lines.ts';

export function findLyingBlocks(engine: Engine): Finding[] {
  return [...findUnconfirmedReads(engine), ...findAskedBanners(engine), ...findUnseenBoots(engine)];
}

function blockOf({ program }: Engine, howTo: HowTo): Dialogue | undefined {
  return program.dialogues.find((one) => one.howTo === howTo);
}

// ---- to read ---------------------------------------------------------------------------------------

/** A way to the good end of `to read` on which no line showed the value. */
function findUnconfirmedReads(engine: Engine): Finding[] {
  const read = blockOf(engine, 'read');
  if (read === undefined) return [];
  const span = unconfirmedEnd(read);
  if (span === null) return [];
  const message = "'to read' ends well here although no line has shown the value";
  const hint = 'whatever is not a line with $name and $value has to end in `fail`';
  return [finding('error', 'read-unconfirmed', span, message, hint)];
}

/** Steps are gone through without a line that confirms; null: no good end is reached like that. */
function unconfirmedEnd({ steps, parameters, span }: Dialogue): Span | null {
  const value = parameters[1] ?? 'value';
  const seen = new Set<number>();
  const waiting = [0];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    const step = steps[at];
    if (step === undefined) return steps.at(-1)?.span ?? span;
    for (const [result, where] of resultsWithout(step, value)) {
      if (result.kind === 'succeed') return where;
      if (result.kind === 'continue') waiting.push(at + 1);
    }
  }
  return null;
}

const ON: Result = { kind: 'continue' };

function resultsWithout(step: Step, value: string): readonly (readonly [Result, Span])[] {
  switch (step.kind) {
    case 'expect': {
      const others = step.alternatives.filter((one) => !shows(one, value));
      const ends = others.map(({ result, span }) => [result, span] as const);
      return [...ends, [step.onTimeout, step.span]];
    }
    case 'result':
      return [[step.result, step.span]];
    case 'if':
      return [
        [step.result, step.span],
        [ON, step.span],
      ];
    case 'do':
    case 'verb':
    case 'run': {
      const ends = step.outcomes.map(({ result, span }) => [result, span] as const);
      return [...ends, [ON, step.span]];
    }
    default:
      return [[ON, step.span]];
  }
}

function shows({ seen }: Alternative, value: string): boolean {
  if (seen.kind !== 'match') return false;
  return seen.match.template.some((part) => part.kind === 'variable' && part.name === value);
}

// ---- to reset --------------------------------------------------------------------------------------

/** The banner of a reset must follow what resets: after a harmless line it was only asked for. */
function findAskedBanners(engine: Engine): Finding[] {
  const reset = blockOf(engine, 'reset');
  if (reset === undefined) return [];
  let acting = false;
  for (const step of reset.steps) {
    if (step.kind === 'send') acting = !isHarmlessSend(engine, reset, step);
    else if (step.kind === 'press') acting ||= !isHarmlessKey(engine, step.key);
    else if (step.kind === 'expect' && !acting) {
      const banner = step.alternatives.find((one) => means(engine, one, 'reset'));
      if (banner === undefined) continue;
      const message = 'this banner follows no line that resets: it may only have been asked for';
      const hint =
        'the line typed before it must be the one that resets, and not be declared harmless';
      return [finding('error', 'banner-asked-for', banner.span, message, hint)];
    }
  }
  return [];
}

function isHarmlessSend(
  engine: Engine,
  dialogue: Dialogue,
  step: Extract<Step, { kind: 'send' }>,
): boolean {
  const values = samplesOf(engine, dialogue)[0] ?? {};
  return isHarmlessLine(engine, engine.fill(step.text, values, 0));
}

function means(engine: Engine, { seen }: Alternative, fact: string): boolean {
  return seen.kind === 'text' && engine.program.texts[seen.text]?.means === fact;
}

// ---- to boot ---------------------------------------------------------------------------------------

/** What shows that a boot began must mean it, or a standby that boots by itself is never noticed. */
function findUnseenBoots(engine: Engine): Finding[] {
  const boot = blockOf(engine, 'boot');
  if (boot === undefined) return [];
  const typedAt = boot.steps.findLastIndex(
    (step) => step.kind === 'send' && !isHarmlessSend(engine, boot, step),
  );
  const expects = boot.steps.slice(typedAt + 1).filter((step) => step.kind === 'expect');
  const signs = expects
    .flatMap(({ alternatives }) => alternatives)
    .filter(({ result }) => result.kind !== 'fail');
  if (signs.some((one) => means(engine, one, 'leaving'))) return [];
  const message = 'no line that means leaving shows that the boot began';
  const hint =
    'give the first line of a boot a name and `means leaving`, and expect it here: by such a line a standby that boots by itself is noticed';
  const span = signs[0]?.span ?? expects[0]?.span ?? boot.span;
  return [finding('error', 'boot-unseen', span, message, hint)];
}
