/**
 * A login with its values: what CList gives, else the defaults of the library; secrets are fetched
 * here, for one connection. Called for each connection. Must never put a secret into a message, and
 * is never kept longer than the connection.
 */
import { createHash } from 'node:crypto';
import type { AccessLogin, Secret } from '../clist/cluster.ts';
import { readDuration } from '../clist/values.ts';
import type { AccessCondition, AccessProgram } from '../language/access/access-program.ts';
import type { Duration, Template } from '../language/program.ts';
import { fillTemplate } from '../language/regex.ts';

/** The value of a secret; may throw a ClistError. */
export type Reveal = (secret: Secret) => string;

export class BoundLogin {
  readonly program: AccessProgram;
  /** Settings that may be shown, by name. */
  readonly values: Readonly<Record<string, string>>;
  readonly #secrets: ReadonlyMap<string, string>;

  /** Throws what `reveal` throws. */
  constructor(program: AccessProgram, login: AccessLogin, reveal: Reveal) {
    const values: Record<string, string> = {};
    const secrets = new Map<string, string>();
    for (const { name, defaultValue, secret } of program.settings) {
      const given = login.values.find((value) => value.name === name)?.value;
      const value = given === undefined ? defaultValue : valueOf(given, reveal);
      if (value === null) continue;
      if (secret || typeof given === 'object') secrets.set(name, value);
      if (!secret) values[name] = value;
    }
    this.program = program;
    this.values = values;
    this.#secrets = secrets;
  }

  secret(name: string): string {
    const value = this.#secrets.get(name);
    if (value === undefined) throw new Error(`checked, yet the secret '${name}' has no value`);
    return value;
  }

  fill(template: Template): string {
    return fillTemplate(template, this.values);
  }

  milliseconds(duration: Duration): number {
    if (duration.kind === 'literal') return duration.ms;
    const text = this.values[duration.name] ?? '';
    const read = readDuration(text);
    // A default is in milliseconds already.
    return read.ok ? read.value : Number(text);
  }

  holds(condition: AccessCondition | null): boolean {
    return condition === null || this.values[condition.name] === condition.value;
  }

  /** Text that the other end said, as it may be shown. */
  mask(text: string): string {
    let masked = text;
    for (const secret of this.#secrets.values()) {
      if (secret !== '') masked = masked.replaceAll(asLatin1(secret), '[secret]');
    }
    return masked.replace(/[^\x20-\x7e]+/g, ' ').trim();
  }

  /** Another one when name or password changed; tells nothing of them. */
  get fingerprint(): string {
    const all = [...Object.entries(this.values), ...this.#secrets].flat();
    return createHash('sha256').update(JSON.stringify(all)).digest('base64');
  }
}

/** A secret as it stands on the wire, one character for each byte. */
export function asLatin1(secret: string): string {
  return Buffer.from(secret, 'utf8').toString('latin1');
}

function valueOf(given: string | Secret, reveal: Reveal): string {
  return typeof given === 'string' ? given : reveal(given);
}
