/**
 * The configuration variables of OpenBoot: their kinds, defaults and the exact answers of
 * `setenv` and `printenv`. They last over power-off unless the battery is dead. Used by the
 * simulated firmware and by eeprom of the simulated Solaris.
 */

type VariableKind =
  | { readonly kind: 'boolean' }
  | { readonly kind: 'string' }
  | { readonly kind: 'number'; readonly limit: number }
  | { readonly kind: 'choice'; readonly choices: readonly string[] };

interface Variable {
  readonly name: string;
  readonly value: string;
  readonly of: VariableKind;
}

const bool = (name: string, value: boolean): Variable => ({
  name,
  value: String(value),
  of: { kind: 'boolean' },
});
const text = (name: string, value = ''): Variable => ({ name, value, of: { kind: 'string' } });
const number = (name: string, value: number, limit: number): Variable => ({
  name,
  value: String(value),
  of: { kind: 'number', limit },
});
const choice = (name: string, value: string, choices: readonly string[]): Variable => ({
  name,
  value,
  of: { kind: 'choice', choices },
});

const VARIABLES: readonly Variable[] = [
  text('test-args'),
  choice('diag-level', 'min', ['off', 'min', 'max', 'menus']),
  choice('verbosity', 'min', ['none', 'min', 'normal', 'max', 'debug']),
  number('scsi-initiator-id', 7, 16),
  text('oem-logo', 'No default'),
  bool('oem-logo?', false),
  text('oem-banner'),
  bool('oem-banner?', false),
  bool('ansi-terminal?', true),
  number('screen-#columns', 80, 1000),
  number('screen-#rows', 34, 1000),
  bool('ttyb-rts-dtr-off', false),
  bool('ttyb-ignore-cd', true),
  bool('ttya-rts-dtr-off', false),
  bool('ttya-ignore-cd', true),
  text('ttyb-mode', '9600,8,n,1,-'),
  text('ttya-mode', '9600,8,n,1,-'),
  text('output-device', 'ttya'),
  text('input-device', 'ttya'),
  bool('auto-boot-on-error?', false),
  number('load-base', 16384, 2 ** 32),
  bool('auto-boot?', true),
  text('boot-command', 'boot'),
  text('diag-file'),
  text('diag-device', 'net'),
  text('boot-file'),
  text('boot-device', 'disk net'),
  bool('use-nvramrc?', false),
  text('nvramrc'),
  choice('security-mode', 'none', ['none', 'command', 'full']),
  text('security-password'),
  number('security-#badlogins', 0, 2 ** 32),
  bool('diag-switch?', false),
  choice('error-reset-recovery', 'boot', ['none', 'boot', 'sync']),
  bool('local-mac-address?', true),
  bool('fcode-debug?', false),
  text('asr-policy', 'normal'),
];

/** `set-defaults` leaves these alone. */
const NOT_RESET = new Set(['security-mode', 'security-password', 'security-#badlogins']);

const NAME_COLUMNS = 22;
const VALUE_COLUMNS = 31;

export type SetAnswer = 'set' | 'unknown' | 'invalid';

/** The value as it would be stored, or null: not a value of this kind. */
function normalise(of: VariableKind, value: string): string | null {
  switch (of.kind) {
    case 'boolean':
      return value === 'true' || value === 'false' ? value : null;
    case 'string':
      return value;
    case 'choice':
      return of.choices.includes(value) ? value : null;
    case 'number':
      return /^\d+$/.test(value) && Number(value) < of.limit ? String(Number(value)) : null;
  }
}

export class Nvram {
  /** How often a variable was written, for wear. */
  writes = 0;
  /** Worn out: these keep what they have, whatever is said to be written. */
  readonly worn = new Set<string>();
  readonly #values = new Map<string, string>();

  constructor(values: Readonly<Record<string, string>> = {}) {
    this.reset();
    for (const [name, value] of Object.entries(values)) this.set(name, value);
    this.writes = 0;
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** An unknown name reads as the empty string. */
  get(name: string): string {
    return this.#values.get(name) ?? '';
  }

  isTrue(name: string): boolean {
    return this.get(name) === 'true';
  }

  set(name: string, value: string): SetAnswer {
    const variable = VARIABLES.find((candidate) => candidate.name === name);
    if (variable === undefined) return 'unknown';
    const stored = normalise(variable.of, value);
    if (stored === null) return 'invalid';
    if (!this.worn.has(name)) this.#values.set(name, stored);
    this.writes += 1;
    return 'set';
  }

  /** Back to the default of one variable. */
  setDefault(name: string): SetAnswer {
    return this.set(name, VARIABLES.find((variable) => variable.name === name)?.value ?? '');
  }

  /** What a dead battery does. */
  reset(): void {
    for (const { name, value } of VARIABLES) this.#values.set(name, value);
  }

  /** What `set-defaults` does. */
  setDefaults(): void {
    for (const { name, value } of VARIABLES) {
      if (!NOT_RESET.has(name)) this.#values.set(name, value);
    }
    this.writes += 1;
  }

  /** `auto-boot? =          false` */
  format(name: string): string {
    return `${`${name} = `.padEnd(NAME_COLUMNS)}${this.#shown(name)}`;
  }

  /** What eeprom prints: `auto-boot?=false`. */
  eeprom(name: string): string {
    const value = this.#shown(name);
    return value === '' ? `${name}: data not available.` : `${name}=${value}`;
  }

  /** All variables for a bare `printenv`, one line each, the heading first. */
  table(): string[] {
    const row = (name: string, value: string, initial: string) =>
      `${name.padEnd(NAME_COLUMNS)}${value.padEnd(VALUE_COLUMNS)}${initial}`.trimEnd();
    return [
      row('Variable Name', 'Value', 'Default Value'),
      '',
      ...VARIABLES.map(({ name, value }) => row(name, this.#shown(name), value)),
    ];
  }

  names(): string[] {
    return VARIABLES.map(({ name }) => name);
  }

  #shown(name: string): string {
    return name === 'security-password' ? '' : this.get(name);
  }
}
