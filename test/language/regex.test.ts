import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import type { Template } from '../../src/language/program.ts';
import { escapeLiteral, matchSource, patternProblem } from '../../src/language/regex.ts';

const text = (content: string): Template => [{ kind: 'text', text: content }];
const words = (template: Template, prompt = false) =>
  ({ form: 'words', template, prompt }) as const;
const regex = (template: Template, prompt = false) =>
  ({ form: 'regex', template, prompt }) as const;

function found(match: Parameters<typeof matchSource>[0], line: string, values = {}): boolean {
  return RE2JS.compile(matchSource(match, values)).test(line);
}

describe('words', () => {
  const cases: [string, string, boolean][] = [
    ["Type 'go' to resume", "Type  'go' to resume", true],
    ["Type 'go' to resume", "Type 'go' to resumed", false],
    ['on', 'verification', false],
    ['on', 'it is on.', true],
    ['login:', 'console login: ', true],
    ['login:', 'xlogin: ', false],
    ['ok ', 'ok ', true],
    ['a.b', 'axb', false],
    ['$5 (x)', 'costs $5 (x)', true],
    ['dump  failed', 'dump failed', true],
  ];
  it.each(cases)('%j in %j: %s', (pattern, line, expected) => {
    expect(found(words(text(pattern)), line)).toBe(expected);
  });

  it('takes values as literal text', () => {
    const template: Template = [
      { kind: 'text', text: 'Host ID: ' },
      { kind: 'variable', name: 'id' },
    ];
    expect(found(words(template), 'Host ID: 83a.54', { id: '83a.54' })).toBe(true);
    expect(found(words(template), 'Host ID: 83ax54', { id: '83a.54' })).toBe(false);
    expect(found(words(template), 'Host ID: 83a547', { id: '83a54' })).toBe(false);
  });
});

describe('regex', () => {
  const template: Template = [
    { kind: 'text', text: '^' },
    { kind: 'variable', name: 'name' },
    { kind: 'text', text: '+ *= *' },
    { kind: 'variable', name: 'value' },
    { kind: 'text', text: ' *$' },
  ];
  it('takes values as literal text, each as a whole', () => {
    const values = { name: 'auto-boot?', value: 'a|b' };
    expect(found(regex(template), 'auto-boot?auto-boot? =  a|b ', values)).toBe(true);
    expect(found(regex(template), 'auto-boot? = a', values)).toBe(false);
    expect(found(regex(template), 'auto-boo = a|b', values)).toBe(false);
  });

  it('cannot be changed by a value', () => {
    const evil = '.*|(?i)[\\Q^$*+?{}()';
    const values = { name: evil, value: '\\E|.*' };
    expect(found(regex(template), `${evil} = \\E|.*`, values)).toBe(true);
    expect(found(regex(template), 'anything', values)).toBe(false);
  });

  it('refuses a variable without a value, whatever objects inherit', () => {
    const inherited: Template = [{ kind: 'variable', name: 'constructor' }];
    expect(() => matchSource(regex(inherited), {})).toThrow(/constructor/);
  });
});

describe('prompt', () => {
  it.each([
    ['ok ', true],
    ['{0} ok ', true],
    ['ok   ', true],
    ['ok boot', false],
    ['not ok ', false],
  ])('%j: %s', (line, expected) => {
    expect(found(regex(text('^(\\{[0-9a-f]+\\} )?ok '), true), line)).toBe(expected);
  });

  it('binds all alternatives to the end', () => {
    expect(found(regex(text('^a|^b'), true), 'a panic')).toBe(false);
    expect(found(regex(text('^a|^b'), true), 'b ')).toBe(true);
  });
});

it('escapes every character that has a meaning', () => {
  for (let code = 0x20; code < 0x7f; code++) {
    const char = String.fromCharCode(code);
    expect(RE2JS.compile(`^${escapeLiteral(char)}$`).test(char), char).toBe(true);
    expect(RE2JS.compile(`^${escapeLiteral(char)}$`).test('xx'), char).toBe(false);
  }
});

describe('patternProblem', () => {
  it.each([
    ['a(?=b)', /look/, '(?='],
    ['(?<!a)b', /look/, null],
    ['(a)\\1', /back-references/, '\\1'],
    ['a**', /one repetition/, '**'],
    ['(a', /\\\(/, '(a'],
    ['a)', /\\\)/, 'a)'],
    ['[a', /\\\[/, '[a'],
    ['a{2000}', /1000/, '{2000}'],
    ['*a', /backslash/, '*'],
    ['a\\Z', /end of the line/, '\\Z'],
  ])('%s', (source, hint, fragment) => {
    const problem = patternProblem(source);
    expect(problem?.hint).toMatch(hint);
    if (fragment === null) return;
    expect(problem?.fragment).toEqual({ start: source.indexOf(fragment), length: fragment.length });
  });

  it('is null for what RE2 takes', () => {
    expect(patternProblem('^panic\\[cpu[0-9]+\\]\\/thread=[0-9a-f]+: ')).toBeNull();
  });
});
