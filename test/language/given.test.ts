/** Conditions that ask whether an optional setting of the nodes has a value. */
import { expect, it } from 'vitest';
import { compileScript } from '../../src/language/compile.ts';
import { createEngine } from '../../src/machine/machine.ts';
import type { Target } from '../../src/machine/target.ts';
import { targetOf } from '../../src/simulation/target-of.ts';

const script = (value: string) => `identity board /Board ([0-9a-f]{6})\\./
setting unit of node optional
state start "asks"
  after 1d -> start "again"
  if unit is ${value} log "a node has a unit"
  wait
`;

function compile(value: string) {
  return compileScript('it.chat', (file) => (file === 'it.chat' ? script(value) : null));
}

it('are taken, and answered by what any node has', () => {
  const { program, diagnostics } = compile('given');
  expect(diagnostics.map(({ code }) => code)).toEqual([]);
  if (program === null) throw new Error('it compiles');
  const machines = [
    { name: 'n1', hostId: '000001' },
    { name: 'n2', hostId: '000002' },
  ] as const;
  const choice = { onSilence: 'confirm', serviceLost: 'alarm', settings: {} } as const;
  const bare: Target = targetOf(program, [...machines], choice);
  const asked = (target: Target) => createEngine(program, target).valueOf('unit', null);
  const [one, other] = bare.nodes;
  const without = {
    ...bare,
    nodes: [
      { ...one, settings: {} },
      { ...other, settings: {} },
    ],
  } as const;
  const given = { ...bare, nodes: [one, { ...other, settings: { unit: '6' } }] } as const;
  expect([asked(without), asked(given)]).toEqual(['missing', 'given']);
});

it('know no other words', () => {
  const [first] = compile('six').diagnostics;
  expect([first?.code, first?.hint]).toEqual([
    'value-not-allowed',
    expect.stringMatching(/given, missing|given/),
  ]);
});
