/**
 * What a script calls parked although such a machine boots by itself, and boots of a machine that
 * nobody parked: its next panic would boot it again, whoever owns the disk by then.
 */
import type { ParkedLine } from '../language/program.ts';
import type { Engine } from '../machine/engine.ts';
import { type Finding, finding } from './finding.ts';
import type { View } from './prove.ts';

export function findBadParking(engine: Engine): Finding[] {
  return [...findNothingWritten(engine), ...findBootingValues(engine)];
}

/** A table that is only looked at cannot stop any machine. */
function findNothingWritten({ program: { parked } }: Engine): Finding[] {
  const [first] = parked;
  if (first === undefined || parked.some(({ write }) => write)) return [];
  const message =
    'every line of this table is `verify`: no value that keeps it from booting is written';
  const hint = 'name the variables by which this machine boots, with values by which it does not';
  return [finding('error', 'parks-nothing', first.span, message, hint)];
}

/** Variables that say whether to boot, whatever the firmware calls them. */
const SWITCH = /^(auto|always)[-_]?(boot|start|run)\b|(boot|start)[-_]?(auto|enable)/i;
const YES = /^(true|yes|on|1|enabled?|always)$/i;

function findBootingValues(engine: Engine): Finding[] {
  return engine.program.parked.flatMap((line) => {
    const value = valueOf(engine, line);
    const boots = SWITCH.test(line.variable) && YES.test(value);
    const isPath = engine.target.nodes.some(({ bootPaths }) => bootPaths.includes(value));
    if (!boots && !isPath) return [];
    const message = boots
      ? `a machine with ${line.variable} ${value} boots by itself`
      : `${value} is a path from which it boots; a parked machine must not find it`;
    const hint = 'the table names the values with which it cannot boot by itself';
    return [finding('error', 'parked-boots', line.span, message, hint)];
  });
}

function valueOf(engine: Engine, { value }: ParkedLine): string {
  const known = value.every(
    (part) => part.kind === 'text' || engine.valueOf(part.name, 0) !== undefined,
  );
  return known ? engine.fill(value, {}, 0) : '';
}

/** The line of `to boot` goes out to a node whose values were not read back. */
export function findUnparkedBoots(views: readonly View[]): Finding[] {
  const view = views.find(({ space }) => space.bootsUnparked);
  const boot = view?.space.program.dialogues.find(({ howTo }) => howTo === 'boot');
  if (boot === undefined) return [];
  const message =
    'this boots a node whose parked values were not read back: it can boot again by itself';
  const hint = "let 'to boot' `park` before the line that starts the system";
  return [finding('error', 'boots-unparked', boot.span, message, hint)];
}
