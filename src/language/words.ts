/**
 * The words of the chat-script language, in one place: what may open a block, what may open a line
 * in it, and what is reserved. Read by the lexer's callers and by the checker for hints.
 */
import type { Fact, HowTo, NetLevel, OperatorRequest, RunningTo } from './program.ts';

/** Words that open a block in column 1. */
export const BLOCK_WORDS = [
  'access',
  'use',
  'setting',
  'identity',
  'pattern',
  'prompt',
  'harmless',
  'parked',
  'dialogue',
  'to',
  'always',
  'state',
] as const;
export type BlockWord = (typeof BLOCK_WORDS)[number];

/** First words of the lines of a dialogue. */
export const STEP_WORDS = [
  'send',
  'press',
  'break',
  'expect',
  'or',
  'after',
  'do',
  'hold',
  'identify',
  'park',
  'check',
  'reset',
  'fence',
  'power',
  'trust',
  'run',
  'if',
  'done',
  'failed',
  'succeed',
  'continue',
  'fail',
] as const;

/** First words of the lines of a state. */
export const STATE_WORDS = [
  'at',
  'on',
  'after',
  'every',
  'do',
  'hold',
  'park',
  'fence',
  'resume',
  'power',
  'trust',
  'boot',
  'run',
  'if',
  'alarm',
  'clear',
  'log',
  'and',
  'done',
  'failed',
  'rest',
  'wait',
] as const;

/** First words of the lines of a `to ...-running` block. */
export const RUNNING_WORDS = ['command', 'expect', 'or'] as const;

/** Every word that may open an indented line. */
export const BODY_WORDS: ReadonlySet<string> = new Set([
  ...STEP_WORDS,
  ...STATE_WORDS,
  ...RUNNING_WORDS,
]);

export const FACTS: readonly Fact[] = [
  'firmware',
  'held',
  'ended',
  'reset',
  'leaving',
  'running',
  'lost-values',
  'asked',
];
export const LEVELS: readonly NetLevel[] = ['alive', 'dead', 'blind'];
export const REQUESTS: readonly OperatorRequest[] = [
  'hold',
  'release',
  'switchover',
  'go',
  'resume',
  'confirm',
];
/** What a condition may ask of an optional setting of the nodes: has any of them a value? */
export const GIVEN = 'given';
export const MISSING = 'missing';
export const UNFINISHED = ['none', 'takeover', 'boot'] as const;
export const NAMED_KEYS = ['RETURN', 'SPACE', 'ESC'] as const;

/** The `to ...` blocks and how many parameters each has. */
export const HOW_TO_PARAMETERS: Readonly<Record<HowTo, readonly string[]>> = {
  hold: [],
  identify: [],
  read: ['name', 'value'],
  write: ['name', 'value'],
  reset: [],
  fence: [],
  boot: ['path'],
  resume: [],
};
export const HOW_TOS = Object.keys(HOW_TO_PARAMETERS) as readonly HowTo[];

/** The same for a system that runs: what is asked and told by commands. */
export const RUNNING_PARAMETERS: Readonly<Record<RunningTo, readonly string[]>> = {
  'identify-running': [],
  'check-running': [],
  'path-running': ['path'],
  'read-running': ['name', 'value'],
  'write-running': ['name', 'value'],
};
export const RUNNING_TOS = Object.keys(RUNNING_PARAMETERS) as readonly RunningTo[];

/** What a terminal server or service processor is asked to do: the `to ...` blocks of an access library. */
export const ACCESS_TASKS = ['open', 'break', 'close', 'switch-off', 'ask-power'] as const;
export type AccessTask = (typeof ACCESS_TASKS)[number];

/** Steps of scripts that an access library has no use for: it knows no node, only a conversation. */
export const NOT_IN_ACCESS: ReadonlySet<string> = new Set([
  ...['break', 'hold', 'identify', 'park', 'check', 'reset', 'fence', 'power', 'trust', 'run'],
]);

/** Built-in settings of every script, both choices. */
export const BUILT_IN_CHOICES: Readonly<Record<string, readonly string[]>> = {
  'on-silence': ['power', 'confirm', 'trust'],
  'service-lost': ['takeover', 'alarm'],
};

/** Known wherever text is shown to people or given to a local command. */
export const CLUSTER_VARIABLES = ['cluster', 'active', 'standby', 'service'] as const;
/** Known only where text is shown to people. */
export const SHOWN_VARIABLES = ['line', 'failure', 'operator'] as const;

const OTHER_KEYWORDS = [
  'of',
  'node',
  'one',
  'duration',
  'optional',
  'default',
  'means',
  'verify',
  'except',
  'lasting',
  'most',
  'in',
  'else',
  'net',
  'for',
  'operator',
  'silence',
  'then',
  'off',
  'boot',
  'standby',
  'active',
  'as',
  'from',
  'next',
  'path',
  'within',
  'type',
  'tries',
  'quiet',
  'answer',
  'secret',
  'is',
  'unfinished',
  'parked',
  'read',
  'write',
  'unset',
  'in-service',
  'out-of-service',
];

/** What no text, dialogue or state may be called. */
export const RESERVED: ReadonlySet<string> = new Set<string>([
  ...BLOCK_WORDS,
  ...BODY_WORDS,
  ...LEVELS,
  ...REQUESTS,
  ...UNFINISHED,
  ...OTHER_KEYWORDS,
]);

/** What no setting may be called, because `if NAME is` or `$NAME` already means something. */
export const TAKEN_BY_CONDITIONS: ReadonlySet<string> = new Set<string>([
  'net',
  'unfinished',
  ...CLUSTER_VARIABLES,
  ...SHOWN_VARIABLES,
  ...Object.keys(BUILT_IN_CHOICES),
]);

export const NAME_SHAPE = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** The nearest proper name, for hints: `Boot_Failed` gives `boot-failed`. */
export function properName(text: string): string | null {
  const name = text
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[-0-9]+|-+$/g, '');
  return NAME_SHAPE.test(name) ? name : null;
}
