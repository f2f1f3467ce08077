/** From the machine's effects to what the replay tells of them. Called by player.ts. Pure. */
import type { Engine } from '../machine/engine.ts';
import type { LogEntry, MachineEffect } from '../machine/protocol.ts';
import type { Happening, HeardLine } from './happening.ts';
import type { Heard } from './listening-patterns.ts';

/** Why a console is connected when its recording begins. */
export const BEFORE_RECORDING = 'before the recording';

/** Null: nothing that a reader asks for. */
export function happeningOf(effect: MachineEffect): Happening | null {
  switch (effect.kind) {
    case 'log':
      return happeningOfLog(effect.entry);
    case 'alarm': {
      const { kind, name, text, type } = effect;
      return { kind, name, text, type };
    }
    case 'clear':
      return { kind: 'cleared', name: effect.name };
    default:
      return null;
  }
}

function happeningOfLog(entry: LogEntry): Happening | null {
  const { topic, level, what, why = '', evidence = '', next = '' } = entry;
  if (topic === 'transition') {
    const [from = '', to = ''] = what.split(' -> ');
    if (to === '') return { kind: 'transition', from: null, to: from, why, evidence, next };
    return { kind: 'transition', from, to, why, evidence, next };
  }
  return { kind: 'log', topic, level, what, why, evidence };
}

/** The lines that matched texts of the script, by the texts' names. */
export function heardLines(engine: Engine, heard: readonly Heard[]): HeardLine[] {
  const lines = new Map<string, { prompt: boolean; texts: Set<string> }>();
  for (const { line, prompt, hits } of heard) {
    const names = hits.flatMap((id) => {
      const text = engine.program.texts[engine.textOfMatch[id] ?? -1];
      if (text !== undefined) return [text.name];
      return id === engine.program.identity.match.id ? [engine.program.identity.name] : [];
    });
    if (names.length === 0) continue;
    const known = lines.get(line) ?? { prompt, texts: new Set<string>() };
    for (const name of names) known.texts.add(name);
    lines.set(line, known);
  }
  return [...lines].map(([text, { prompt, texts }]) => ({ text, prompt, texts: [...texts] }));
}

const KEYS: Readonly<Record<string, string>> = { '\r': 'RETURN', '\x15': 'CTRL-U', '\x1b': 'ESC' };

/** What was typed, as people say it. */
export function visibleKeys(data: string): string {
  return KEYS[data] ?? JSON.stringify(data);
}
