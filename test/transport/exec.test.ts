/** Programs as consoles: what reaches them, what is said when they end, and that nothing stays behind. */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock/system.ts';
import { ExecTransport } from '../../src/transport/exec.ts';
import { membersOf } from '../../src/transport/session-members.ts';
import { Ear, NASTY, writeAll } from './contract.ts';
import { until } from './until.ts';

let directory: string;
const open: ExecTransport[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'exec-'));
});
afterEach(() => {
  for (const transport of open.splice(0)) transport.close();
  rmSync(directory, { recursive: true, force: true });
});

function make(...argv: string[]): ExecTransport {
  const transport = new ExecTransport(argv, systemClock);
  open.push(transport);
  return transport;
}

/** A program of the test, in the language of sh. */
function script(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  return path;
}

async function started(...argv: string[]): Promise<{ transport: ExecTransport; ear: Ear }> {
  const transport = make(...argv);
  const ear = new Ear();
  await transport.open(ear);
  return { transport, ear };
}

async function heard(ear: Ear, pattern: RegExp, withinMs = 5000): Promise<RegExpExecArray> {
  await until(() => pattern.test(ear.all.toString('latin1')), withinMs);
  return pattern.exec(ear.all.toString('latin1')) ?? expect.unreachable();
}

function lives(pid: string): boolean {
  const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'latin1') : '';
  return stat !== '' && !/\) [ZX] /.test(stat);
}

describe('exec: what reaches the program', () => {
  const NASTY_WORDS = [
    '',
    ' ',
    '$(touch pwned)',
    '`touch pwned`',
    '; touch pwned #',
    "' ; touch pwned ; '",
    '" ; touch pwned ; "',
    '\\',
    '\n',
    '-c',
    '--',
    '*',
    '$HOME',
    '$CLUSTERD_WORD_0',
    '%s\\n',
    '\x01\x06123\n',
    'ä€',
    '&& touch pwned',
    '> pwned',
  ];

  it('is each word as it stands, and no shell reads it', async () => {
    const show = script('show words', 'printf "%s\\0" "$@"; env | grep -c CLUSTERD_WORD; sleep 10');
    const { ear } = await started(show, ...NASTY_WORDS);
    const [all] = await heard(ear, /^[\s\S]*\0\d\n$/);
    const words = Buffer.from(all, 'latin1').toString('utf8').split('\0');
    expect(words).toEqual([...NASTY_WORDS, '0\n']);
    expect(existsSync('pwned')).toBe(false);
  });

  it('is a raw terminal of 24 lines and 80 columns, without colours', async () => {
    const show = script('show', 'stty -a; echo "TERM=$TERM LC_ALL=$LC_ALL"; tty; sleep 10');
    const { ear } = await started(show);
    const [said] = await heard(ear, /[\s\S]*\/dev\/pts\/\d+/);
    for (const word of [
      'rows 24; columns 80',
      '-icanon',
      '-echo ',
      '-isig',
      '-ixon',
      '-opost',
      'cs8',
    ]) {
      expect(said).toContain(word);
    }
    expect(said).toContain('TERM=dumb LC_ALL=C');
  });

  it('is every byte, and nothing is echoed', async () => {
    const file = join(directory, 'typed');
    const { transport, ear } = await started(script('keep', `printf ready; exec cat > ${file}`));
    await heard(ear, /^ready$/);
    await writeAll(transport, NASTY);
    for (const byte of NASTY) await writeAll(transport, Buffer.of(byte));
    const expected = Buffer.concat([NASTY, NASTY]);
    await until(() => readFileSync(file).length >= expected.length);
    expect(readFileSync(file).equals(expected)).toBe(true);
    expect(ear.all.toString()).toBe('ready');
  });

  it('is found in PATH', async () => {
    const { ear } = await started('sh', '-c', 'printf x; sleep 10');
    await until(() => ear.bytes > 0);
    expect(ear.all.toString()).toBe('x');
  });
});

