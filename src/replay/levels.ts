/**
 * What a console does not show, from a cluster's own records (`Logs/CLUSTER.jsonl`): the levels of the
 * service address, and when. Called by the command `replay`; passes over what it cannot read.
 */
import type { NetLevelAt } from './player.ts';

const LEVEL = /^service address (alive|dead|blind)$/;

export function levelsInRecords(jsonLines: string): NetLevelAt[] {
  return jsonLines.split('\n').flatMap((line) => {
    const record = parse(line);
    const level = LEVEL.exec(record.what)?.[1];
    const wall = Date.parse(record.time);
    if (record.topic !== 'net' || level === undefined || Number.isNaN(wall)) return [];
    return [{ wall, level: level as NetLevelAt['level'] }];
  });
}

function parse(line: string): { topic: string; what: string; time: string } {
  let record: unknown = null;
  try {
    record = JSON.parse(line);
  } catch {
    // Half a line, from a power failure.
  }
  const field = (name: string) => {
    const value = Object(record)[name];
    return typeof value === 'string' ? value : '';
  };
  return { topic: field('topic'), what: field('what'), time: field('time') };
}
