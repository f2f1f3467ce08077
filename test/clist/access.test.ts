/**
 * `login` and `power via`: what they read, what they refuse, and what is shown of them. A secret
 * must never stand in a message or in the text that may be shown.
 */
import { describe, expect, it } from 'vitest';
import { checkClusterAccess } from '../../src/clist/check-access.ts';
import type { Cluster } from '../../src/clist/cluster.ts';
import { sharingOf } from '../../src/clist/known-agents.ts';
import { parseClist } from '../../src/clist/parse.ts';
import { compileAccess } from '../../src/language/access/compile-access.ts';
import { DiagnosticSink } from '../../src/language/diagnostics.ts';
import type { Program } from '../../src/language/program.ts';

function clist(login: string, power: string): string {
  return `cluster c
  script sun-obp
  on-silence confirm
  service tcp 192.0.2.10:25
  reference ping 192.0.2.254
  node n1
    console telnet 192.0.2.1:23
    ${login}
    ${power}
    identity 83a54dc7
    boot-path /disk
  node n2
    console telnet 192.0.2.2:23
    identity 83a54f12
    boot-path /disk
`;
}

const LOGIN = 'login alom user=admin password=@file:/etc/clusterd/alom.secret';
const POWER = 'power via alom telnet 192.0.2.1:23 password=@env:ALOM';

function parse(login = LOGIN, power = POWER) {
  const parsed = parseClist('CList', clist(login, power));
  const codes = parsed.diagnostics.map(({ code, span }) => `${span.line} ${code}`);
  return { ...parsed, codes, node: parsed.clusters[0]?.nodes[0] };
}

describe('login and power via', () => {
  it('reads the library and the values, secrets as references', () => {
    const { node, codes } = parse();
    expect(codes).toEqual(['9 shared-power']);
    expect(node?.login).toMatchObject({
      library: 'alom',
      values: [
        { name: 'user', value: 'admin' },
        { name: 'password', value: { kind: 'file', path: '/etc/clusterd/alom.secret' } },
      ],
    });
    expect(node?.power[0]?.via).toMatchObject({
      library: 'alom',
      address: { kind: 'telnet', host: '192.0.2.1', port: 23 },
      values: [{ name: 'password', value: { kind: 'environment', name: 'ALOM' } }],
    });
  });

  it('takes the words that stand before an agent', () => {
    const { node } = parse(LOGIN, 'power level 2 within 30s via alom tcp 192.0.2.1:24');
    expect(node?.power[0]).toMatchObject({ level: 2, withinMs: 30_000, agent: 'via alom' });
  });

  it('knows that such a device shares the power of its machine', () => {
    const { node } = parse();
    expect(node?.power.map((device) => sharingOf(device).shares)).toEqual(['power']);
  });

  it.each([
    ['login', POWER, '8 missing-value'],
    ['login ../alom', POWER, '8 bad-name'],
    ['login alom admin', POWER, '8 bad-option'],
    ['login alom user=a user=b', POWER, '8 duplicate-option'],
    ['login alom password=@there', POWER, '8 bad-secret'],
    [LOGIN, 'power via', '9 missing-value'],
    [LOGIN, 'power via alom', '9 missing-value'],
    [LOGIN, 'power via alom console', '9 value-not-allowed'],
    [LOGIN, 'power via alom telnet 192.0.2.1', '9 bad-address'],
    [LOGIN, 'power via alom telnet 192.0.2.1:23 3', '9 bad-option'],
  ])('refuses %j, %j', (login, power, code) => {
    const { codes } = parse(login, power);
    expect(codes.filter((one) => one !== '9 shared-power')).toEqual([code]);
  });

  it('shows no value that may be a secret', () => {
    const secret = 'hunter2';
    const text = clist(
      `login alom user=admin pin=${secret} password=${secret}`,
      `power via alom telnet 192.0.2.1:23 user=admin token=${secret} # password=${secret}`,
    );
    const { shownText, diagnostics } = parseClist('CList', text);
    expect(shownText).not.toContain(secret);
    expect(JSON.stringify(diagnostics)).not.toContain(secret);
    expect(shownText).toContain('power via alom telnet 192.0.2.1:23 user=admin');
  });
});

describe('a login against its library', () => {
  const source = `access "x"
setting user default "admin"
setting password secret
setting force one of yes, no default no
setting limit duration default 5s
prompt ready /^> /
pattern logged-out "bye"
to open
  expect ready
  after $limit fail silent
`;
  const library = compileAccess('alom', 'alom.chat', source).program;

  function codes(login: string, power = 'pace 2ms'): string[] {
    const [cluster] = parseClist('CList', clist(login, power)).clusters as [Cluster];
    const sink = new DiagnosticSink();
    checkClusterAccess(cluster, null, () => library, sink);
    return sink.list().map(({ code, span }) => `${span.line}:${span.column} ${code}`);
  }

  it.each([
    [LOGIN, []],
    ['login alom', ['8:11 missing-setting']],
    [`${LOGIN} forse=yes`, ['8:68 unknown-setting']],
    [`${LOGIN} force=maybe`, ['8:68 value-not-allowed']],
    [`${LOGIN} limit=5`, ['8:68 bad-duration']],
    ['login alom password=hunter2', ['8:16 plaintext-secret']],
  ])('%s', (login, expected) => {
    expect(codes(login)).toEqual(expected);
  });

  it('must be able to do what it is wanted for', () => {
    expect(codes(LOGIN, POWER)).toEqual(['9:11 missing-task']);
  });

  it('is warned of where a BREAK would be tried whose effect it hides', () => {
    const breaking = `${source}to break\n  send "break"\n  expect ready\n  after $limit fail silent\n`;
    const hiding = compileAccess('alom', 'alom.chat', breaking).program;
    const setting = { name: 'test-break', ofNode: false, defaultValue: 'on' };
    const program = { name: 'p', dialogues: [], settings: [setting] } as unknown as Program;
    const codesOf = (found: typeof hiding, more = '') => {
      const text = clist(LOGIN, 'pace 2ms').replace('  service', `${more}  service`);
      const sink = new DiagnosticSink();
      checkClusterAccess(
        parseClist('CList', text).clusters[0] as Cluster,
        program,
        () => found,
        sink,
      );
      return sink.list().map(({ severity, code }) => `${severity} ${code}`);
    };
    expect(codesOf(hiding)).toEqual(['warning break-unseen']);
    expect(codesOf(hiding, '  set test-break off\n')).toEqual([]);
    expect(codesOf(library)).toEqual([]);
  });
});