describe('exec: what is said', () => {
  it.each([
    ['no-such-program-here', 'no-such-program', 'there is no program no-such-program-here in PATH'],
    ['/no/such/program', 'no-such-program', 'there is no program /no/such/program'],
    ['/etc/passwd', 'no-such-program', '/etc/passwd may not be run'],
    ['/etc', 'no-such-program', '/etc may not be run'],
  ])('of %s', async (program, code, message) => {
    const refused = make(program).open(new Ear());
    await expect(refused).rejects.toMatchObject({ name: 'TransportError', code, message });
  });

  it.each([
    [
      'echo "Error: Unable to establish IPMI v2 / RMCP+ session" >&2; exit 1',
      'other',
      'fake ended with status 1, its last line: Error: Unable to establish IPMI v2 / RMCP+ session',
    ],
    ['exit 7', 'other', 'fake ended with status 7, and said nothing'],
    ['true', 'other', 'fake ended, and said nothing'],
    [
      'printf "\\033[31mno\\033[0m way\\a\\r\\n\\r\\n"; exit 2',
      'other',
      'fake ended with status 2, its last line: no way',
    ],
    ['kill -9 $$', 'other', 'fake ended by SIGKILL, and said nothing'],
    [
      'echo "Info: SOL payload already active on another session"; exit 1',
      'busy',
      'fake said: Info: SOL payload already active on another session',
    ],
    [
      'echo "error: operation failed: Active console session exists for this domain"; exit 1',
      'busy',
      'fake said: error: operation failed: Active console session exists for this domain',
    ],
    [
      'echo "[Enter \\`^Ec?\' for help]"; sleep 0.1; echo "[no, anna@ops is attached]"; sleep 30',
      'busy',
      'fake said: [no, anna@ops is attached]',
    ],
    [
      'echo "[\\`n1\' -- console is down]"; sleep 30',
      'refused',
      "fake said: [`n1' -- console is down]",
    ],
  ])('%s', async (text, code, message) => {
    const refused = make(script('fake', text)).open(new Ear());
    await expect(refused).rejects.toMatchObject({ name: 'TransportError', message, code });
  });

  it('that ipmitool is connected only when it says so', async () => {
    const ipmitool = script('ipmitool', 'echo "IANA PEN registry open failed"; sleep 1; eval "$1"');
    const sleeps = 'echo "Error: Unable to establish IPMI v2 / RMCP+ session"; exit 1';
    const refused = make(ipmitool, sleeps).open(new Ear());
    await expect(refused).rejects.toThrow('its last line: Error: Unable to establish IPMI v2');
    const { ear } = await started(
      ipmitool,
      'echo "[SOL Session operational.  Use ~? for help]"; sleep 9',
    );
    await heard(ear, /^IANA PEN[\s\S]*\[SOL Session operational/);
    const busy = make(
      ipmitool,
      'sleep 6; echo "Info: SOL payload already active on another session"; exit 1',
    ).open(new Ear());
    await expect(busy).rejects.toMatchObject({ code: 'busy' });
  });

  it('a bad interpreter', async () => {
    const path = join(directory, 'bad');
    writeFileSync(path, '#!/no/such/interpreter\n', { mode: 0o755 });
    const refused = make(path).open(new Ear());
    await expect(refused).rejects.toThrow(/bad ended with status 12[67], its last line: setpriv: /);
  });

  it('of an end after it was open, with the last line', async () => {
    const { ear } = await started(
      script(
        'fake',
        'echo "[SOL Session operational.  Use ~? for help]"; sleep 0.6; printf "login: \\r\\nSOL session closed by BMC\\r\\n"; exit 1',
      ),
    );
    await until(() => ear.closes.length === 1);
    expect(ear.closes).toEqual([
      {
        kind: 'lost',
        detail: 'fake ended with status 1, its last line: SOL session closed by BMC',
      },
    ]);
    expect(ear.all.toString()).toContain('SOL Session operational');
  });

  it('of one that was taken away while it was open, also when its words are cut', async () => {
    const { ear } = await started(
      script(
        'fake',
        "echo up; sleep 0.6; printf 'x[forced to `sp'; sleep 0.1; printf \"y' mode by anna@ops]\\r\\n\"; sleep 30",
      ),
    );
    await until(() => ear.closes.length === 1);
    expect(ear.closes[0]).toMatchObject({ kind: 'lost' });
    expect(ear.closes[0]?.detail).toMatch(/^it said: .*mode by anna@ops/);
  });

  it('nothing of words that come later: they are console text', async () => {
    const { ear } = await started(
      script('fake', 'echo up; sleep 5.5; echo "[no, anna@ops is attached]"; sleep 30'),
    );
    await heard(ear, /anna/, 10_000);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(ear.closes).toEqual([]);
  });

  it('all that a program prints before it ends', async () => {
    const { ear } = await started('sh', '-c', 'sleep 0.6; seq 100000; exit 3');
    await until(() => ear.closes.length === 1);
    const lines = ear.all.toString().trim().split('\n');
    expect([lines.length, lines.at(-1)]).toEqual([100_000, '100000']);
  });
});

describe('exec: nothing stays behind', () => {
  it.each([
    ['that ignores SIGHUP', "trap '' HUP; "],
    ['that ignores SIGHUP and SIGTERM', "trap '' HUP TERM; "],
  ])('of a program %s', async (_name, traps) => {
    const { transport, ear } = await started(
      script('deaf', `${traps}echo "pid=$$."; while :; do sleep 0.2; done`),
    );
    const [, pid = ''] = await heard(ear, /pid=(\d+)\./);
    transport.close();
    await until(() => !lives(pid), 6000);
    while ((await membersOf(Number(pid))).length > 0) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });

  it.each(['close', 'exit'])('of one that has started others, at its %s', async (way) => {
    const { transport, ear } = await started(
      script(
        'parent',
        `( trap '' HUP TERM; while :; do sleep 0.2; done ) & echo "child=$!."
         set -m; ( trap '' HUP; while :; do sleep 0.2; done ) & echo "own-group=$!."
         ${way === 'close' ? 'cat' : 'sleep 0.7'}`,
      ),
    );
    const [, child = ''] = await heard(ear, /child=(\d+)\./);
    const [, other = ''] = await heard(ear, /own-group=(\d+)\./);
    expect([lives(child), lives(other)]).toEqual([true, true]);
    if (way === 'close') transport.close();
    else await until(() => ear.closes.length === 1);
    await until(() => !lives(child) && !lives(other), 6000);
  });

  it('when this process is killed: the program ends at once, and nothing was typed on the console', async () => {
    const typed = join(directory, 'typed');
    const deaf = script('deaf', `trap '' HUP TERM; echo "pid=$$."; exec cat > ${typed}`);
    const user = join(directory, 'user.mjs');
    const room = (name: string) => JSON.stringify(join(import.meta.dirname, '../../dist', name));
    writeFileSync(
      user,
      `import { systemClock } from ${room('clock/system.js')};
       import { ExecTransport } from ${room('transport/exec.js')};
       const transport = new ExecTransport([${JSON.stringify(deaf)}], systemClock);
       await transport.open({ data: (bytes) => process.stdout.write(bytes), modem() {}, closed() {} });`,
    );
    const child = spawn(process.execPath, [user], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.on('data', (bytes) => {
      said += bytes;
    });
    await until(() => /pid=\d+\./.test(said));
    const pid = /pid=(\d+)\./.exec(said)?.[1] ?? '';
    expect(lives(pid)).toBe(true);
    child.kill('SIGKILL');
    await until(() => !lives(pid));
    expect(readFileSync(typed)).toEqual(Buffer.alloc(0));
  });

  it('of a program that is closed while it begins', async () => {
    const transport = make(script('slow', `echo $$ > ${join(directory, 'pid')}; exec sleep 60`));
    const opening = transport.open(new Ear());
    transport.close();
    await expect(opening).rejects.toMatchObject({ name: 'TransportError' });
    await new Promise((resolve) => setTimeout(resolve, 300));
    const pid = spawnSync('cat', [join(directory, 'pid')], { encoding: 'utf8' }).stdout.trim();
    await until(() => pid === '' || !lives(pid));
  });
});

describe('exec: bounds', () => {
  it('holds at most what it should for a program that does not read', async () => {
    const { transport, ear } = await started('sh', '-c', 'echo up; sleep 60');
    const block = Buffer.alloc(64 * 1024, 0x61);
    for (let i = 0; i < 20 && ear.closes.length === 0; i++) transport.write(block);
    await until(() => ear.closes.length === 1, 15_000);
    expect(ear.closes[0]).toEqual({ kind: 'lost', detail: 'sh prints but does not read' });
    await transport.drained();
  });

  it('does not read while it is paused', async () => {
    const { transport, ear } = await started('sh', '-c', 'echo up; exec yes');
    await heard(ear, /up/);
    transport.pause(true);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const before = ear.bytes;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(ear.bytes).toBe(before);
    transport.pause(false);
    await until(() => ear.bytes > before);
  });

  it('does not say that the other end answers, since the program is not it', async () => {
    const { transport } = await started('sh', '-c', 'echo up; sleep 60');
    expect(await transport.answers()).toMatchObject({ answers: false });
    await expect(transport.sendBreak()).rejects.toMatchObject({ code: 'other' });
  });
});
