// Feeds the machine bytes and patterns made to stall it, and prints the most CPU time that one chunk
// took: all clusters wait so long. Run: npm run build && node test/bench/hostile.mjs
import { compileScript } from '../../dist/language/compile.js';
import { createEngine, start, step } from '../../dist/machine/machine.js';
import { EMPTY_RECOLLECTION } from '../../dist/machine/protocol.js';

const CHUNK = 4096;
const CHUNKS = 100;
const node = (name) => ({ name, bootPaths: ['disk'], hasPowerDevice: false, settings: {} });
const target = {
  cluster: 'c',
  nodes: [
    { ...node('a'), identity: '83000001' },
    { ...node('b'), identity: '83000002' },
  ],
  service: 'none',
  onSilence: 'confirm',
  serviceLost: 'alarm',
  promptQuietMs: 500,
  parkingSurvivedPowerCycle: false,
  settings: {},
  bounds: {},
};

function script(patterns) {
  const lines = patterns.map((source, index) => `pattern p${index} /${source}/`);
  const names = patterns.map((_, index) => `p${index}`).join(', ');
  return `identity id /Host ID: ([0-9a-f]{8})/
${lines.join('\n')}
state start "watches"
  on active ${names} log "seen"
  after 1h -> other "it is late"
  wait

state other "is the other one"
  after 1h -> start "it is late"
  wait
`;
}

let seed = 1;
function random() {
  seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
  return seed / 0x7fffffff;
}
const repeat = (text) => () => text.repeat(Math.ceil(CHUNK / text.length)).slice(0, CHUNK);
const pick = (letters) => () =>
  Array.from({ length: CHUNK }, () => letters[Math.floor(random() * letters.length)]).join('');

const bytes = {
  'one endless line': repeat('a'),
  'random a and b': pick('ab'),
  'random bytes': pick(Array.from({ length: 256 }, (_, code) => String.fromCharCode(code))),
  'escape without an end': repeat('\x1b[0;'),
  'title without an end': repeat('\x1b]0;aaaaaaaa'),
  'only escapes': repeat('\x1b'),
  backspaces: repeat('a\b\b'),
  'empty lines': repeat('\n'),
  'short lines': repeat('ab\r\n'),
};
const patterns = {
  plain: ['panic\\[cpu[0-9]+\\]', '^ok $'],
  'a.{30}c': ['a.{30}c'],
  '(a|b)*a(a|b){8}': ['(a|b)*a(a|b){8}c'],
  'thirty with .*': Array.from({ length: 30 }, (_, index) => `(?:err${index}|warn).*of ${index}`),
  '(a|b)*a(a|b){12}': ['(a|b)*a(a|b){12}c'],
  '[ab]*a[ab]{60}': ['[ab]*a[ab]{60}c'],
  'a.{90}c': ['a.{90}c'],
  'ten of them': Array.from({ length: 10 }, (_, index) => `a.{${40 + 5 * index}}c`),
  '(a|b){500}': ['(a|b){500}c'],
  '(a?){60}a{60}': ['(a?){60}a{60}c'],
};

function engineOf(sources) {
  const { program, diagnostics } = compileScript('x.chat', () => script(sources));
  const error = diagnostics.find(({ severity }) => severity === 'error');
  return program === null ? error.message : createEngine(program, target);
}

function longest(engine, make) {
  let at = 0;
  let { state } = start(engine, { ...EMPTY_RECOLLECTION, armed: true }, { at, wall: 0 });
  const take = (event) => {
    at += 10;
    // CPU time, not time: on a busy machine others take their share in between.
    const before = process.cpuUsage();
    ({ state } = step(engine, state, { ...event, at, wall: at }));
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
  for (const index of [0, 1])
    take({ kind: 'channel', node: index, status: 'connected', detail: '' });
  at += 70_000; // Past the time in which nothing is believed.
  take({ kind: 'time' });
  const times = Array.from({ length: CHUNKS }, () =>
    take({ kind: 'bytes', node: 0, data: make() }),
  );
  const warm = times.slice(5).sort((one, other) => one - other);
  return [Math.max(...times), warm.at(-1), warm[Math.floor(warm.length / 2)]];
}

let worst = 0;
for (const [name, sources] of Object.entries(patterns)) {
  for (const [text, make] of Object.entries(bytes)) {
    const engine = engineOf(sources);
    if (typeof engine === 'string') {
      console.log(`${name}: refused by the checker: ${engine}`);
      break;
    }
    const [first, last, median] = longest(engine, make);
    worst = Math.max(worst, last);
    const ms = [first, last, median].map((one) => one.toFixed(1).padStart(7)).join(' ');
    console.log(
      `${name.padEnd(18)} ${text.padEnd(22)} ms for a chunk: worst, warm worst, median ${ms}`,
    );
  }
}
console.log(`longest pause once warm: ${worst.toFixed(1)} ms`);
