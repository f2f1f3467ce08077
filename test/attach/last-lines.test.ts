import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readLastLines } from '../../src/attach/last-lines.ts';
import { systemClock } from '../../src/clock/system.ts';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'last-'));
  path = join(directory, 'demo.n1.console');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const record = (second: number, rest: string) =>
  `2026-11-22T03:00:${String(second).padStart(2, '0')}.000Z ${rest}\n`;
const read = (lines: number, mark: string | null = null) =>
  readLastLines(path, lines, mark, systemClock);

describe('the last lines of a transcript', () => {
  it('are as many as there are', async () => {
    writeFileSync(path, record(1, '< "one\\r\\ntwo\\r\\n"') + record(2, '< "ok "'));
    expect(await read(5)).toMatchObject({ text: 'one\r\ntwo\r\nok ', count: 3, isWhole: true });
    expect(await read(2)).toMatchObject({ text: 'two\r\nok ', count: 2 });
    expect(await read(0)).toMatchObject({ text: '', count: 0 });
    expect((await read(1)).wall).toBe(Date.UTC(2026, 10, 22, 3, 0, 2));
  });

  it('end at the mark', async () => {
    writeFileSync(
      path,
      record(1, '< "ok "') + record(2, '! ann attaches (1)') + record(3, '< "x"'),
    );
    expect((await read(5, 'ann attaches (1)')).text).toBe('ok ');
  });

  it('come from the file before, when the log was just rotated', async () => {
    writeFileSync(`${path}.1`, record(1, '< "one\\r\\ntwo\\r\\n"'));
    writeFileSync(path, record(2, '< "three\\r\\n"'));
    expect((await read(2)).text).toBe('two\r\nthree\r\n');
  });

  it('show remarks, but neither what people typed nor who came and went', async () => {
    const remarks = [
      'connected',
      'ann types "reboot\\r"',
      'ann (as they say) types on n1; clusterd sends nothing in demo meanwhile',
      'ann gives the write lock back: nobody types here; clusterd goes on in demo',
      'bob attaches (3)',
      'BREAK',
    ];
    writeFileSync(path, remarks.map((text) => record(1, `! ${text}`)).join(''));
    expect((await read(9)).text).toBe('[clusterd: connected]\r\n[clusterd: BREAK]\r\n');
  });

  it('are there without a file, with garbage, and without the mark', async () => {
    expect(await read(5)).toMatchObject({ text: '', count: 0, wall: null });
    writeFileSync(path, `\x00\xff garbage\n${record(1, '< "ok "')}2026-11-22T03:0`);
    expect(await read(5, 'never written')).toMatchObject({ text: 'ok ', isWhole: false });
  });

  it('are read from the end of a large file', async () => {
    const line = record(1, `< "${'x'.repeat(90)}\\r\\n"`);
    writeFileSync(path, line.repeat(20_000) + record(2, '< "end\\r\\n"'));
    const { text, count } = await read(3);
    expect(count).toBe(3);
    expect(text.endsWith('x\r\nend\r\n')).toBe(true);
  });
});
