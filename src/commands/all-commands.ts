/**
 * All commands of `clusterd`. Loaded by command-line.ts where one alone is not enough: for help, and for
 * a word that is none.
 */
import { addAck } from './ack.ts';
import { addAdopt } from './adopt.ts';
import { addAttach } from './attach.ts';
import { addCheck } from './check.ts';
import type { AddCommand } from './command.ts';
import { addDemo } from './demo.ts';
import { addDoctor } from './doctor.ts';
import { addDrill } from './drill.ts';
import { addGraph } from './graph.ts';
import { addHistory } from './history.ts';
import { addInstall } from './install.ts';
import { addLog } from './log.ts';
import { addOperatorWords } from './operator-words.ts';
import { addReload } from './reload.ts';
import { addReopen } from './reopen.ts';
import { addReplay } from './replay.ts';
import { addRun } from './run.ts';
import { addSim } from './sim.ts';
import { addStart } from './start.ts';
import { addStatus } from './status.ts';
import { addStop } from './stop.ts';
import { addTestAlarm } from './test-alarm.ts';
import { addUninstall } from './uninstall.ts';

/** In the order in which `--help` shows them. */
export const COMMANDS: readonly AddCommand[] = [
  addRun,
  addStart,
  addStop,
  addReload,
  addReopen,
  addCheck,
  addDoctor,
  addDrill,
  addStatus,
  addLog,
  addHistory,
  addAttach,
  addAdopt,
  addGraph,
  addReplay,
  addSim,
  addOperatorWords,
  addAck,
  addTestAlarm,
  addDemo,
  addInstall,
  addUninstall,
];
