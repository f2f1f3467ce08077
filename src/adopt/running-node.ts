/**
 * A node whose system runs, asked and told by the commands of the library's `to ...-running` blocks.
 * Called by adopt and undo. Believes an answer only by the lines that the library names, never a
 * status alone where lines are named; says exactly what was run and what came.
 */
import { RE2JS } from 're2js';
import type {
  CommandAnswer,
  NodeCommand,
  Program,
  RunningBlock,
  RunningTo,
} from '../language/program.ts';
import { matchSource } from '../language/regex.ts';
import { visible } from '../log/visible.ts';
import type { Engine } from '../machine/engine.ts';
import type { NodeIndex } from '../machine/protocol.ts';
import type { NodeShell } from './node-shell.ts';
import { shellLine } from './shell-quote.ts';
import { AdoptError } from './trouble.ts';
import { valueShape } from './value-shape.ts';

type Holes = Readonly<Record<string, string>>;
/** Null: no line fits. */
type Hit = { readonly answer: CommandAnswer; readonly line: string } | null;

const SHOWN_CHARS = 160;

export class RunningNode {
  readonly #engine: Engine;
  readonly #node: NodeIndex;
  readonly #shell: NodeShell;

  constructor(engine: Engine, node: NodeIndex, shell: NodeShell) {
    this.#engine = engine;
    this.#node = node;
    this.#shell = shell;
  }

  get name(): string {
    return this.#engine.target.nodes[this.#node].name;
  }

  /** For people: `root@n1`. */
  get user(): string {
    return this.#shell.name;
  }

