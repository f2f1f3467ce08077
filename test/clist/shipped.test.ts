import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { bindTarget } from '../../src/clist/bind-target.ts';
import { checkClusterAgainstProgram } from '../../src/clist/check-program.ts';
import { parseClist } from '../../src/clist/parse.ts';
import { compileScript } from '../../src/language/compile.ts';
import { DiagnosticSink } from '../../src/language/diagnostics.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

function readScript(name: string): string | null {
  const path = `${ROOT}/chat-scripts/${name}`;
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}

test('the shipped list is right and fits the scripts that it names', () => {
  const { clusters, diagnostics } = parseClist('CList', readFileSync(`${ROOT}/CList`, 'utf8'));
  expect(diagnostics).toEqual([]);
  expect(clusters.map((cluster) => cluster.name)).toEqual(['demo']);
  for (const cluster of clusters) {
    const { program } = compileScript(`${cluster.script}.chat`, readScript);
    expect(program).not.toBeNull();
    if (program === null) continue;
    const sink = new DiagnosticSink();
    checkClusterAgainstProgram(cluster, program, sink);
    // The shipped pair is a simulated one: who may shut it down stands there as a comment.
    expect(sink.list().map(({ code }) => code)).toEqual(['missing-admin', 'missing-admin']);
    const target = bindTarget(cluster, program);
    expect(target.nodes.map((node) => node.bootPaths.length)).toEqual([2, 2]);
    expect(Object.values(target.settings)).not.toContain('');
  }
});
