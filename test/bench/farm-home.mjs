// Makes a CLUSTER_HOME for the consoles of a farm list ("host:port cluster console" per line) and
// becomes the daemon in it. Called by the farm: node test/bench/farm-home.mjs LIST [HOME]
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [list, given] = process.argv.slice(2);
if (list === undefined) throw new Error('usage: farm-home.mjs LIST [HOME]');
const home = given ?? mkdtempSync(join(tmpdir(), 'clusterd-farm-'));
const here = fileURLToPath(new URL('.', import.meta.url));

const clusters = new Map();
for (const line of readFileSync(list, 'utf8').trim().split('\n')) {
  const [address, cluster] = line.split(' ');
  clusters.set(cluster, [...(clusters.get(cluster) ?? []), address]);
}

let serial = 0x10000000;
const text = [...clusters].map(([cluster, addresses]) => {
  const nodes = [0, 1].map((index) => {
    serial += 1;
    // A cluster with one console only: nobody listens where the other would be.
    const address = addresses[index] ?? `127.0.0.1:${1 + (serial % 60)}`;
    const name = `n${index + 1}`;
    const id = serial.toString(16);
    return `  node ${name}\n    console telnet ${address}\n    identity ${id}\n    boot-path /disk@${index},0:a\n`;
  });
  return `cluster ${cluster}\n  script bench\n  on-silence confirm\n${nodes.join('')}`;
});

mkdirSync(join(home, 'chat-scripts'), { recursive: true });
mkdirSync(join(home, 'Logs'), { recursive: true });
writeFileSync(join(home, 'CList'), text.join('\n'));
copyFileSync(join(here, 'bench.chat'), join(home, 'chat-scripts', 'bench.chat'));
// In this process: the farm measures all that it starts, and the daemon is to be measured alone.
process.argv = [process.execPath, 'clusterd', 'run', '--home', home];
await import('../../dist/main.js');
