/**
 * A service processor as a power device: its library's `to switch-off` and `to ask-power`, each on a
 * connection of its own. Has the questions of a fence agent (transport/fence-agent.ts) and is asked
 * beside those by the daemon. Must never take anything for off but `succeed off`: no answer is no
 * answer, for the service processor has its power from the machine that it stands in.
 */
import { ClistError } from '../clist/clist-error.ts';
import type { PowerDevice } from '../clist/cluster.ts';
import { boxOfDevice } from '../clist/power-place.ts';
import type { Clock } from '../clock/clock.ts';
import type { AccessProgram } from '../language/access/access-program.ts';
import type { AccessTask } from '../language/words.ts';
import type { PatternSet } from '../machine/patterns.ts';
import { DeviceTurns, type Turn, type Urgency } from '../transport/device-turns.ts';
import type { FenceAgentAnswer, FenceAgentCheck, FenceAgents } from '../transport/fence-agent.ts';
import type { Transport } from '../transport/transport.ts';
import { accountOf } from './access-transport.ts';
import { BoundLogin, type Reveal } from './bound-login.ts';
import { Conversation } from './conversation.ts';
import { DialogueRun, type Ended } from './dialogue-run.ts';
import type { LoginLedger } from './login-ledger.ts';

export interface AccessPowerParts {
  readonly clock: Clock;
  readonly ledger: LoginLedger;
  readonly reveal: Reveal;
  /** A library that is loaded, or null. */
  readonly find: (library: string) => {
    readonly program: AccessProgram;
    readonly patterns: PatternSet;
  } | null;
  /** A new wire to the device. */
  readonly connect: (device: PowerDevice) => Transport;
}

type Action = 'switch-off' | 'ask-power';

const WITHIN_MS_DEFAULT = 60_000;
const CLOSE_MS_MAX = 3_000;
/** A dialogue that ends by its own clock is waited for. */
const LAST_MS = 1_000;
const PACE_MS = 2;

export function createAccessPower(parts: AccessPowerParts): FenceAgents {
  const turns = new DeviceTurns();
  const call = (device: PowerDevice, action: Action, urgency: Urgency) =>
    turns.take(boxOfDevice(device), urgency, () => new Asking(parts, device, action).begin());
  const fence = async (device: PowerDevice, action: Action): Promise<FenceAgentAnswer> =>
    (await call(device, action, 'fence')) ?? { outcome: 'no-answer', detail: 'was put off' };
  return {
    off: (device) => fence(device, 'switch-off'),
    status: (device) => fence(device, 'ask-power'),
    check: async (device): Promise<FenceAgentCheck> =>
      (await call(device, 'ask-power', 'check')) ?? {
        outcome: 'put-off',
        detail: 'the device is in use',
      },
  };
}

/** One question to one device. */
class Asking {
  readonly #parts: AccessPowerParts;
  readonly #device: PowerDevice;
  readonly #action: Action;
  readonly #begunAt: number;
  #wire: Transport | null = null;
  #conversation: Conversation | null = null;
  #typedSecret = false;

  constructor(parts: AccessPowerParts, device: PowerDevice, action: Action) {
    this.#parts = parts;
    this.#device = device;
    this.#action = action;
    this.#begunAt = parts.clock.now().at;
  }

  /** Ends in time whatever the wire does: who waits for this device waits for the end of this turn. */
  begin(): Turn<FenceAgentAnswer> {
    let giveUp: (why: string) => void = () => {};
    const cut = new Promise<FenceAgentAnswer>((resolve) => {
      giveUp = (why) => {
        this.#conversation?.end(why);
        this.#wire?.close();
        resolve(this.#noAnswer(why));
      };
    });
    const limitMs = this.#withinMs + CLOSE_MS_MAX + LAST_MS;
    const cancel = this.#parts.clock.after(limitMs, () => giveUp('it took too long as a whole'));
    const asked = this.#ask().catch((error: unknown) => {
      const known = error instanceof ClistError || error instanceof Error;
      return this.#noAnswer(known ? error.message : 'failed');
    });
    return {
      result: Promise.race([asked, cut]).finally(cancel),
      kill: () => giveUp('somebody more urgent asks this device'),
    };
  }

  get #withinMs(): number {
    return this.#device.withinMs ?? WITHIN_MS_DEFAULT;
  }

  async #ask(): Promise<FenceAgentAnswer> {
    const { find, reveal, ledger } = this.#parts;
    const { via } = this.#device;
    const library = via === undefined ? null : find(via.library);
    if (via === undefined || library === null) {
      return this.#noAnswer(`the access library ${via?.library ?? ''} is not loaded`);
    }
    const login = new BoundLogin(library.program, via, reveal);
    const account = accountOf(boxOfDevice(this.#device).replace(' ', ':'), login.values);
    const refusal = ledger.refusal(account, login.fingerprint);
    if (refusal !== null) return this.#noAnswer(refusal);
    const ended = await this.#converse(login, library.patterns);
    if (ended.kind === 'succeed') {
      ledger.accepted(account);
      return this.#answered(ended.answer);
    }
    const isRefused = this.#typedSecret && ended.name === 'refused';
    if (!isRefused) return this.#noAnswer(ended.detail);
    const why = `login refused by ${account.split(' ')[0]}: ${ended.detail}`;
    return this.#noAnswer(ledger.refused(account, login.fingerprint, why));
  }

  async #converse(login: BoundLogin, patterns: PatternSet): Promise<Ended> {
    const { connect, clock } = this.#parts;
    const wire = connect(this.#device);
    this.#wire = wire;
    const conversation = new Conversation({
      clock,
      paceMs: PACE_MS,
      write: (bytes) => wire.write(bytes),
      drained: () => wire.drained(),
    });
    this.#conversation = conversation;
    const run = (task: AccessTask, limitMs: number) =>
      new DialogueRun(
        {
          conversation,
          login,
          patterns,
          now: () => clock.now().at,
          onSecret: () => {
            this.#typedSecret = true;
          },
        },
        limitMs,
      ).run(login.program.tasks[task] ?? -1);
    try {
      await wire.open({
        data: (bytes) =>
          conversation.feed(
            Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1'),
          ),
        modem: () => {},
        closed: ({ detail }) => conversation.end(detail),
      });
      const ended = await run(this.#action, this.#begunAt + this.#withinMs - clock.now().at);
      if (login.program.tasks.close !== undefined && conversation.ended === null) {
        await run('close', CLOSE_MS_MAX);
      }
      return ended;
    } finally {
      wire.close();
    }
  }

  #answered(answer: 'off' | 'on' | null): FenceAgentAnswer {
    if (this.#action === 'switch-off') return { outcome: 'off', detail: 'switch-off: done' };
    if (answer === null) return this.#noAnswer('it ended without an answer');
    return { outcome: answer, detail: `ask-power: ${answer}` };
  }

  #noAnswer(why: string): FenceAgentAnswer {
    return { outcome: 'no-answer', detail: `${this.#action}: ${why}` };
  }
}
