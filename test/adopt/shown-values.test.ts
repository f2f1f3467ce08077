/** Values as a console shows them, whole, in pieces and garbled. */
import { describe, expect, it } from 'vitest';
import { ShownValues } from '../../src/adopt/shown-values.ts';
import { shippedEngine } from './library.ts';

const engine = shippedEngine();
const NAMES = ['auto-boot?', 'boot-device', 'diag-device'];

function shown(text: string, cut = text.length) {
  const values = new ShownValues(engine, 1, NAMES);
  for (let at = 0; at < text.length; at += cut) values.feed(text.slice(at, at + cut));
  return values;
}

const TRUE = 'ok printenv auto-boot?\r\nauto-boot? =          true\r\nok ';

describe('a value', () => {
  it.each([1, 2, 3, 7, 1000])('is known when it was shown twice, in pieces of %d', (cut) => {
    const values = shown(`${TRUE}${TRUE}`, cut);
    expect(values.valueOf('auto-boot?')).toBe('true');
    expect(values.valueOf('boot-device')).toBe(null);
  });
  it('counts once shown as not known', () => {
    expect(shown(TRUE).valueOf('auto-boot?')).toBe(null);
  });
  it('is not known when the showings differ', () => {
    expect(shown(`${TRUE}${TRUE.replace('true', 'trXe')}`).valueOf('auto-boot?')).toBe(null);
  });
  it('may have blanks, or be empty', () => {
    const device = 'boot-device =         disk net\r\n';
    expect(shown(device + device).valueOf('boot-device')).toBe('disk net');
    const none = 'diag-device =\r\n';
    expect(shown(none + none).valueOf('diag-device')).toBe('');
  });
  it('is not taken from other lines', () => {
    const other = 'x auto-boot? = true\r\nauto-boot-on-error? = false\r\n';
    expect(shown(other + other).valueOf('auto-boot?')).toBe(null);
  });
});
