/** Keeps what answered a look (look.ts), for whoever asked. Called where an expectation takes a line. */
import type { Task } from './task.ts';

/** More lines than any look asks for. */
const HEARD_MAX = 64;

/** A line that an expectation of a look took. */
export function hearLine(task: Task, line: string): void {
  if (task.look === null || task.look.heard.length >= HEARD_MAX) return;
  task.look = { ...task.look, heard: [...task.look.heard, line.trim()] };
}
