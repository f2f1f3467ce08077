/**
 * A simulated ALOM, the service processor in front of one node: login, `sc>`, the console with its
 * escape `#.` and one writer at a time, BREAK and power. Without sockets; alom-server.ts puts it on
 * telnet. It has its power from the cords of its machine. Texts after Sun's manuals.
 */
import type { Clock } from '../clock/clock.ts';
import type { ConsoleConnection } from './console-port.ts';
import { LineEditor } from './line-editor.ts';
import type { SiteNode } from './site-node.ts';

export interface AlomOptions {
  user: string;
  password: string;
  /** What is shown while a password is typed. */
  passwordEcho: 'stars' | 'clear' | 'none';
  /** So long after `poweroff` the host still has power, ms. */
  offMs: number;
  /** `poweroff` says that it did and does nothing. */
  lies: boolean;
}

export const ALOM_DEFAULTS: AlomOptions = {
  user: 'admin',
  password: 'clusterd-alom',
  passwordEcho: 'stars',
  offMs: 1500,
  lies: false,
};

/** Somebody connected, over a socket or in a test. */
export interface AlomClient {
  print(text: string): void;
  hangUp(): void;
}

export interface AlomLogin {
  readonly at: number;
  readonly user: string;
  readonly accepted: boolean;
}

const PROMPT = 'sc> ';
const NAME = 'Please login: ';
const PASSWORD = 'Please Enter password: ';
const IN_USE = 'Console session already in use. [view mode]\r\n';

export class Alom {
  readonly options: AlomOptions;
  readonly logins: AlomLogin[] = [];
  readonly node: SiteNode;
  readonly clock: Clock;
  readonly #hasCords: () => boolean;
  readonly #sessions = new Set<AlomSession>();
  #isDead = false;

  constructor(
    node: SiteNode,
    clock: Clock,
    hasCords: () => boolean,
    options: Partial<AlomOptions>,
  ) {
    this.node = node;
    this.clock = clock;
    this.#hasCords = hasCords;
    this.options = { ...ALOM_DEFAULTS, ...options };
  }

  /** It answers nobody: broken, or without power. */
  get isDead(): boolean {
    return this.#isDead || !this.#hasCords();
  }

  /** The processor itself hangs: what is connected falls silent, nobody is answered. */
  die(): void {
    this.#isDead = true;
  }

