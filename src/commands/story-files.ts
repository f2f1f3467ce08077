/**
 * Writes the stories that the prover tells as files for `clusterd sim --play`, one for each finding,
 * into the directory where `check` was called.
 */
import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { messageOf } from '../cluster/daemon-error.ts';
import type { ProvenScript, ShownDiagnostic } from '../home/load-script.ts';

/** Returns what to print about them. */
export function writeStories(
  shown: readonly ShownDiagnostic[],
  scripts: readonly ProvenScript[],
  directory: string,
): string {
  return scripts
    .flatMap((script) =>
      shown
        .filter((one) => script.diagnostics.includes(one))
        .flatMap((one) => writeOne(one, script, directory)),
    )
    .join('');
}

function writeOne(one: ShownDiagnostic, script: ProvenScript, directory: string): string[] {
  const { story, diagnostic } = one;
  if (story === undefined || !story.isPlayable) return [];
  const name = basename(script.name);
  const file = `${name.replace(/\.chat$/, '')}.${diagnostic.code}.${diagnostic.span.line}.json`;
  const content = {
    'clusterd-story': 1,
    script: name,
    claim: story.claim,
    'on-silence': story.choice.onSilence,
    'service-lost': story.choice.serviceLost,
    moves: story.moves,
    expect: { boot: 'refused' },
  };
  try {
    writeFileSync(join(directory, file), `${JSON.stringify(content, null, 2)}\n`);
    return [`to see it: clusterd sim --play ${file} --script ${script.name}\n`];
  } catch (error) {
    return [`the story could not be written to ${file}: ${messageOf(error)}\n`];
  }
}
