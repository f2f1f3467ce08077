/** What a good script becomes: names resolved, matches numbered, every construct in its place. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compileScript } from '../../src/language/compile.ts';
import type { Program } from '../../src/language/program.ts';

function compile(script: string): Program {
  const { program, diagnostics } = compileScript('s.chat', (file) =>
    file === 's.chat'
      ? script
      : readFileSync(new URL(`../scripts/${file}`, import.meta.url), 'utf8'),
  );
  if (program === null) throw new Error(JSON.stringify(diagnostics));
  return program;
}

const program = compile(readFileSync(new URL('../scripts/pair.chat', import.meta.url), 'utf8'));
const text = (content: string) => ({ kind: 'text', text: content });
const variable = (name: string) => ({ kind: 'variable', name });

function stateNamed(name: string) {
  const state = program.states.find((one) => one.name === name);
  if (state === undefined) throw new Error(`no state ${name}`);
  return state;
}

function dialogueNamed(name: string) {
  const dialogue = program.dialogues.find((one) => one.name === name);
  if (dialogue === undefined) throw new Error(`no dialogue ${name}`);
  return dialogue;
}

const indexOfState = (name: string) => program.states.indexOf(stateNamed(name));
const indexOfText = (name: string) => program.texts.findIndex((one) => one.name === name);

describe('declarations', () => {
  it('keeps settings with their types and defaults', () => {
    const shown = program.settings.map(({ span: _span, ...setting }) => setting);
    const plain = { ofNode: false, optional: false };
    expect(shown).toEqual(
      expect.arrayContaining([
        {
          ...plain,
          name: 'stray-break',
          type: { kind: 'choice', values: ['go', 'ask'] },
          defaultValue: 'ask',
        },
        { ...plain, name: 'patience', type: { kind: 'duration' }, defaultValue: '300000' },
        { ...plain, name: 'lamp-host', type: { kind: 'text' }, defaultValue: 'lamp' },
        {
          name: 'scsi-id',
          type: { kind: 'text' },
          ofNode: true,
          optional: true,
          defaultValue: null,
        },
      ]),
    );
  });

  it('numbers every match once, in the order of the list', () => {
    expect(program.matches.map((match) => match.id)).toEqual(program.matches.map((_, id) => id));
    const used = [
      ...program.texts.flatMap((one) => one.matches),
      program.identity.match,
      ...program.harmless.flatMap((one) => (one.kind === 'line' ? [one.match] : [])),
      ...program.dialogues.flatMap(({ steps }) =>
        steps.flatMap((step) =>
          step.kind === 'expect'
            ? step.alternatives.flatMap(({ seen }) => (seen.kind === 'match' ? [seen.match] : []))
            : [],
        ),
      ),
    ];
    expect(used.map((match) => match.id).sort((a, b) => a - b)).toEqual(
      program.matches.map((match) => match.id),
    );
    for (const match of used) expect(program.matches[match.id]).toBe(match);
  });

  it('keeps texts with meaning, form and place', () => {
    const login = program.texts[indexOfText('login')];
    expect(login).toMatchObject({
      prompt: true,
      means: 'running',
      matches: [
        { form: 'words', prompt: true, template: [text('console login:')] },
        { form: 'regex', prompt: true, template: [text('^[^ ]*[#$%] ')] },
      ],
    });
    expect(program.texts[indexOfText('own-login')]?.matches[0]?.template).toEqual([
      variable('node-name'),
      text(' console login:'),
    ]);
    expect(login?.span).toEqual({ file: 'lib/box.chat', line: 8, column: 1, endColumn: 59 });
  });

  it('keeps identity, harmless and parked', () => {
    expect(program.identity).toMatchObject({ name: 'host-id', match: { form: 'regex' } });
    expect(program.harmless).toMatchObject([
      { kind: 'key', key: { kind: 'named', name: 'RETURN' } },
      { kind: 'line' },
      { kind: 'line' },
    ]);
    expect(program.parked).toMatchObject([
      { variable: 'auto-boot?', value: [text('false')], write: true },
      { variable: 'boot-device', value: [text('parked-by-clusterd')], write: true },
      { variable: 'scsi-initiator-id', value: [variable('scsi-id')], write: false },
    ]);
  });
});

describe('dialogues', () => {
  it('keeps how-tos under their names', () => {
    const howTos = program.dialogues.filter((one) => one.howTo !== null);
    expect(howTos.map((one) => [one.name, one.howTo, ...one.parameters])).toEqual([
      ['to identify', 'identify'],
      ['to hold', 'hold'],
      ['to read', 'read', 'name', 'value'],
      ['to write', 'write', 'name', 'value'],
      ['to reset', 'reset'],
      ['to fence', 'fence'],
      ['to boot', 'boot', 'path'],
      ['to resume', 'resume'],
    ]);
  });

  it('keeps expectations with their alternatives in order', () => {
    expect(dialogueNamed('tap').steps).toMatchObject([
      {
        kind: 'expect',
        alternatives: [
          {
            seen: { kind: 'quiet', duration: { kind: 'literal', ms: 5000 } },
            result: { kind: 'continue' },
          },
        ],
        tries: 1,
        within: { kind: 'literal', ms: 120_000 },
        onTimeout: { kind: 'fail', name: 'busy' },
      },
      { kind: 'press', key: { kind: 'named', name: 'RETURN' } },
      {
        kind: 'expect',
        alternatives: [
          { seen: { kind: 'text', text: indexOfText('own-login') }, result: { kind: 'continue' } },
          {
            seen: { kind: 'text', text: indexOfText('ok') },
            result: { kind: 'fail', name: 'at-firmware' },
          },
          { seen: { kind: 'answer' }, result: { kind: 'fail', name: 'no-login' } },
        ],
        tries: 3,
        onTimeout: { kind: 'fail', name: 'silent' },
      },
    ]);
  });

  it('keeps conditions, outcomes, arguments and commands', () => {
    const prove = dialogueNamed('prove');
    expect(prove.steps).toMatchObject([
      {
        kind: 'verb',
        verb: 'fence',
        condition: null,
        outcomes: [
          { on: 'done', names: [], result: { kind: 'succeed' } },
          { on: 'failed', names: ['wrong-node'], result: { kind: 'fail', name: 'wrong-node' } },
          { on: 'failed', names: [], result: { kind: 'continue' } },
        ],
      },
      { kind: 'verb', verb: 'power-off', condition: { name: 'on-silence', value: 'power' } },
      { kind: 'verb', verb: 'trust-silence', condition: { name: 'on-silence', value: 'trust' } },
      {
        kind: 'run',
        argv: [[text('lamp')], [variable('lamp-host')], [variable('cluster')]],
        within: { kind: 'literal', ms: 10_000 },
        outcomes: [{ on: 'failed', names: ['exit', 'timeout'] }],
      },
      { kind: 'if', condition: { kind: 'unfinished', value: 'none' } },
      {
        kind: 'do',
        dialogue: program.dialogues.indexOf(dialogueNamed('show')),
        arguments: [[text('auto-boot?')]],
      },
      { kind: 'result', result: { kind: 'fail', name: 'no-proof' } },
    ]);
  });
});

describe('states', () => {
  it('begins in start', () => {
    expect(program.states[program.startState]?.name).toBe('start');
  });

  it('keeps always lines', () => {
    expect(program.always).toMatchObject([
      {
        except: [indexOfState('stopped'), indexOfState('stop-standby')],
        reactions: [
          {
            trigger: { kind: 'operator', request: 'hold', role: null },
            effects: [
              {
                kind: 'go',
                state: indexOfState('stopped'),
                reason: [variable('operator'), text(' asked for hold')],
              },
            ],
          },
          {
            trigger: { kind: 'text', role: 'standby', texts: [indexOfText('booting')] },
            effects: [
              { kind: 'alarm', name: 'standby', type: null },
              { kind: 'go', state: indexOfState('stop-standby') },
            ],
          },
        ],
      },
    ]);
  });

  it('keeps what may interrupt', () => {
    const watch = stateNamed('watch');
    expect(watch.reactions[2]).toMatchObject({
      trigger: { kind: 'net', level: 'dead', duration: { kind: 'setting', name: 'patience' } },
    });
    expect(watch.everies).toMatchObject([
      {
        duration: { kind: 'literal', ms: 60_000 },
        role: 'active',
        condition: null,
        outcomes: [
          { on: 'done', effects: [{ kind: 'clear', name: 'login' }, { kind: 'log' }] },
          { on: 'failed', names: ['at-firmware'] },
          { on: 'failed', names: [] },
        ],
      },
      { role: 'standby', condition: { kind: 'service', role: 'standby', inService: true } },
    ]);
    expect(stateNamed('crash').afters).toMatchObject([
      { duration: { ms: 180_000 }, silenceOn: 'active', condition: null },
      { duration: { ms: 1_200_000 }, silenceOn: null },
    ]);
    expect(stateNamed('ask').reactions[0]?.trigger).toEqual({
      kind: 'operator',
      request: 'confirm',
      role: 'active',
    });
  });

  it('keeps bounds, actions and endings', () => {
    expect(stateNamed('take-over')).toMatchObject({
      summary: 'boots the standby',
      lasting: false,
      ending: 'go',
      bound: {
        entries: 2,
        within: { kind: 'literal', ms: 7_200_000 },
        otherwise: { kind: 'go', state: indexOfState('stopped') },
      },
      actions: [
        {
          kind: 'boot',
          role: 'standby',
          nextPath: false,
          outcomes: [{ names: ['refused'] }, { names: [] }],
        },
        {
          kind: 'effects',
          condition: null,
          effects: [{ kind: 'go', state: indexOfState('coming') }],
        },
      ],
    });
    expect(stateNamed('next-path').actions[1]).toMatchObject({
      kind: 'boot',
      role: 'active',
      nextPath: true,
    });
    expect(stateNamed('stopped')).toMatchObject({ lasting: true, ending: 'rest', bound: null });
    expect(stateNamed('crash')).toMatchObject({ ending: 'wait' });
    expect(stateNamed('stop-standby').actions).toMatchObject([
      { kind: 'verb', verb: 'fence', role: 'standby' },
      { kind: 'verb', verb: 'power-off', role: 'standby' },
      { kind: 'effects' },
    ]);
  });
});

describe('texts of files', () => {
  const small = 'use box\nstate start "s"\n  on operator go -> rests "x"\n  rest\n';
  const rests = 'state rests "r"\n  on operator go -> start "x"\n  rest';
  it.each([
    ['line ends of other systems', `${small}${rests}`.replaceAll('\n', '\r\n')],
    ['a byte order mark', `\uFEFF${small}${rests}`],
    ['no line end at the end', `${small}${rests}`],
    ['comments and empty lines', `# x\n\n${small}   # y\n \n${rests} # z\n`],
  ])('takes %s', (_what, script) => {
    expect(compile(script).states.map((state) => state.name)).toEqual(['start', 'rests']);
  });

  it('says when there is no such script', () => {
    const { program: none, diagnostics } = compileScript('no.chat', () => null);
    expect(none).toBeNull();
    expect(diagnostics.map((one) => one.code)).toEqual(['unknown-script']);
  });

  it('never asks for a library outside of lib', () => {
    const asked: string[] = [];
    const script = 'use ../secret\nuse /etc/passwd\nuse a.b\nuse ok-name\n';
    compileScript('s.chat', (file) => {
      asked.push(file);
      return file === 's.chat' ? script : null;
    });
    expect(asked).toEqual(['s.chat', 'lib/ok-name.chat']);
  });
});
