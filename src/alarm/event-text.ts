/**
 * An alarm event in words, for mail, syslog and web pages: the same everywhere. Pure. Everything in
 * it is made safe to show; a console may have said it.
 */
import { visible } from '../log/visible.ts';
import { type AlarmEvent, SITE } from './alarm-event.ts';

const LINE_CHARS = 1_000;

/** `ALARM demo production: n1 is down`; one line. */
export function formatHead(event: AlarmEvent): string {
  const { kind, cluster, alarm } = event;
  const what = kind === 'test' ? 'test alarm' : `${headWord(kind)} ${cluster} ${alarm}`;
  return visible(`${what}: ${event.text}`).slice(0, LINE_CHARS);
}

/** The head, and what to type: one line that says all. */
export function formatOneLine(event: AlarmEvent): string {
  const by = event.acknowledged === null ? '' : ` | ${acknowledgedBy(event.acknowledged)}`;
  return `${formatHead(event)}${visible(by)}${typeOf(event, ' | type: ')}`;
}

function headWord(kind: Exclude<AlarmEvent['kind'], 'test'>): string {
  switch (kind) {
    case 'raised':
      return 'ALARM';
    case 'repeated':
      return 'STILL ALARM';
    case 'cleared':
      return 'cleared';
    case 'acknowledged':
      return 'acknowledged';
  }
}

function acknowledgedBy({ by, note }: { readonly by: string; readonly note: string }): string {
  return `acknowledged by ${by}${note === '' ? '' : `: ${note}`}`;
}

function typeOf({ kind, type }: AlarmEvent, lead: string): string {
  const isOver = kind === 'cleared' || type === '';
  return isOver ? '' : `${lead}${visible(type)}`;
}

const EXPLANATIONS: Readonly<Record<AlarmEvent['kind'], string>> = {
  raised: 'This alarm was raised now.',
  repeated: 'This alarm was raised earlier and lasts. It is repeated every hour.',
  cleared: 'This alarm is over: what follows is what it said.',
  acknowledged:
    'Somebody knows of this alarm. It lasts, and is not repeated until its text changes.',
  test: 'Nothing happened: this only shows that alarms arrive here.',
};

/** Some lines: the text of a mail. `sender`: the monitoring host. */
export function formatPage(event: AlarmEvent, sender: string): string {
  const { cluster, alarm, acknowledged, wall } = event;
  const about = cluster === SITE ? 'clusterd itself' : `cluster ${cluster}`;
  const lines = [
    visible(event.text),
    '',
    ...(typeOf(event, '') === '' ? [] : [`    type: ${typeOf(event, '')}`, '']),
    EXPLANATIONS[event.kind],
    ...(acknowledged === null ? [] : [`It was ${visible(acknowledgedBy(acknowledged))}.`]),
    '',
    `about   ${about}`,
    `alarm   ${visible(alarm)}`,
    `when    ${formatTime(wall)}`,
    `from    clusterd on ${sender}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** UTC: whoever reads it may be anywhere. */
function formatTime(wall: number): string {
  return new Date(wall).toISOString().replace('T', ' ').replace(/\..*$/, ' UTC');
}
