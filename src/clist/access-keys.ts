/**
 * `login` and `power via`: which access library logs in to a terminal server or service processor,
 * and the values of its settings. Called by `NODE_KEYS` and by the key `power`. What the library
 * itself asks for is compared later, by check-access.ts. Must never quote a value: it may be a secret.
 */
import type { AccessValue, PowerDevice, Secret } from './cluster.ts';
import { readConsoleAddress } from './console-keys.ts';
import type { NodeDraft } from './draft.ts';
import type { LineReader } from './line-reader.ts';
import { readOptions } from './options.ts';
import { readSecretValue } from './secret-value.ts';
import type { Read } from './values.ts';

/** A login, the switching, and asking until it is off. */
const WITHIN_MS_DEFAULT = 60_000;

export function readLogin(line: LineReader, draft: NodeDraft): void {
  const library = line.read('the name of an access library', readLibraryName);
  if (library === null) return;
  const values = readValues(line);
  draft.login = { value: { library, values, span: line.valueSpan }, span: line.valueSpan };
}

/** `power [level N] via LIBRARY ADDRESS name=value ...`, from the library on. */
export function readPowerVia(
  line: LineReader,
  draft: NodeDraft,
  manner: Pick<PowerDevice, 'level' | 'withinMs' | 'shares'>,
): void {
  const library = line.read('the name of an access library', readLibraryName);
  if (library === null) return;
  const address = readConsoleAddress(line);
  if (address === null) return;
  const values = readValues(line);
  const span = line.valueSpan;
  const via: PowerDevice['via'] = { library, values, span, address };
  const device = { agent: `via ${library}`, options: [], withinMs: WITHIN_MS_DEFAULT };
  draft.power.push({ value: { ...device, ...manner, via }, span });
}

function readLibraryName(text: string): Read<string> {
  if (/^[A-Za-z0-9_-]+$/.test(text)) return { ok: true, value: text };
  const hint = 'its file stands in chat-scripts/lib, for example alom';
  return { ok: false, code: 'bad-name', message: 'this is no access library', hint };
}

function readValues(line: LineReader): readonly AccessValue[] {
  const values = readOptions(line, 'user=admin password=@file:PATH', ({ name, text, word }) => {
    const value: string | Secret | null = readSecretValue(line, word, name, text);
    return value === null ? null : { name, value, span: word.span };
  });
  return [...values.values()];
}
