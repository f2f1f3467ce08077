/** The real daemon serves its metrics where CList says so, and bears a port that it cannot have. */
import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { parseExposition } from '../metrics/strict-parser.ts';
import { cleanUp, clusterd, makeHome, RunningDaemon, silentConsoles } from './program.ts';

afterEach(cleanUp);

const SCRIPTS = {
  'plain.chat': `identity host-id /Host ID: ([0-9a-f]{8})/
pattern panic "panic"

state start "starts"
  -> watch             "looked around"

state watch "watches"
  on active panic -> held "$line"
  rest

state held lasting "is held"
  on operator release -> watch "$operator released"
  alarm production "held"
  rest
`,
};

async function homeWith(metricsPort: number): Promise<string> {
  const [one = 0, two = 0] = await silentConsoles(2);
  const node = (name: string, port: number, identity: string) =>
    `  node ${name}
    console tcp 127.0.0.1:${port}
    identity ${identity}
    boot-path disk
`;
  const clist = `site
  metrics 127.0.0.1:${metricsPort}

cluster demo
  script plain
  on-silence confirm
  service tcp 192.0.2.1:1
  reference tcp 192.0.2.2:1
${node('a1', one, '83a54d1a')}${node('a2', two, '83a54d1b')}`;
  return makeHome(clist, SCRIPTS);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

it('serves what a strict reader accepts, with the cluster and its own figures', async () => {
  const port = await freePort();
  await RunningDaemon.start(await homeWith(port));
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const samples = parseExposition(text);
  const valueOf = (name: string) => samples.find((one) => one.name === name)?.value;
  expect(valueOf('clusterd_cluster_watched')).toBe(1);
  expect(valueOf('clusterd_cluster_armed')).toBe(0);
  expect(valueOf('clusterd_reaction_seconds_count')).toBeDefined();
  expect(samples.find(({ name }) => name === 'clusterd_build_info')?.labels.version).toMatch(/^\d/);
});

it('watches on with an alarm while another program has the port', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  const daemon = await RunningDaemon.start(await homeWith(port));
  const { out } = await clusterd(daemon.home, 'status');
  expect(out).toMatch(/clusterd:metrics.*cannot be served on 127\.0\.0\.1:\d+: .*EADDRINUSE/);
  expect(out).toMatch(/demo/);
  await new Promise((resolve) => other.close(resolve));
  expect((await clusterd(daemon.home, 'stop')).status).toBe(0);
});

it('moves to another port, and ends, with a reload', async () => {
  const [first, second] = [await freePort(), await freePort()];
  const daemon = await RunningDaemon.start(await homeWith(first));
  const list = join(daemon.home, 'CList');
  const text = readFileSync(list, 'utf8');
  const statusOf = async (port: number) =>
    (await fetch(`http://127.0.0.1:${port}/metrics`).catch(() => null))?.status ?? null;
  writeFileSync(list, text.replace(`:${first}`, `:${second}`));
  const reloaded = await clusterd(daemon.home, 'reload');
  expect([reloaded.status, reloaded.err]).toEqual([0, '']);
  await expect.poll(() => statusOf(second)).toBe(200);
  expect(await statusOf(first)).toBeNull();
  writeFileSync(list, text.replace(/^ +metrics.*$/m, ''));
  await clusterd(daemon.home, 'reload');
  await expect.poll(() => statusOf(second)).toBeNull();
});
