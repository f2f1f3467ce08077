import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock/system.ts';
import { UnixTransport } from '../../src/transport/unix.ts';
import { unixError } from '../../src/transport/unix-error.ts';
import { Ear } from './contract.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'unix-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** A socket whose program was killed. */
async function deadSocket(path: string): Promise<void> {
  const text = `require('net').createServer().listen(${JSON.stringify(path)}, () => console.log('.'))`;
  const child = spawn(process.execPath, ['-e', text], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
}

describe('unix: opening', () => {
  it.each([
    ['nothing', 'no-such-device', 'does not exist'],
    ['file', 'no-such-device', 'is no socket'],
    ['file/below', 'no-such-device', 'does not exist'],
    ['dead', 'refused', 'nobody listens'],
  ])('%s: %s', async (name, code, words) => {
    writeFileSync(join(directory, 'file'), '');
    if (name === 'dead') await deadSocket(join(directory, name));
    const transport = new UnixTransport(join(directory, name), systemClock);
    const refused = transport.open(new Ear());
    await expect(refused).rejects.toMatchObject({ name: 'TransportError', code });
    await expect(refused).rejects.toThrow(words);
    expect(await transport.answers()).toMatchObject({ answers: false });
    expect(transport.write(Buffer.from('x'))).toBe(false);
    await transport.drained();
    transport.close();
  });

  it('says what a refused permission asks for', () => {
    // The tests may run as root, whom every directory lets in.
    const error = unixError('/run/x', { code: 'EACCES' });
    expect([error.code, error.message]).toEqual([
      'other',
      'no permission to use the socket /run/x',
    ]);
    expect(unixError('/run/x', { code: 'EAGAIN' }).code).toBe('busy');
  });
});
