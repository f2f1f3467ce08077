/**
 * A mail server for tests: enough of SMTP (RFC 5321) for one sender, on 127.0.0.1, port 0. It keeps
 * what it was given, and misbehaves on request at any step.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

export interface Behaviour {
  /** Greets. False: accepts the connection and says nothing, ever. */
  greets?: boolean;
  /** Answers instead of its own, by the command's first word; `DATA-END` is the final dot. */
  answers?: Readonly<Record<string, string>>;
  /** Does not answer this command. */
  silentAt?: string;
  /** Key and certificate (PEM): offers STARTTLS. */
  tls?: { readonly key: string; readonly cert: string };
  /** Hangs up in the middle of the text. */
  closesInData?: boolean;
}

export class MailServer {
  readonly mails: string[] = [];
  readonly commands: string[] = [];
  connections = 0;
  /** Sessions that were encrypted. */
  encrypted = 0;
  behaviour: Behaviour = {};
  readonly #server: Server = createServer((socket) => this.#serve(socket));
  readonly #open = new Set<Socket>();

  static async start(behaviour: Behaviour = {}): Promise<MailServer> {
    const mail = new MailServer();
    mail.behaviour = behaviour;
    mail.#server.listen(0, '127.0.0.1');
    await once(mail.#server, 'listening');
    return mail;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get openCount(): number {
    return this.#open.size;
  }

  async stop(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(socket: Socket): void {
    this.connections++;
    this.#open.add(socket);
    socket.on('close', () => this.#open.delete(socket));
    socket.on('error', () => {});
    if (this.behaviour.greets === false) return;
    socket.write('220 test ESMTP\r\n');
    this.#converse(socket);
  }

  #converse(socket: Socket): void {
    let text = '';
    let inData = false;
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      if (inData && this.behaviour.closesInData === true) {
        socket.destroy();
        return;
      }
      for (let end = this.#endOf(text, inData); end > 0; end = this.#endOf(text, inData)) {
        const part = text.slice(0, end);
        text = text.slice(end);
        if (inData) {
          inData = false;
          this.#dataEnded(socket, part);
        } else inData = this.#command(socket, part.trim());
      }
    });
  }

  #endOf(text: string, inData: boolean): number {
    const mark = inData ? '\r\n.\r\n' : '\r\n';
    const at = text.indexOf(mark);
    return at < 0 ? 0 : at + mark.length;
  }

  #dataEnded(socket: Socket, part: string): void {
    this.commands.push('DATA-END');
    if (this.behaviour.silentAt === 'DATA-END') return;
    const answer = this.behaviour.answers?.['DATA-END'] ?? '250 taken';
    if (answer.startsWith('2')) this.mails.push(part);
    socket.write(`${answer}\r\n`);
  }

  #ehlo(socket: Socket): string {
    const offers = this.behaviour.tls !== undefined && !(socket instanceof TLSSocket);
    return `250-test\r\n${offers ? '250-STARTTLS\r\n' : ''}250 AUTH PLAIN`;
  }

  #encrypt(socket: Socket): void {
    const { tls } = this.behaviour;
    if (tls === undefined) {
      socket.write('502 no TLS here\r\n');
      return;
    }
    socket.removeAllListeners('data');
    socket.write('220 go on\r\n');
    const secure = new TLSSocket(socket, { isServer: true, ...tls });
    secure.on('error', () => socket.destroy());
    secure.once('secure', () => this.encrypted++);
    this.#converse(secure);
  }

  /** True: the text follows. */
  #command(socket: Socket, line: string): boolean {
    this.commands.push(line);
    const [, word = ''] = /^([A-Za-z]+)/.exec(line) ?? [];
    const verb = word.toUpperCase();
    if (this.behaviour.silentAt === verb) return false;
    const own = verb === 'DATA' ? '354 go on' : verb === 'EHLO' ? this.#ehlo(socket) : null;
    if (verb === 'STARTTLS') {
      this.#encrypt(socket);
      return false;
    }
    const answer = this.behaviour.answers?.[verb] ?? own ?? (verb === 'AUTH' ? '235 in' : '250 ok');
    socket.write(`${answer}\r\n`);
    if (verb === 'QUIT') socket.end();
    return verb === 'DATA' && answer.startsWith('3');
  }
}
