import { describe, expect, it } from 'vitest';
import {
  type Diagnostic,
  DiagnosticSink,
  didYouMean,
  formatDiagnostic,
  sourceLineAt,
  suggest,
} from '../../src/language/diagnostics.ts';

const at = (line: number, column: number, file = 'a.chat') => ({
  file,
  line,
  column,
  endColumn: column + 3,
});

describe('DiagnosticSink', () => {
  it('sorts by file in order of first use, by line and by column', () => {
    const sink = new DiagnosticSink();
    sink.error('one', at(9, 1), 'x');
    sink.error('two', at(1, 1, 'b.chat'), 'x');
    sink.warning('three', at(2, 8), 'x');
    sink.error('four', at(2, 3), 'x');
    expect(sink.list().map((one) => one.code)).toEqual(['four', 'three', 'one', 'two']);
  });

  it('keeps the first of two with the same code at the same place', () => {
    const sink = new DiagnosticSink();
    sink.error('one', at(1, 1), 'first');
    sink.error('one', at(1, 1), 'second');
    sink.error('two', at(1, 1), 'third');
    expect(sink.list().map((one) => one.message)).toEqual(['first', 'third']);
  });

  it('knows errors from warnings', () => {
    const sink = new DiagnosticSink();
    sink.warning('one', at(1, 1), 'x');
    expect(sink.hasErrors()).toBe(false);
    sink.error('two', at(1, 1), 'x');
    expect(sink.hasErrors()).toBe(true);
  });
});

describe('formatDiagnostic', () => {
  const diagnostic: Diagnostic = {
    severity: 'error',
    code: 'unknown-state',
    message: "there is no state 'wacth'",
    span: { file: 'sun.chat', line: 7, column: 6, endColumn: 11 },
    hint: "did you mean 'watch'?",
  };

  it('shows place, line, carets and hint', () => {
    expect(formatDiagnostic(diagnostic, '  -> wacth "x"')).toBe(
      [
        "sun.chat:7:6: error: there is no state 'wacth' [unknown-state]",
        '    -> wacth "x"',
        '       ^^^^^',
        "  hint: did you mean 'watch'?",
      ].join('\n'),
    );
  });

  it('leaves out what there is not', () => {
    expect(formatDiagnostic({ ...diagnostic, severity: 'warning', hint: null }, null)).toBe(
      "sun.chat:7:6: warning: there is no state 'wacth' [unknown-state]",
    );
  });

  it('puts a caret behind the end of a line', () => {
    const span = { ...diagnostic.span, column: 4, endColumn: 5 };
    const lines = formatDiagnostic({ ...diagnostic, span }, 'abc').split('\n');
    expect(lines.slice(1, 3)).toEqual(['  abc', '     ^']);
  });

  it('shows the part of a very long line in which the mistake stands', () => {
    const line = `${'x'.repeat(500)}HERE${'y'.repeat(500)}`;
    const span = { ...diagnostic.span, column: 501, endColumn: 505 };
    const [, excerpt = '', carets = ''] = formatDiagnostic({ ...diagnostic, span }, line).split(
      '\n',
    );
    expect(excerpt.length).toBeLessThan(130);
    expect(excerpt.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1)).toBe('HERE');
  });

  it('never sends control characters of a script to a terminal', () => {
    const shown = formatDiagnostic(diagnostic, '\t\u001b[2Jevil\u009b\u202e');
    expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  });
});

describe('suggest', () => {
  const words = ['watch', 'fence', 'take-over', 'stopped', 'on'];
  it.each([
    ['wacth', 'watch'],
    ['wathc', 'watch'],
    ['fense', 'fence'],
    ['take_over', 'take-over'],
    ['TakeOver', 'take-over'],
    ['Stopped', 'stopped'],
    ['stoped', 'stopped'],
    ['xyz', null],
    ['of', 'on'],
    ['', null],
  ])('%s -> %s', (word, expected) => {
    expect(suggest(word, words)).toBe(expected);
  });

  it('takes the first of equally near ones', () => {
    expect(suggest('bat', ['cat', 'hat'])).toBe('cat');
    expect(didYouMean('bat', ['cat', 'hat'])).toBe("did you mean 'cat'?");
    expect(didYouMean('bat', [])).toBeNull();
  });
});

it('finds the line of a text', () => {
  expect(sourceLineAt('a\r\nb\nc', 2)).toBe('b');
  expect(sourceLineAt('a', 2)).toBeNull();
});
