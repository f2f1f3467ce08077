/** A small right CList and ways to change it; shared by the tests of this room. */
import type { Program, Setting, Span, State } from '../../src/language/program.ts';

export const GOOD_LINES: readonly string[] = [
  'cluster demo', // 1
  '  script sun-obp', // 2
  '  service tcp 10.0.0.1:7080', // 3
  '  reference ping 10.0.0.254', // 4
  '  on-silence power', // 5
  '  node n1', // 6
  '    console telnet 10.1.0.1:7001', // 7
  '    identity 83a54dc7', // 8
  '    boot-path /pci@1f,4000/disk@0,0:a', // 9
  '    power fence_apc ip=10.0.0.5 plug=3 password=@file:/etc/clusterd/pdu.secret', // 10
  '  node n2', // 11
  '    console telnet 10.1.0.1:7002', // 12
  '    identity 83a54dc8', // 13
  '    boot-path disk1:a', // 14
  '    power fence_apc ip=10.0.0.5 plug=4 password=@env:PDU', // 15
];

export const GOOD = `${GOOD_LINES.join('\n')}\n`;

/** The good list with lines replaced (by number, from 1) and lines added at the end. */
export function changed(replace: Readonly<Record<number, string>>, added: readonly string[] = []) {
  const lines = GOOD_LINES.map((line, index) => replace[index + 1] ?? line);
  return `${[...lines, ...added].join('\n')}\n`;
}

/** Another right cluster that shares nothing with the first. */
export const SECOND_CLUSTER: readonly string[] = [
  'cluster other', // 16
  'script sun-obp', // 17
  'service tcp 10.0.9.1:7080', // 18
  'reference ping 10.0.9.254', // 19
  'on-silence confirm', // 20
  'node a', // 21
  'console serial /dev/ttyS0 9600', // 22
  'identity aa', // 23
  'boot-path disk', // 24
  'node b', // 25
  'console serial /dev/ttyS1 9600', // 26
  'identity bb', // 27
  'boot-path disk', // 28
];

export const SPAN: Span = { file: 'x.chat', line: 1, column: 1, endColumn: 2 };

export function setting(name: string, change: Partial<Setting> = {}): Setting {
  return {
    name,
    type: { kind: 'text' },
    ofNode: false,
    optional: false,
    defaultValue: null,
    span: SPAN,
    ...change,
  };
}

export function state(name: string, change: Partial<State> = {}): State {
  return {
    name,
    summary: name,
    lasting: false,
    bound: null,
    reactions: [],
    afters: [],
    everies: [],
    actions: [],
    ending: 'rest',
    span: SPAN,
    ...change,
  };
}

export function program(change: Partial<Program> = {}): Program {
  const match = {
    id: 0,
    form: 'regex',
    template: [{ kind: 'text', text: 'Host ID: (.*)' }],
    prompt: false,
    span: SPAN,
  } as const;
  return {
    name: 'sun-obp',
    settings: [],
    identity: { name: 'host-id', match, span: SPAN },
    texts: [],
    matches: [match],
    harmless: [],
    parked: [],
    running: [],
    dialogues: [],
    always: [],
    states: [state('start')],
    startState: 0,
    ...change,
  };
}
