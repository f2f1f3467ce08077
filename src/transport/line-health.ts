/**
 * What is to be said of a line beside its bytes: BREAKs and damaged bytes that the port counted, and a
 * speed that seems wrong, said once and taken back when it heals. Used by Line, which asks it every
 * 20 s. Must never say the same again and again: what repeats is summed up.
 */
import type { LineFault, LineReport } from './line-fault.ts';
import { TextShare } from './text-share.ts';

/** Less is too little to tell line noise from a wrong speed. */
const BYTES_MIN = 64;
const FAULTS_MIN = 8;
/** Of a console at the wrong speed, half and more is not text; of one that speaks UTF-8, less. */
const STRANGE_SHARE = 0.4;
const FAULT_SHARE = 0.1;
/** So good it has to be again. */
const HEALED_BYTES_MIN = 32;
const HEALED_SHARE = 0.1;

const NAMES: Readonly<Record<LineFault, string>> = {
  break: 'BREAK',
  framing: 'framing error',
  parity: 'parity error',
  overrun: 'overrun of the receiver',
};
const FAULTS = ['break', 'framing', 'parity', 'overrun'] as const;
const NONE: Readonly<Record<LineFault, number>> = { break: 0, framing: 0, parity: 0, overrun: 0 };

export class LineHealth {
  readonly #report: (report: LineReport) => void;
  /** What is expected, for people: `CList says 9600`. */
  readonly #speed: string;
  /** Since `#since`, as `#damaged`: until there is enough to judge. */
  readonly #text = new TextShare();
  #damaged = 0;
  #since: number;
  /** Since the last judgement. */
  #faults = { ...NONE };
  #trouble: string | null = null;

  constructor(speed: string, at: number, report: (report: LineReport) => void) {
    this.#speed = speed;
    this.#report = report;
    this.#since = at;
  }

  see(bytes: Uint8Array): void {
    this.#text.see(bytes);
  }

  /** The first of a kind is told at once, the others with the next judgement. */
  noticed(fault: LineFault, count: number): void {
    const isFirst = this.#faults[fault] === 0;
    this.#faults[fault] += count;
    if (fault === 'framing' || fault === 'parity') this.#damaged += count;
    if (isFirst) this.#say('info', `${numbered(fault, count)} on the line`);
  }

  /** Another connection: what was half seen is not joined to what it brings. */
  startAgain(at: number): void {
    this.#since = at;
    this.#text.forget();
    this.#damaged = 0;
    this.#faults = { ...NONE };
  }

  judge(at: number): void {
    const { bytes, strange } = this.#text;
    const isBad = this.#isBad();
    const isGood = !isBad && bytes >= HEALED_BYTES_MIN && strange < HEALED_SHARE * bytes;
    if (isBad) this.#turnBad(at);
    else this.#sumUp();
    if (isGood && this.#trouble !== null) {
      this.#trouble = null;
      this.#say('info', 'the line can be read again');
    }
    if (isBad || isGood || bytes >= BYTES_MIN) this.startAgain(at);
    else this.#faults = { ...NONE };
  }

  #isBad(): boolean {
    const { bytes, strange } = this.#text;
    const damaged = this.#damaged;
    if (damaged >= FAULTS_MIN && damaged > FAULT_SHARE * (bytes + damaged)) return true;
    return bytes >= BYTES_MIN && strange >= STRANGE_SHARE * bytes;
  }

  #turnBad(at: number): void {
    const { bytes, strange } = this.#text;
    const seconds = Math.max(1, Math.round((at - this.#since) / 1000));
    const signs = [
      ...(this.#damaged > 0 ? [numbered('framing', this.#damaged)] : []),
      ...(bytes > 0 ? [`${strange} of ${bytes} bytes are not text`] : []),
    ].join(', ');
    const isNew = this.#trouble === null;
    this.#trouble = `the speed of the line seems wrong: ${signs} in the last ${seconds} s; ${this.#speed}`;
    if (isNew) this.#say('warn', this.#trouble);
  }

  #sumUp(): void {
    for (const fault of FAULTS) {
      const count = this.#faults[fault];
      if (count > 1) this.#say('info', `${numbered(fault, count)} on the line within 20 s`);
    }
  }

  #say(level: LineReport['level'], what: string): void {
    this.#report({ level, what, trouble: this.#trouble });
  }
}

function numbered(fault: LineFault, count: number): string {
  return count === 1 ? `a ${NAMES[fault]}` : `${count} ${NAMES[fault]}s`;
}
