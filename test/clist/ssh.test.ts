import { describe, expect, it } from 'vitest';
import { checkClusterAgainstProgram } from '../../src/clist/check-program.ts';
import { parseClist } from '../../src/clist/parse.ts';
import { compileScript } from '../../src/language/compile.ts';
import { DiagnosticSink } from '../../src/language/diagnostics.ts';

function clistWith(line: string): string {
  return `cluster demo
  script sun-obp
  on-silence confirm
  service tcp 10.0.0.1:80
  reference ping 10.0.0.254
  node n1
    console tcp 127.0.0.1:7001
    identity 80aa0001
    boot-path /a
    break bytes "x"
    ${line}
  node n2
    console tcp 127.0.0.1:7002
    identity 80aa0002
    boot-path /a
    break bytes "x"
`;
}

const read = (line: string) => {
  const { clusters, diagnostics } = parseClist('CList', clistWith(line));
  return { node: clusters[0]?.nodes[0], diagnostics };
};
const admin = (line: string) => read(line).node?.admin;

describe('admin ssh', () => {
  it('is nobody where CList names nobody', () => {
    expect(admin('pace 2ms')).toBeNull();
  });

  it('takes the port of ssh, and nothing that is not asked for', () => {
    expect(read('admin ssh root@sun1 key=/etc/clusterd/key').diagnostics).toEqual([]);
    expect(admin('admin ssh root@sun1 key=/etc/clusterd/key')).toEqual({
      user: 'root',
      host: 'sun1',
      port: 22,
      key: '/etc/clusterd/key',
      passphrase: null,
      password: null,
      agent: false,
      knownHosts: null,
      trustFirstUse: false,
      legacy: false,
    });
  });

  it('reads every option', () => {
    const options =
      'key=/k passphrase=@env:OPEN password=@file:/p agent=yes known-hosts=/h trust=first-use legacy=yes';
    expect(admin(`admin ssh a:b@[2001:db8::1]:2222 ${options}`)).toEqual({
      user: 'a:b',
      host: '2001:db8::1',
      port: 2222,
      key: '/k',
      passphrase: { kind: 'environment', name: 'OPEN' },
      password: { kind: 'file', path: '/p' },
      agent: true,
      knownHosts: '/h',
      trustFirstUse: true,
      legacy: true,
    });
  });

  it.each([
    ['admin', 'missing-value', 'expected ssh here'],
    ['admin telnet a@b', 'value-not-allowed', 'expected ssh'],
    ['admin ssh', 'missing-value', 'expected USER@HOST here'],
    ['admin ssh sun1 key=/k', 'bad-address', 'expected USER@HOST'],
    ['admin ssh @sun1 key=/k', 'bad-address', 'expected USER@HOST'],
    ['admin ssh -oProxyCommand=x@sun1 key=/k', 'bad-address', 'expected USER@HOST'],
    ['admin ssh root@sun_1: key=/k', 'bad-port', 'expected a port from 1 to 65535'],
    ['admin ssh root@2001:db8::1 key=/k', 'bad-address', 'expected HOST:PORT'],
    ['admin ssh root@sun1', 'missing-login', 'this login has neither a key nor a password'],
    [
      'admin ssh root@sun1 agent=no',
      'missing-login',
      'this login has neither a key nor a password',
    ],
    [
      'admin ssh root@sun1 passphrase=@env:A agent=yes',
      'missing-login',
      'a passphrase opens a key, and there is none',
    ],
    ['admin ssh root@sun1 key=k', 'bad-option', 'key is the whole path of a file'],
    ['admin ssh root@sun1 key=/k key=/l', 'duplicate-option', "the option 'key' stands here twice"],
    [
      'admin ssh root@sun1 key=/k trust=yes',
      'bad-option',
      'the only trust there is: trust=first-use',
    ],
    ['admin ssh root@sun1 key=/k agent=maybe', 'bad-option', 'expected agent=yes or agent=no'],
    ['admin ssh root@sun1 key=/k pasword=@env:A', 'bad-option', 'ssh has no such option'],
    ['admin ssh root@sun1 key=/k verbose', 'bad-option', 'expected an option as name=value'],
    ['admin ssh root@sun1 key=/k command=ls', 'bad-option', 'ssh has no such option'],
    [
      'admin ssh root@sun1 password=hunter2',
      'bad-secret',
      'everybody who reads CList would read this secret',
    ],
    [
      'admin ssh root@sun1 password=@file:p',
      'bad-secret',
      'this tells no place where the value is kept',
    ],
  ])('%s', (line, code, message) => {
    const { diagnostics } = read(line);
    expect(diagnostics.map((one) => [one.code, one.message])).toEqual([[code, message]]);
    expect(diagnostics[0]?.span.line).toBe(11);
    expect(JSON.stringify(diagnostics)).not.toContain('hunter2');
  });

  it('shows no password, wherever it stands', () => {
    const { shownText } = parseClist('CList', clistWith('admin ssh root@sun1 password=hunter2'));
    expect(shownText).not.toContain('hunter2');
  });

  it('suggests what was meant', () => {
    expect(read('admin ssh root@sun1 key=/k known-host=/h').diagnostics[0]?.hint).toBe(
      "did you mean 'known-hosts'?",
    );
  });

  const both = (second: string): readonly string[] =>
    parseClist(
      'CList',
      `${clistWith('admin ssh root@sun1 key=/k')}    admin ssh ${second} key=/k\n`,
    ).diagnostics.map(({ code }) => code);

  it('does not lead to the same machine for both nodes', () => {
    expect(both('root@sun2')).toEqual([]);
    expect(both('root@SUN1')).toEqual(['duplicate-admin']);
    expect(both('other@sun1')).toEqual(['duplicate-admin']);
    expect(both('root@sun1:2222')).toEqual([]);
  });

  it('is not at the service address, which moves', () => {
    expect(both('root@10.0.0.1')).toEqual(['admin-is-service']);
  });
});

