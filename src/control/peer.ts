/**
 * One connection's other end: who it says it is, and what it has shown. Made by server.ts for each
 * connection. Requests that act get the name under which they stand in log and journal here:
 *
 *   anna                          proven: her process made the file that was asked for
 *   root (sudo by anna, as said)  root is proven, anna is what sudo told the command
 *   anna (as they say)            not proven
 *
 * A proof is for one request and can be used once.
 */
import type { Challenge } from './challenge.ts';
import type { IdentityDesk } from './identity-desk.ts';
import type { Introduction, Reply, Request } from './protocol.ts';
import type { UserNames } from './user-names.ts';

export class Peer {
  readonly #desk: IdentityDesk;
  readonly #names: UserNames;
  #challenge: Challenge | null = null;
  #sudo: string | null = null;
  #proven: string | null = null;

  constructor(desk: IdentityDesk, names: UserNames) {
    this.#desk = desk;
    this.#names = names;
  }

  /** The user who sent the last request that acts, without what is only said; null: not proven. */
  get proven(): string | null {
    return this.#proven;
  }

  /** What it has to do to show who it is. */
  async introduce({ sudo }: Introduction): Promise<Reply> {
    await this.leave();
    this.#sudo = sudo;
    this.#challenge = this.#desk.challenge();
    return { ok: true, kind: 'who', challenge: this.#challenge };
  }

  /** The request with the name that is known; `line`: as it came. */
  async named(request: Request, line: string): Promise<Request> {
    if (!('operator' in request)) return request;
    const uid = await this.#shownBy(line);
    this.#proven = uid === null ? null : await this.#names.nameOf(uid);
    const user = this.#proven ?? request.operator;
    return { ...request, operator: nameWith(user, this.#sudo, this.#proven !== null) };
  }

  /** Nothing stays of a proof that was asked for and not used. */
  async leave(): Promise<void> {
    const challenge = this.#challenge;
    this.#challenge = null;
    if (challenge !== null) await this.#desk.forget(challenge);
  }

  async #shownBy(line: string): Promise<number | null> {
    if (this.#challenge === null) return null;
    const uid = await this.#desk.makerOf(this.#challenge, line);
    await this.leave();
    return uid;
  }
}

function nameWith(user: string, sudo: string | null, isProven: boolean): string {
  const by = sudo === null || sudo === user ? '' : `sudo by ${sudo}`;
  if (!isProven) return `${by === '' ? user : `${user}, ${by}`} (as they say)`;
  return by === '' ? user : `${user} (${by}, as said)`;
}
