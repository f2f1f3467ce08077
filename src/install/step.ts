/**
 * What `clusterd install` is going to do, as data: made by plan.ts, shown by --dry-run, carried out by
 * carry-out.ts.
 */
import { assertNever } from '../language/assert-never.ts';

export type Step =
  | {
      readonly kind: 'user';
      readonly name: string;
      readonly home: string;
      /** Groups that it needs beside its own. */
      readonly groups: readonly string[];
    }
  | ({ readonly kind: 'directory'; readonly path: string } & Rights)
  | ({ readonly kind: 'file'; readonly path: string; readonly content: string } & Rights & {
        /** What stands beside a file that was edited; `.new` where a program does not read it. */
        readonly besideEnding: string;
        /** A file that is there is left alone, whatever stands in it: it belongs to the site. */
        readonly onlyIfMissing: boolean;
      })
  | {
      readonly kind: 'command';
      readonly argv: readonly string[];
      /** At the first installation, or whenever a unit of systemd was placed. */
      readonly when: 'first' | 'unit-placed';
    };

export interface Rights {
  readonly mode: number;
  readonly user: string;
  readonly group: string;
}

export type FileStep = Extract<Step, { kind: 'file' }>;

/** One line, as --dry-run shows it. */
export function formatStep(step: Step): string {
  switch (step.kind) {
    case 'user': {
      const also = step.groups.length === 0 ? '' : `, also in ${step.groups.join(', ')}`;
      return `user       ${step.name}, a system user with a group of its own${also}`;
    }
    case 'directory':
      return `directory  ${formatRights(step)} ${step.path}`;
    case 'file':
      return `file       ${formatRights(step)} ${step.path}`;
    case 'command':
      return `command    ${step.argv.join(' ')}`;
    default:
      return assertNever(step);
  }
}

function formatRights({ mode, user, group }: Rights): string {
  return `${mode.toString(8).padStart(4, '0')} ${`${user}:${group}`.padEnd(17)}`;
}