describe('console ssh', () => {
  const withConsole = (line: string, breakLine = '') =>
    parseClist(
      'CList',
      clistWith('pace 2ms')
        .replace('console tcp 127.0.0.1:7001', line)
        .replace('break bytes "x"', breakLine),
    );
  const read = (line: string) => withConsole(line).clusters[0]?.nodes[0].console;

  it('has a shell, or a command', () => {
    expect(read('console ssh port1@ts1:2222 key=/k')).toMatchObject({
      kind: 'ssh',
      user: 'port1',
      host: 'ts1',
      port: 2222,
      command: null,
    });
    const line = 'console ssh admin@sp1 password=@env:P command="start /SP/console -f"';
    expect(read(line)).toMatchObject({ command: 'start /SP/console -f' });
    expect(withConsole(line).diagnostics).toEqual([]);
  });

  it.each([
    ['console ssh admin@sp1 key=/k command="a\\nb"', 'bad-option'],
    ['console ssh admin@sp1', 'missing-login'],
    ['console ssh sp1:22 key=/k', 'bad-address'],
    ['console ssh admin@sp1 key=/k 9600', 'bad-option'],
  ])('%s', (line, code) => {
    expect(withConsole(line).diagnostics.map((one) => one.code)).toEqual([code]);
  });

  it('sends a BREAK in its own way only', () => {
    const line = 'console ssh admin@sp1 key=/k';
    expect(withConsole(line, 'break line 250ms').diagnostics).toEqual([]);
    expect(withConsole(line, 'break rfc2217').diagnostics.map(({ code }) => code)).toEqual([
      'break-impossible',
    ]);
  });

  it('is one console when login, server and command are the same', () => {
    const twice = (first: string, second: string) =>
      parseClist(
        'CList',
        clistWith('pace 2ms')
          .replace('console tcp 127.0.0.1:7001', `console ssh ${first} key=/k`)
          .replace('console tcp 127.0.0.1:7002', `console ssh ${second} key=/k`),
      ).diagnostics.map(({ code }) => code);
    expect(twice('port1@ts1', 'port2@ts1')).toEqual([]);
    expect(twice('a@ts1 command=one', 'a@ts1 command=two')).toEqual([]);
    expect(twice('a@ts1 command=one', 'a@TS1 command=one')).toEqual(['duplicate-console']);
    expect(twice('a@ts1', 'a@ts1:2222')).toEqual([]);
  });
});

describe('a script that runs commands on nodes', () => {
  const SCRIPT = (where: string) => `identity host-id /Host ID: ([0-9a-f]{8})/
pattern panic "^panic"
state start "starts"
  on active panic -> act "$line"
  rest

state act "acts"
  run ${where}"/bin/sync" "$cluster" within 10s
    failed -> start "$failure"
  -> start "done"
`;
  const warningsOf = (where: string, line: string) => {
    const { program, diagnostics } = compileScript('x.chat', () => SCRIPT(where));
    if (program === null) throw new Error(JSON.stringify(diagnostics));
    const [cluster] = parseClist('CList', clistWith(line)).clusters;
    if (cluster === undefined) throw new Error('wrong');
    const sink = new DiagnosticSink();
    checkClusterAgainstProgram(cluster, program, sink);
    return sink.list().filter(({ code }) => code === 'missing-admin');
  };

  it('needs somebody who may, on each of them, by name', () => {
    expect(warningsOf('', 'pace 2ms')).toEqual([]);
    expect(warningsOf('on active ', 'pace 2ms').map(({ message }) => message)).toEqual([
      "the script 'x.chat' runs a command on node 'n1' (state act), and nobody may",
      "the script 'x.chat' runs a command on node 'n2' (state act), and nobody may",
    ]);
    expect(warningsOf('on standby ', 'admin ssh root@sun1 key=/k')).toMatchObject([
      { severity: 'warning', span: { line: 12 } },
    ]);
  });

  it.each([
    ['on ', "'active' or 'standby'"],
    ['on both ', "'active' or 'standby'"],
    ['on active within 10s', 'the program'],
    ['active ', 'the program'],
  ])('run %s', (where, expected) => {
    const { program, diagnostics } = compileScript('x.chat', () => SCRIPT(where));
    expect(program).toBeNull();
    expect(diagnostics[0]?.message).toContain(expected);
    expect(diagnostics[0]?.hint).toContain('write: run ');
  });

  it('may not use in them what a console said', () => {
    const text = SCRIPT('on active ').replace('"$cluster"', '"$line"');
    const { diagnostics } = compileScript('x.chat', () => text);
    expect(diagnostics.map(({ code }) => code)).toContain('unknown-variable');
  });
});
