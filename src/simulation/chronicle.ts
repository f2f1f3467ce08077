/**
 * What happened in one simulated run, in order: what the site did, what the daemon did and why, what
 * people and the plan did. Everything goes into the run's checksum; lines for readers are kept only
 * when somebody wants them, since most runs are never read.
 */
import type { Clock } from '../clock/clock.ts';
import type { LogEntry } from '../machine/protocol.ts';
import type { Happening } from '../sim/happening.ts';
import { RunHash } from './run-hash.ts';

/** Who speaks: the site, the daemon, the plan of the run, a person, a check. */
export type Voice = 'site' | 'daemon' | 'plan' | 'person' | 'check';

export interface ChronicleLine {
  readonly at: number;
  readonly voice: Voice;
  /** Only shown when everything is. */
  readonly isDetail: boolean;
  readonly text: string;
}

/** Log topics that tell what the daemon decided; the others are details. */
const TOLD: readonly string[] = [
  'start',
  'transition',
  'verb',
  'evidence',
  'operator',
  'fault',
  'alarm',
  'net',
  'journal',
];

export class Chronicle {
  readonly lines: ChronicleLine[] = [];
  readonly #clock: Clock;
  readonly #hash = new RunHash();
  readonly #keeps: boolean;

  constructor(clock: Clock, keepsLines: boolean) {
    this.#clock = clock;
    this.#keeps = keepsLines;
  }

  get hash(): string {
    return this.#hash.text;
  }

  site({ node, what }: Happening): void {
    this.#add(what);
    if (this.#keeps) this.#line('site', false, node === null ? what : `${node}: ${what}`);
  }

  plan(what: string): void {
    this.#tell('plan', what);
  }

  person(what: string): void {
    this.#tell('person', what);
  }

  check(what: string): void {
    this.#tell('check', what);
  }

  daemon(what: string): void {
    this.#tell('daemon', what);
  }

  received(node: string, text: string): void {
    this.#add(text);
    if (this.#keeps) this.#line('site', true, `${node} shows ${JSON.stringify(text)}`);
  }

  typed(node: string, text: string): void {
    this.#add(text);
    if (this.#keeps) this.#line('daemon', true, `types ${JSON.stringify(text)} at ${node}`);
  }

  journal(line: string): void {
    this.#add(line);
    if (this.#keeps) this.#line('daemon', true, `journal: ${line.trimEnd()}`);
  }

  entry(entry: LogEntry): void {
    this.#add(entry.what);
    this.#hash.add(entry.why ?? '');
    this.#hash.add(entry.evidence ?? '');
    if (!this.#keeps) return;
    const why = entry.why === undefined ? '' : `; why: ${entry.why}`;
    const evidence = entry.evidence === undefined ? '' : `; evidence: ${entry.evidence}`;
    const isDetail = !TOLD.includes(entry.topic) || entry.level === 'debug';
    this.#line('daemon', isDetail, `${entry.state}: ${entry.what}${why}${evidence}`);
  }

  #tell(voice: Voice, what: string): void {
    this.#add(what);
    if (this.#keeps) this.#line(voice, false, what);
  }

  #add(text: string): void {
    this.#hash.addNumber(this.#clock.now().at);
    this.#hash.add(text);
  }

  #line(voice: Voice, isDetail: boolean, text: string): void {
    this.lines.push({ at: this.#clock.now().at, voice, isDetail, text });
  }
}
