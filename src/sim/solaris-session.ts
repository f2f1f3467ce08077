/**
 * The console of a simulated Solaris as a user sees it: login prompt, password, a small root
 * shell, the single-user prompt. Called by solaris.ts, which carries out what is asked for.
 */
import { LineEditor } from './line-editor.ts';
import type { Nvram } from './nvram.ts';
import { eeprom } from './solaris-eeprom.ts';
import type { SolarisOptions } from './solaris-options.ts';

export type SessionRequest = 'reboot' | 'halt' | 'power-off' | 'single-user' | 'go-on';

export interface SessionHost {
  readonly options: SolarisOptions;
  readonly nvram: Nvram;
  print(text: string): void;
  request(what: SessionRequest): void;
  /** Starts the time after which an unanswered `Password:` is given up. */
  startPasswordTimer(expire: () => void): () => void;
}

type Mode =
  | { readonly kind: 'closed' }
  | { readonly kind: 'login' }
  | { readonly kind: 'password'; readonly user: string; readonly cancel: () => void }
  | { readonly kind: 'shell' }
  | { readonly kind: 'maintenance' };

const CTRL_D = '\x04';

export class SolarisSession {
  readonly #host: SessionHost;
  readonly #editor: LineEditor;
  #mode: Mode = { kind: 'closed' };

  constructor(host: SessionHost) {
    this.#host = host;
    this.#editor = new LineEditor((text) => host.print(text));
  }

  /** Nobody reads the console any more. */
  close(): void {
    if (this.#mode.kind === 'password') this.#mode.cancel();
    this.#mode = { kind: 'closed' };
    this.#editor.clear();
  }

  /** Without a word on the console: as if it had been open for long. */
  openQuietly(): void {
    this.#editor.echo = true;
    this.#mode = { kind: this.#host.options.openShell ? 'shell' : 'login' };
  }

  openLogin(): void {
    this.#editor.clear();
    this.openQuietly();
    if (this.#host.options.openShell) this.#host.print('# ');
    else this.#showLogin();
  }

  openMaintenance(): void {
    this.#editor.clear();
    this.#editor.echo = false;
    this.#mode = { kind: 'maintenance' };
    this.#host.print(
      '\r\nType control-d to proceed with normal startup,\r\n' +
        '(or give root password for system maintenance): ',
    );
  }

  key(char: string): void {
    if (this.#mode.kind === 'closed') return;
    if (char === CTRL_D && this.#editor.pending === '') return this.#endOfFile();
    const line = this.#editor.feed(char);
    if (line !== null) this.#line(line);
  }

  #loginPrompt(): string {
    return `${this.#host.options.nodename} console login: `;
  }

  #line(line: string): void {
    const mode = this.#mode;
    switch (mode.kind) {
      case 'closed':
        return;
      case 'login':
        return line.trim() === '' ? this.#host.print(this.#loginPrompt()) : this.#ask(line.trim());
      case 'password':
        mode.cancel();
        return this.#password(mode.user, line);
      case 'maintenance':
        return this.#maintenance(line);
      case 'shell':
        return this.#command(line.trim());
    }
  }

  #ask(user: string): void {
    this.#host.print('Password: ');
    this.#editor.echo = false;
    const cancel = this.#host.startPasswordTimer(() => this.openLogin());
    this.#mode = { kind: 'password', user, cancel };
  }

  #password(user: string, password: string): void {
    if (this.#host.options.accounts[user] !== password) {
      this.#host.print('Login incorrect\r\n');
      return this.openLogin();
    }
    this.#host.print('Oracle Corporation      SunOS 5.10      Generic Patch   January 2005\r\n');
    this.#shell();
  }

  #maintenance(password: string): void {
    if (this.#host.options.accounts.root !== password) {
      this.#host.print('\r\nLogin incorrect\r\n');
      return this.openMaintenance();
    }
    this.#host.print('\r\nEntering System Maintenance Mode\r\n\r\n');
    this.#shell();
  }

  #shell(): void {
    this.#editor.echo = true;
    this.#mode = { kind: 'shell' };
    this.#host.print('# ');
  }

  #endOfFile(): void {
    if (this.#mode.kind === 'maintenance') {
      this.close();
      this.#host.request('go-on');
    } else if (this.#mode.kind === 'shell') {
      this.#host.print('\r\n');
      this.#showLogin();
    }
  }

  /** Also when shells are left open at boot: who logs out gets a login prompt. */
  #showLogin(): void {
    this.#editor.echo = true;
    this.#mode = { kind: 'login' };
    this.#host.print(`\r\n${this.#loginPrompt()}`);
  }

  #command(line: string): void {
    const [name = '', ...args] = line.split(/\s+/);
    const requests: Readonly<Record<string, SessionRequest>> = {
      reboot: 'reboot',
      'init 6': 'reboot',
      halt: 'halt',
      'init 0': 'halt',
      poweroff: 'power-off',
      'init 5': 'power-off',
      'init s': 'single-user',
      'init S': 'single-user',
    };
    const request = requests[line.replace(/\s+/g, ' ')];
    if (request !== undefined) {
      this.close();
      return this.#host.request(request);
    }
    if (name === 'exit') return this.#showLogin();
    this.#host.print(this.#answer(name, args));
    this.#host.print('# ');
  }

  #answer(name: string, args: readonly string[]): string {
    switch (name) {
      case '':
      case 'sync':
        return '';
      case 'uname':
        return `SunOS ${this.#host.options.nodename} 5.10 Generic_147440-01 sun4u sparc\r\n`;
      case 'hostname':
        return `${this.#host.options.nodename}\r\n`;
      case 'eeprom':
        return eeprom(this.#host.nvram, args, true).output.replaceAll('\n', '\r\n');
      case 'cat':
        return args[0] === '/var/adm/messages'
          ? this.#host.options.messages.map((message) => `${message}\r\n`).join('')
          : `cat: cannot open ${args[0] ?? ''}\r\n`;
      default:
        return `${name}: not found\r\n`;
    }
  }
}
