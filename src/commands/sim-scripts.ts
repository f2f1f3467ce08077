/** The scripts that `clusterd sim` runs: the named one, or all of CLUSTER_HOME. */
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { DaemonError } from '../cluster/daemon-error.ts';
import { compileFile } from '../home/load-script.ts';
import { type SimulatedScript, simulatedScript } from '../simulation/simulated-script.ts';
import { type CommandContext, type HomeOption, homeOf } from './command.ts';
import { formatDiagnostics } from './diagnostics-text.ts';

const ENDING = '.chat';

export interface ScriptOptions extends HomeOption {
  readonly script?: string;
}

/** Null when one of them has errors; they have been shown then. */
export function loadScripts(
  options: ScriptOptions,
  context: CommandContext,
): readonly SimulatedScript[] | null {
  const paths = options.script === undefined ? allOf(options, context) : [find(options, context)];
  const scripts: SimulatedScript[] = [];
  for (const path of paths) {
    const { program, diagnostics } = compileFile(path, dirname(path));
    if (program === null) {
      context.terminal.out(formatDiagnostics(diagnostics));
      context.exitStatus = 1;
      return null;
    }
    scripts.push(simulatedScript(basename(path), program));
  }
  return scripts;
}

/** A path, or the name of a script in CLUSTER_HOME. */
function find(options: ScriptOptions, context: CommandContext): string {
  const named = options.script ?? '';
  const path = resolve(context.terminal.workingDirectory, named);
  if (existsSync(path)) return path;
  const inHome = join(homeOf(options, context).scripts, named);
  for (const candidate of [inHome, `${inHome}${ENDING}`]) {
    if (existsSync(candidate)) return candidate;
  }
  throw new DaemonError('no-clusters', `there is no script ${named}`, {
    context: { path },
    hint: 'name a file, for example chat-scripts/sun-obp.chat',
  });
}

function allOf(options: ScriptOptions, context: CommandContext): string[] {
  const { scripts } = homeOf(options, context);
  const names = existsSync(scripts) ? readdirSync(scripts).sort() : [];
  const found = names.filter((name) => name.endsWith(ENDING)).map((name) => join(scripts, name));
  if (found.length > 0) return found;
  throw new DaemonError('no-clusters', `there is no script in ${scripts}`, {
    context: { scripts },
    hint: 'name one: --script FILE',
  });
}
