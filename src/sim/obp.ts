/**
 * OpenBoot at its prompt: echo, line editing, a small Forth, the pager of `printenv` and the
 * password modes. Driven by sun-node.ts; what a word does to the machine is the host's business.
 */
import { LineEditor } from './line-editor.ts';
import { ForthError, type ObpHost, WORDS, type WordContext } from './obp-words.ts';
import { Pager } from './pager.ts';
import type { Schedule } from './schedule.ts';

type Mode =
  | { readonly kind: 'away' }
  | { readonly kind: 'prompt' }
  | { readonly kind: 'secured' }
  | { readonly kind: 'pager'; readonly pager: Pager }
  | { readonly kind: 'password'; readonly then: () => void }
  | { readonly kind: 'new-password'; readonly securityMode: string; readonly first: string | null }
  | { readonly kind: 'penalty' };

export interface ObpSettings {
  /** Number of CPUs; with more than one the prompt is `{n} ok `. */
  readonly cpus: number;
  readonly pageLines: number;
}

const PENALTY_MS = 10_000;

export class Obp {
  readonly #host: ObpHost;
  readonly #settings: ObpSettings;
  readonly #schedule: Schedule;
  readonly #editor: LineEditor;
  readonly #stack: number[] = [];
  #mode: Mode = { kind: 'away' };
  #cpu = 0;
  #departures = 0;

  constructor(host: ObpHost, settings: ObpSettings, schedule: Schedule) {
    this.#host = host;
    this.#settings = settings;
    this.#schedule = schedule;
    this.#editor = new LineEditor((text) => host.print(text));
  }

  /** Is the firmware the one that reads the console? */
  get present(): boolean {
    return this.#mode.kind !== 'away';
  }

  /** The firmware has the console from now on; `cpu` shows in the prompt of a multiprocessor. */
  enter(cpu: number): void {
    this.#cpu = cpu;
    this.#stack.length = 0;
    if (this.#host.nvram.get('security-mode') === 'none') this.#prompt();
    else this.#secure();
  }

  /** Something else has the console from now on. */
  leave(): void {
    this.#departures += 1;
    this.#mode = { kind: 'away' };
    this.#editor.clear();
  }

  key(char: string): void {
    const mode = this.#mode;
    switch (mode.kind) {
      case 'away':
      case 'penalty':
        return;
      case 'pager':
        if (!mode.pager.key(char)) this.#prompt();
        return;
      default: {
        const line = this.#editor.feed(char);
        if (line !== null) this.#line(line);
      }
    }
  }

  /** Evaluates a line as if typed, without a prompt after it: nvramrc, boot-command. */
  evaluate(line: string): void {
    const match = /^(\S+)\s?([\s\S]*)$/.exec(line.trimStart());
    if (match === null) return;
    const [, name = '', rest = ''] = match;
    const found = WORDS.get(name.toLowerCase());
    if (found === undefined) {
      this.#literal(name);
      return this.evaluate(rest);
    }
    const before = this.#departures;
    if (found.takes === 'line') return found.run(this.#context(), rest);
    const [argument = ''] = found.takes === 'name' ? rest.trimStart().split(/\s/, 1) : [];
    found.run(this.#context(), argument);
    // What follows a word that gave the machine away (reset-all, go) is never reached.
    if (this.#departures !== before) return;
    this.evaluate(found.takes === 'name' ? rest.trimStart().slice(argument.length) : rest);
  }

  /** The same, but a mistake in the line is printed instead of thrown. */
  evaluateSafely(line: string): void {
    try {
      this.evaluate(line);
    } catch (error) {
      if (!(error instanceof ForthError)) throw error;
      this.#stack.length = 0;
      this.#host.print(`${error.message}\r\n`);
    }
  }

  #context(): WordContext {
    return {
      host: this.#host,
      stack: this.#stack,
      page: (lines) => this.#page(lines),
      askNewPassword: (securityMode) => this.#askNewPassword(securityMode, null),
      lock: () => this.#secure(),
    };
  }

  #literal(name: string): void {
    if (!/^-?[0-9a-f]+$/i.test(name)) throw new ForthError(`${name} ?`);
    this.#stack.push(Number.parseInt(name, 16));
  }

  #line(line: string): void {
    const mode = this.#mode;
    if (mode.kind === 'secured') return this.#securedLine(line.trim());
    if (mode.kind === 'password') return this.#password(line, mode.then);
    if (mode.kind === 'new-password') return this.#newPassword(line, mode);
    this.evaluateSafely(line);
    if (this.#mode === mode) this.#prompt();
  }

  #prompt(): void {
    this.#editor.echo = true;
    this.#editor.clear();
    this.#mode = { kind: 'prompt' };
    const cpu = this.#settings.cpus > 1 ? `{${this.#cpu.toString(16)}} ` : '';
    this.#host.print(`${cpu}ok `);
  }

  #page(lines: readonly string[]): void {
    const pager = new Pager(lines, this.#settings.pageLines, (text) => this.#host.print(text));
    if (pager.start()) this.#mode = { kind: 'pager', pager };
  }

  #secure(): void {
    if (this.#host.nvram.get('security-mode') === 'none') return this.#prompt();
    this.#editor.echo = true;
    this.#editor.clear();
    this.#mode = { kind: 'secured' };
    this.#host.print('Type boot , go (continue), or login (command mode)\r\n> ');
  }

  /** `command`: boot and go are free; `full`: only go is. Everything else wants the password. */
  #securedLine(line: string): void {
    const mode = this.#mode;
    const free = this.#host.nvram.get('security-mode') === 'full' ? ['go'] : ['go', 'boot'];
    if (free.includes(line)) this.evaluateSafely(line);
    else if (line === 'login') return this.#askPassword(() => this.#prompt());
    else if (/^boot(\s|$)/.test(line)) {
      return this.#askPassword(() => this.evaluateSafely(line));
    }
    if (this.#mode === mode) this.#secure();
  }

  #askPassword(then: () => void): void {
    this.#host.print('Firmware Password: ');
    this.#editor.echo = false;
    this.#mode = { kind: 'password', then };
  }

  #password(line: string, then: () => void): void {
    this.#editor.echo = true;
    const { nvram } = this.#host;
    const mode = this.#mode;
    if (line === nvram.get('security-password')) {
      then();
      if (this.#mode === mode) this.#secure();
      return;
    }
    nvram.set('security-#badlogins', String(Number(nvram.get('security-#badlogins')) + 1));
    this.#host.print('Sorry.  Waiting 10 seconds.\r\n');
    this.#mode = { kind: 'penalty' };
    this.#schedule.after(PENALTY_MS, () => this.#secure());
  }

  #askNewPassword(securityMode: string, first: string | null): void {
    if (!['command', 'full'].includes(securityMode)) {
      return this.#host.print('Invalid value; previous value retained.\r\n');
    }
    this.#host.print(
      first === null
        ? 'Please enter a password (maximum of 8 characters, no blanks): '
        : 'Retype password: ',
    );
    this.#editor.echo = false;
    this.#mode = { kind: 'new-password', securityMode, first };
  }

  #newPassword(line: string, mode: Mode & { readonly kind: 'new-password' }): void {
    if (mode.first === null) return this.#askNewPassword(mode.securityMode, line);
    if (line === mode.first && line !== '') {
      this.#host.nvram.set('security-password', line);
      this.#host.nvram.set('security-mode', mode.securityMode);
      this.#host.print(`${this.#host.nvram.format('security-mode')}\r\n`);
    } else {
      this.#host.print('Mismatch - password unchanged\r\n');
    }
    this.#prompt();
  }
}