  revive(): void {
    this.#isDead = false;
    for (const session of [...this.#sessions]) session.hangUp();
  }

  connect(client: AlomClient): AlomSession {
    const session = new AlomSession(this, client, () => this.#sessions.delete(session));
    this.#sessions.add(session);
    session.begin();
    return session;
  }

  /** Who has the console, or null. */
  get writer(): AlomSession | null {
    return [...this.#sessions].find((session) => session.hasConsole) ?? null;
  }

  accepts(user: string, password: string): boolean {
    const accepted = user === this.options.user && password === this.options.password;
    this.logins.push({ at: this.clock.now().at, user, accepted });
    return accepted;
  }

  powerOff(): void {
    if (this.options.lies) return;
    this.clock.after(this.options.offMs, () => this.node.machine.powerOff());
  }
}

type State = 'name' | 'password' | 'shell' | 'sure' | 'console' | 'over';

export class AlomSession {
  readonly #alom: Alom;
  readonly #client: AlomClient;
  readonly #ended: () => void;
  readonly #editor: LineEditor;
  #state: State = 'name';
  #user = '';
  #console: ConsoleConnection | null = null;
  /** A `#` that may begin the escape. */
  #held = '';

  constructor(alom: Alom, client: AlomClient, ended: () => void) {
    this.#alom = alom;
    this.#client = client;
    this.#ended = ended;
    this.#editor = new LineEditor((text) => this.#print(text));
  }

  get user(): string {
    return this.#user;
  }

  get hasConsole(): boolean {
    return this.#console !== null;
  }

  begin(): void {
    this.#print(`\r\nCopyright 2004 Sun Microsystems, Inc. All rights reserved.\r\n\r\n${NAME}`);
  }

  /** What the client typed. */
  receive(text: string): void {
    for (const char of text) this.#typed(char);
  }

  /** A BREAK of the client's own: ALOM knows none. */
  hangUp(): void {
    this.end();
    this.#client.hangUp();
  }

  /** The client is gone. */
  end(): void {
    this.#state = 'over';
    this.#console?.close();
    this.#console = null;
    this.#ended();
  }

  /** Somebody took the console by force. */
  kick(by: string): void {
    this.#leaveConsole(`\r\nConsole session closed by ${by}\r\n`);
  }

  #print(text: string): void {
    if (!this.#alom.isDead && this.#state !== 'over') this.#client.print(text);
  }

  #typed(char: string): void {
    if (this.#alom.isDead || this.#state === 'over') return;
    if (this.#state === 'console') return this.#toConsole(char);
    const isHidden = this.#state === 'password';
    this.#editor.echo = !isHidden || this.#alom.options.passwordEcho === 'clear';
    const isShown = isHidden && this.#alom.options.passwordEcho === 'stars' && char > ' ';
    if (isShown) this.#print('*');
    const line = this.#editor.feed(char);
    if (line !== null) this.#line(line);
  }

  #line(line: string): void {
    switch (this.#state) {
      case 'name':
        this.#user = line.trim();
        this.#state = this.#user === '' ? 'name' : 'password';
        return this.#print(this.#user === '' ? NAME : PASSWORD);
      case 'password':
        return this.#logIn(line);
      case 'sure':
        this.#state = 'shell';
        if (line.trim() === 'y') return this.#openConsole();
        return this.#print(PROMPT);
      case 'shell':
        return this.#command(line.trim().replace(/ +/g, ' '));
      case 'console':
      case 'over':
        return;
    }
  }

  #logIn(password: string): void {
    const accepted = this.#alom.accepts(this.#user, password);
    this.#state = accepted ? 'shell' : 'name';
    this.#print(accepted ? `\r\n${PROMPT}` : `\r\nInvalid login\r\n\r\n${NAME}`);
  }

  #command(line: string): void {
    if (line === 'console' || line === 'console -f') return this.#askForConsole(line !== 'console');
    if (line === 'logout') return this.hangUp();
    this.#print(`${this.#answer(line)}${PROMPT}`);
  }

  #answer(line: string): string {
    const { machine } = this.#alom.node;
    switch (line) {
      case '':
        return '';
      case 'break -y':
        machine.breakSignal();
        return '\r\nSC Alert: SC Request to send Break to host.\r\n';
      case 'poweroff -f -y':
        this.#alom.powerOff();
        return '\r\nSC Alert: SC Request to Power Off Host Immediately.\r\n';
      case 'poweron':
        machine.powerOn();
        return '\r\nSC Alert: SC Request to Power On Host.\r\n';
      case 'reset -y':
        if (machine.hasPower) machine.reset();
        return '\r\nSC Alert: SC Request to Reset Host.\r\n';
      case 'showplatform':
        return this.#platform();
      default:
        return 'Invalid command.  Type `help` for list of commands.\r\n';
    }
  }

  #platform(): string {
    const { machine, name } = this.#alom.node;
    const running = machine.isMultiUser ? 'OS Running' : 'OpenBoot Running';
    const status = machine.hasPower ? running : 'Powered off';
    return `SUNW,Sun-Fire-V240\r\n\r\nDomain Status\r\n------ ------\r\n${name}     ${status}\r\n\r\n`;
  }

  // ---- the console ---------------------------------------------------------------------------------

  #askForConsole(forced: boolean): void {
    const { writer } = this.#alom;
    if (writer === null) return this.#openConsole();
    if (!forced) return this.#print(`${IN_USE}${PROMPT}`);
    this.#state = 'sure';
    this.#print(
      `Warning: User <${writer.user}> currently has write permission to this console and forcibly ` +
        'removing them will terminate any current write actions and all work will be lost. ' +
        'Would you like to continue? [y/n]',
    );
  }

  #openConsole(): void {
    this.#alom.writer?.kick(this.#user);
    const connection = this.#alom.node.console.connect({
      data: (text) => this.#print(text),
      modem: () => {},
      closed: () => this.#leaveConsole('\r\n'),
    });
    if (typeof connection === 'string') return this.#print(`${IN_USE}${PROMPT}`);
    this.#console = connection;
    this.#state = 'console';
    this.#print('Enter #. to return to ALOM.\r\n');
  }

  #toConsole(char: string): void {
    if (this.#held === '#') {
      this.#held = '';
      if (char === '.') return this.#leaveConsole('\r\n');
      this.#console?.write('#');
    }
    if (char === '#') this.#held = '#';
    else this.#console?.write(char);
  }

  #leaveConsole(text: string): void {
    this.#console?.close();
    this.#console = null;
    this.#held = '';
    this.#state = 'shell';
    this.#print(`${text}${PROMPT}`);
  }
}