  /** The identity of the machine that answers, as it shows it. */
  async identity(): Promise<string> {
    const { block, hits } = await this.#runAll('identify-running', []);
    for (const { answer, line } of hits) {
      const source = matchSource(answer.match, this.#values(block, []));
      const matcher = RE2JS.compile(source).matcher(line);
      if (matcher.find() && matcher.groupCount() > 0) return String(matcher.group(1));
    }
    throw new AdoptError(`${this.name} did not say which machine it is`, this.#hint(block));
  }

  /** Throws when values may not be changed there. Without the block nothing is known against it. */
  async check(): Promise<void> {
    if (blockOf(this.#engine.program, 'check-running') === null) return;
    await this.#runAll('check-running', []);
  }

  /** Null: the library does not say how to find out. */
  async bootedFrom(paths: readonly string[]): Promise<boolean | null> {
    if (blockOf(this.#engine.program, 'path-running') === null) return null;
    for (const path of paths) {
      const isSo = await this.#runAll('path-running', [path]).then(
        () => true,
        (error: unknown) => {
          if (error instanceof AdoptError) return false;
          throw error;
        },
      );
      if (isSo) return true;
    }
    return false;
  }

  /** Null: the variable has no value. */
  async read(variable: string): Promise<string | null> {
    const block = this.#block('read-running');
    const [name = '', value = ''] = block.parameters;
    let said: CommandSaid | null = null;
    for (const command of block.commands) {
      const holes = { [name]: variable };
      said = await this.#run(block, command, holes);
      for (const answer of command.answers) {
        if (answer.result.kind === 'fits') {
          const shape = valueShape(answer.match, value, (hole) => this.#fill(hole, holes));
          const found = said.lines.map(shape).find((one) => one !== null);
          if (found !== undefined && found !== null) return this.#readable(variable, found);
          continue;
        }
        if (said.lines.some((line) => this.#fits(answer, line, { ...holes, [value]: '' }))) {
          if (answer.result.kind === 'unset') return null;
          if (answer.result.kind === 'fail') throw this.#failed(block, said, answer.result.name);
        }
      }
    }
    throw this.#failed(block, said, `${variable} was not shown`);
  }

  /** Does not read back. */
  async write(variable: string, value: string): Promise<void> {
    await this.#runAll('write-running', [variable, value]);
  }

  // ---- commands ----

  async #runAll(to: RunningTo, args: readonly string[]) {
    const block = this.#block(to);
    const holes = this.#values(block, args);
    const hits: NonNullable<Hit>[] = [];
    for (const command of block.commands) {
      const said = await this.#run(block, command, holes);
      const hit = this.#first(command, said.lines, holes);
      const { kind } = hit?.answer.result ?? { kind: null };
      if (hit?.answer.result.kind === 'fail') {
        throw this.#failed(block, said, hit.answer.result.name);
      }
      const isAsked = command.answers.some(({ result }) => result.kind !== 'fail');
      if (kind === null && isAsked) throw this.#failed(block, said, 'not the answer that fits');
      if (said.status !== 0) throw this.#failed(block, said, `exit status ${said.status}`);
      if (hit !== null) hits.push(hit);
    }
    return { block, hits };
  }

  #first({ answers }: NodeCommand, lines: readonly string[], holes: Holes): Hit {
    for (const answer of answers) {
      const line = lines.find((one) => this.#fits(answer, one, holes));
      if (line !== undefined) return { answer, line };
    }
    return null;
  }

  async #run(block: RunningBlock, command: NodeCommand, holes: Holes): Promise<CommandSaid> {
    const argv = command.argv.map((word) => this.#engine.fill(word, holes, this.#node));
    const line = shellLine(argv);
    const withinMs = this.#engine.milliseconds(command.within);
    const { outcome, status, output } = await this.#shell.run(line, withinMs);
    const said = { line, status, output, lines: linesOf(output) };
    if (outcome === 'not-started') throw this.#failed(block, said, 'it could not be asked');
    if (outcome === 'timeout') {
      throw this.#failed(block, said, `no end within ${Math.round(withinMs / 1000)} s`);
    }
    return said;
  }

  #fits({ match }: CommandAnswer, line: string, holes: Holes): boolean {
    const names = match.template.flatMap((part) => (part.kind === 'variable' ? [part.name] : []));
    const values = Object.fromEntries(names.map((name) => [name, this.#fill(name, holes)]));
    return RE2JS.compile(matchSource(match, values)).test(line);
  }

  #fill(name: string, holes: Holes): string {
    return this.#engine.fill([{ kind: 'variable', name }], holes, this.#node);
  }

  #values(block: RunningBlock, args: readonly string[]): Holes {
    return Object.fromEntries(block.parameters.map((name, at) => [name, args[at] ?? '']));
  }

  #block(to: RunningTo): RunningBlock {
    const block = blockOf(this.#engine.program, to);
    if (block !== null) return block;
    const hint = `write in the library: to ${to} (chat-scripts/README.md, "Commands on a running node")`;
    throw new AdoptError(`its library does not say how to ${to}`, hint);
  }

  /** A value comes back by a shell and by a prompt: only what both can carry. */
  #readable(variable: string, value: string): string {
    if (/^[\x20-\x7e]*$/.test(value)) return value;
    const text = `${variable} of ${this.name} has characters that cannot be written back`;
    throw new AdoptError(text, `it shows ${visible(value)}; change it by hand first`);
  }

  #failed(block: RunningBlock, said: CommandSaid | null, why: string): AdoptError {
    const came = visible(said?.output.trim().slice(-SHOWN_CHARS) ?? '');
    const command = said === null ? `to ${block.to}` : said.line;
    const answer = came === '' ? 'nothing came back' : `it said: ${came}`;
    const text = `${this.name} (${this.#shell.name}): ${command}: ${why}; ${answer}`;
    return new AdoptError(text, this.#hint(block));
  }

  #hint({ span }: RunningBlock): string {
    return `type the command there yourself; what is expected stands in chat-scripts/${span.file}:${span.line}`;
  }
}

interface CommandSaid {
  readonly line: string;
  readonly status: number | null;
  readonly output: string;
  readonly lines: readonly string[];
}

export function blockOf({ running }: Program, to: RunningTo): RunningBlock | null {
  return running.find((block) => block.to === to) ?? null;
}

function linesOf(output: string): readonly string[] {
  return output.split(/[\r\n]+/).filter((line) => line !== '');
}
