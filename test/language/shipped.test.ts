/** The scripts that are delivered compile without an error or a warning. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { compileScript } from '../../src/language/compile.ts';
import { formatDiagnostic, sourceLineAt } from '../../src/language/diagnostics.ts';

const SHIPPED = new URL('../../chat-scripts/', import.meta.url);
const names = readdirSync(SHIPPED).filter((name) => name.endsWith('.chat'));

it('finds scripts', () => {
  expect(names).toContain('sun-obp.chat');
});

it.each(names)('%s', (name) => {
  const { program, diagnostics, sources } = compileScript(name, (file) => {
    try {
      return readFileSync(new URL(file, SHIPPED), 'utf8');
    } catch {
      return null;
    }
  });
  const shown = diagnostics.map((one) =>
    formatDiagnostic(one, sourceLineAt(sources.get(one.span.file) ?? '', one.span.line)),
  );
  expect(shown).toEqual([]);
  expect(program?.states.length).toBeGreaterThan(3);
});
