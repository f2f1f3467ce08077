/**
 * What the proof takes for granted because the script or its library says so: nobody but a person who
 * knows the machines can tell whether it is true. Printed by check.
 */
import type { Fact, Key, Program, Span, Template } from '../language/program.ts';

export interface Assumption {
  /** One line, without its place. */
  readonly text: string;
  readonly span: Span;
}

const MEANS: Readonly<Record<Fact, string>> = {
  firmware: 'shown only by the firmware, when no system runs',
  held: 'shown when a BREAK stopped a system that could go on',
  ended: 'shown when a system has ended by itself',
  reset: 'shown only after a reset, or when the banner was asked for',
  leaving: 'shown whenever the firmware loads or resumes a system',
  running: 'shown only by a running system',
  'lost-values': 'shown when the firmware lost or changes its values',
  asked: 'shown when somebody asks for the banner',
};

export function assumptionsOf(program: Program): Assumption[] {
  const { identity, texts, harmless, parked } = program;
  const list: Assumption[] = [
    { text: `no two machines show the same ${identity.name}`, span: identity.span },
  ];
  for (const fact of Object.keys(MEANS) as Fact[]) {
    const named = texts.filter(({ means }) => means === fact);
    const first = named[0];
    if (first === undefined) continue;
    const names = named.map(({ name }) => name).join(', ');
    list.push({ text: `${names}: ${MEANS[fact]}`, span: first.span });
  }
  const typed = harmless.map((one) =>
    one.kind === 'key' ? keyName(one.key) : templateText(one.match.template),
  );
  const [firstHarmless, firstParked] = [harmless[0], parked[0]];
  if (firstHarmless !== undefined) {
    const text = `typed anywhere, these neither start nor resume a system: ${typed.join(', ')}`;
    list.push({ text, span: firstHarmless.span });
  }
  if (firstParked !== undefined) {
    const values = parked.map(({ variable, value }) => `${variable}=${templateText(value)}`);
    const text = `a machine with these values does not boot by itself: ${values.join(', ')}`;
    list.push({ text, span: firstParked.span });
  }
  return [...list, ...commandsOf(program)];
}

function commandsOf({ dialogues, running, states }: Program): Assumption[] {
  const steps = [...dialogues.flatMap((one) => one.steps), ...states.flatMap((one) => one.actions)];
  const onNode = running.flatMap(({ commands }) =>
    commands.map(({ argv, span }) => {
      const text = `run on a node, this disturbs no system: ${argv.map(templateText).join(' ')}`;
      return { text, span };
    }),
  );
  const local = steps.flatMap((step) => {
    if (step.kind !== 'run') return [];
    const argv = step.argv.map(templateText).join(' ');
    const where = 'on' in step && step.on !== null ? ` on the ${step.on} node` : '';
    return [{ text: `this command${where} starts no machine: ${argv}`, span: step.span }];
  });
  return [...local, ...onNode];
}

function keyName(key: Key): string {
  if (key.kind === 'named') return key.name;
  return key.kind === 'control' ? `CTRL-${key.letter}` : key.char;
}

function templateText(template: Template): string {
  return template.map((part) => (part.kind === 'text' ? part.text : `$${part.name}`)).join('');
}
