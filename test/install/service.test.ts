/** The init script and logrotate, with a daemon that runs below a prefix. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { waitFor } from '../daemon/program.ts';
import { cleanUp, clusterd, execute, type Finished, freshPrefix, isThere } from './installation.ts';

const SCRIPT = `identity host-id /Host ID: ([0-9a-f]{8})/
pattern panic "panic"
state start "watches"
  on active panic -> held "$line"
  rest
state held "is held"
  on operator release -> start "$operator released"
  rest
`;

const servers: Server[] = [];
const sockets = new Set<Socket>();
const prefixes: string[] = [];
afterEach(async () => {
  for (const prefix of prefixes.splice(0)) await clusterd('stop', '--home', homeOf(prefix));
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  for (const server of servers.splice(0)) server.close();
  cleanUp();
});

const homeOf = (prefix: string) => join(prefix, 'var/lib/clusterd');

/** A console that says a numbered line whenever it is told to. */
async function chattyConsole(): Promise<{ port: number; say: (text: string) => void }> {
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.resume().on('error', () => {});
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const say = (text: string) => {
    for (const socket of sockets) if (socket.localPort === port) socket.write(text);
  };
  return { port, say };
}

interface Service {
  readonly home: string;
  readonly prefix: string;
  readonly say: (text: string) => void;
  readonly init: (...words: string[]) => Promise<Finished>;
}

async function installed(): Promise<Service> {
  const prefix = freshPrefix();
  const { status, err } = await clusterd('install', '--prefix', prefix);
  expect([status, err]).toEqual([0, '']);
  prefixes.push(prefix);
  const [one, two] = [await chattyConsole(), await chattyConsole()];
  const node = (name: string, port: number) =>
    `  node ${name}\n    console tcp 127.0.0.1:${port}\n    identity 83a5${port.toString(16).padStart(4, '0')}\n    boot-path disk\n`;
  const home = homeOf(prefix);
  const clist = `cluster x\n  script plain\n  on-silence confirm\n${node('a', one.port)}${node('b', two.port)}`;
  writeFileSync(join(home, 'CList'), clist);
  writeFileSync(join(home, 'chat-scripts/plain.chat'), SCRIPT);
  const script = join(prefix, 'etc/init.d/clusterd');
  const environment = { CLUSTER_LOCKS: join(prefix, 'locks') };
  const init = (...words: string[]) => execute(script, words, environment);
  return { home, prefix, say: one.say, init };
}

const pidOf = (home: string) =>
  Number(readFileSync(join(home, 'state/clusterd.pid'), 'utf8').split('\n')[0]);

/** A dozen processes one after another, on a host that others use, too. */
const LONG_MS = 90_000;

describe('the init script', { timeout: LONG_MS }, () => {
  it('starts, stops and answers as LSB wants it', async () => {
    const { home, init } = await installed();
    expect((await init('status')).status).toBe(3);
    expect((await init('stop')).status).toBe(0);
    expect((await init('reload')).status).toBe(7);
    expect((await init('try-restart')).status).toBe(0);
    const started = await init('start');
    expect([started.status, started.err]).toEqual([0, '']);
    expect(started.out).toMatch(/^x: watched with plain, a and b$/m);
    const pid = pidOf(home);
    expect([(await init('start')).status, pidOf(home)]).toEqual([0, pid]);
    expect([(await init('status')).status, (await init('reload')).status]).toEqual([0, 0]);
    expect([(await init('restart')).status, pidOf(home) === pid]).toEqual([0, false]);
    expect((await init('stop')).status).toBe(0);
    expect((await init('status')).status).toBe(3);
    expect((await init('nonsense')).status).toBe(2);
  });

  it('knows a daemon that was killed, and starts another', async () => {
    const { home, init } = await installed();
    await init('start');
    process.kill(pidOf(home), 'SIGKILL');
    const dead = async () => (await init('status')).status === 1;
    for (let tries = 0; tries < 50 && !(await dead()); tries++);
    expect(await dead()).toBe(true);
    expect((await init('start')).status).toBe(0);
    expect((await init('status')).status).toBe(0);
  });

  it('says what is missing, and that nothing runs then', async () => {
    const { home, init } = await installed();
    rmSync(join(home, 'CList'));
    const { status, err } = await init('start');
    expect([status, err]).toEqual([6, expect.stringContaining(`${home}/CList`)]);
    writeFileSync(join(home, 'CList'), 'cluster x\n  nonsense\n');
    const broken = await init('start');
    expect([broken.status, broken.out]).toEqual([
      1,
      expect.stringContaining('no line begins with'),
    ]);
  });

  it('stops all that runs at uninstall', async () => {
    const { home, prefix, init } = await installed();
    await init('start');
    const pid = pidOf(home);
    const { status, out } = await clusterd('uninstall', '--prefix', prefix);
    expect([status, out]).toEqual([0, expect.stringContaining(`process ${pid}, has ended`)]);
  });
});

describe.runIf(isThere('logrotate'))('logrotate', { timeout: LONG_MS }, () => {
  function rotate(prefix: string): void {
    const words = [
      '-f',
      '-s',
      join(prefix, 'logrotate.state'),
      join(prefix, 'etc/logrotate.d/clusterd'),
    ];
    const { status, stderr } = spawnSync('logrotate', words, {
      encoding: 'utf8',
      env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
    });
    expect([status, stderr]).toEqual([0, '']);
  }

  /** All that was ever written to it, the oldest first. */
  function wholeText(home: string, name: string): string {
    const logs = join(home, 'Logs');
    const ages = readdirSync(logs)
      .filter((file) => file.startsWith(name))
      .map((file) => ({ file, age: Number(/\.(\d+)(?:\.gz)?$/.exec(file)?.[1] ?? 0) }))
      .sort((one, other) => other.age - one.age);
    return ages
      .map(({ file }) => readFileSync(join(logs, file)))
      .map((bytes) => (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString())
      .join('');
  }

  it('loses not one line of a console that talks all the time, and touches no journal', async () => {
    const { home, prefix, say, init } = await installed();
    await init('start');
    const journal = readFileSync(join(home, 'state/x.journal'), 'utf8');
    await waitFor(
      () => sockets.size === 2,
      10_000,
      () => `${sockets.size}`,
    );
    let said = 0;
    const talking = setInterval(() => say(`line ${++said} of the console\r\n`), 2);
    try {
      for (let round = 0; round < 3; round++) {
        const until = said + 50;
        await waitFor(
          () => said > until,
          10_000,
          () => `${said}`,
        );
        rotate(prefix);
      }
    } finally {
      clearInterval(talking);
    }
    const last = () => wholeText(home, 'x.a.console').includes(`line ${said} of the console`);
    await waitFor(last, 10_000, () => wholeText(home, 'x.a.console').slice(-200));
    await init('stop');
    const text = wholeText(home, 'x.a.console');
    const numbers = [...text.matchAll(/line (\d+) of the console/g)].map(([, n]) => Number(n));
    expect(numbers).toEqual(Array.from({ length: said }, (_, index) => index + 1));
    const files = readdirSync(join(home, 'Logs'));
    expect(files).toContain('x.a.console.1');
    expect(files.some((file) => /^x\.a\.console\.[23]\.gz$/.test(file))).toBe(true);
    expect(readFileSync(join(home, 'state/x.journal'), 'utf8').startsWith(journal)).toBe(true);
    expect(readdirSync(join(home, 'state')).filter((file) => /\.\d|gz$/.test(file))).toEqual([]);
  });
});
