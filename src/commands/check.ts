/**
 * `clusterd check`: everything that is wrong with CList and the scripts that it uses, or with the
 * script files that are named, and what each cluster's choice for a silent node means.
 */
import { dirname, resolve } from 'node:path';
import type { Cluster } from '../clist/cluster.ts';
import { DaemonError } from '../cluster/daemon-error.ts';
import { isAccessFile, loadAccess } from '../home/load-access.ts';
import { type LoadedHome, loadHome, showIn } from '../home/load-home.ts';
import { type ProvenScript, proveFile, type ShownDiagnostic } from '../home/load-script.ts';
import { checkCorpus } from './check-corpus.ts';
import { CaseJudge, type ClusterCases, formatCases } from './cluster-cases.ts';
import {
  type AddCommand,
  type CommandContext,
  type HomeOption,
  homeOf,
  withHome,
} from './command.ts';
import { countDiagnostics, formatCounts, formatDiagnostics, plural } from './diagnostics-text.ts';
import { formatProof } from './proof-text.ts';
import { silenceOf } from './status-text.ts';
import { writeStories } from './story-files.ts';

interface Options extends HomeOption {
  readonly corpus?: string;
  readonly json?: boolean;
}

const HELP_AFTER = `
DIR holds consoles as clusterd, conserver or script(1) write them, or any text. In its index.tsv
the columns \`file\`, \`os\` and \`panic_line\` (panic or no-panic) may label them: is there a line
for the text named panic? A column NAME_line does the same for any other text of the script.
Exit status 1: errors, or a text was found where its label says that there is none, or one that
means firmware, held, ended or reset where no label says that anything happened.`;

export const addCheck: AddCommand = (program, context) => {
  withHome(program.command('check'))
    .description('what is wrong with CList and its scripts, or with the named script files')
    .argument('[script...]', 'script files; without any: CList and all it uses')
    .option('--corpus <dir>', 'also: what the texts of these scripts find in recorded consoles')
    .option('--json', 'for programs')
    .addHelpText('after', HELP_AFTER)
    .action((scripts: string[], options: Options) => {
      if (scripts.length > 0) checkScripts(scripts, options, context);
      else checkHome(loadHome(homeOf(options, context)), options, context);
    });
};

function checkScripts(scripts: readonly string[], options: Options, context: CommandContext): void {
  const { terminal } = context;
  const shownAccess: ShownDiagnostic[] = [];
  const proven = scripts.flatMap((script) => {
    const path = resolve(terminal.workingDirectory, script);
    if (isAccessFile(path)) {
      shownAccess.push(...loadAccess(path, script).diagnostics);
      return [];
    }
    const loaded = proveFile(path, dirname(script));
    if (loaded.isThere) return loaded;
    throw new DaemonError('no-clusters', `there is no script ${script}`, {
      context: { path },
      hint: 'name a file, for example chat-scripts/sun-obp.chat',
    });
  });
  const shown = [...proven.flatMap(({ diagnostics }) => diagnostics), ...shownAccess];
  const summary = `${plural(scripts.length, 'script')}: ${formatCounts(countDiagnostics(shown))}`;
  report({ shown, verdicts: [], summary, scripts: proven }, options, context);
}

function checkHome(loaded: LoadedHome, options: Options, context: CommandContext): void {
  const { sound, refused, diagnostics, clistLines } = loaded;
  const all = plural(sound.length + refused.length, 'cluster');
  const judge = new CaseJudge();
  const judged = sound.map((one) => ({ sound: one, cases: judge.judge(one) }));
  const broken = judged.flatMap(({ cases: { warning } }) => (warning === null ? [] : [warning]));
  const shown = [...broken.map((one) => showIn(one, clistLines)), ...diagnostics];
  const counts = formatCounts(countDiagnostics(shown));
  const summary = `${all}, ${sound.length} can be watched: ${counts}`;
  const verdicts = [
    ...judged.map(({ sound: { cluster }, cases }) => soundVerdict(cluster, cases)),
    ...refused.map(({ name, why }) => ({ cluster: name, watched: false, why })),
  ];
  report({ shown, verdicts, summary, scripts: loaded.scripts }, options, context);
}

interface Verdict {
  readonly cluster: string;
  readonly watched: boolean;
  readonly script?: string;
  /** What stands in for proof when a node is silent, and what that means. */
  readonly silence?: string;
  readonly why?: string;
  readonly cases?: ClusterCases['results'];
}

/** `on-silence` has no default: the administrator chose, and reads here what was chosen. */
function soundVerdict(cluster: Cluster, { results }: ClusterCases): Verdict {
  const { name, script, onSilence } = cluster;
  return { cluster: name, watched: true, script, silence: silenceOf(onSilence), cases: results };
}

function proofData({ name, program, proof, assumptions }: ProvenScript) {
  return { script: name, isProven: program !== null, ...proof, assumptions };
}

interface Findings {
  readonly shown: readonly ShownDiagnostic[];
  readonly verdicts: readonly Verdict[];
  readonly summary: string;
  readonly scripts: readonly ProvenScript[];
}

function report(findings: Findings, options: Options, context: CommandContext): void {
  const { shown, verdicts, summary, scripts } = findings;
  const { terminal } = context;
  const { errors, warnings } = countDiagnostics(shown);
  const { workingDirectory } = terminal;
  const programs = scripts.flatMap(({ program }) => (program === null ? [] : [program]));
  const corpus =
    options.corpus === undefined ? null : checkCorpus(programs, options.corpus, workingDirectory);
  context.exitStatus = errors > 0 || corpus?.falseAlarms === true ? 1 : 0;
  if (options.json === true) {
    const diagnostics = shown.map(({ diagnostic, story }) => ({ ...diagnostic, story }));
    const tried = corpus === null ? {} : { corpus: corpus.data };
    const proofs = scripts.map(proofData);
    const answer = { errors, warnings, clusters: verdicts, diagnostics, proofs, ...tried };
    terminal.out(`${JSON.stringify(answer, null, 2)}\n`);
    return;
  }
  terminal.out(formatDiagnostics(shown));
  terminal.out(writeStories(shown, scripts, workingDirectory));
  for (const script of scripts) terminal.out(formatProof(script));
  for (const { cluster, watched, silence, why, cases } of verdicts) {
    if (watched) {
      terminal.out(`${cluster}: when a node is silent, ${silence ?? ''}\n`);
      terminal.out(formatCases(cluster, cases ?? []));
    } else terminal.out(`${cluster}: cannot be watched: ${why ?? ''}\n`);
  }
  terminal.out(corpus?.text ?? '');
  terminal.out(`${summary}\n`);
}
