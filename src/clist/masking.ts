/**
 * CList's text as it may be shown: values that may be secrets become stars of the same length, so
 * that carets still point right. Called by whoever prints a line of CList. Masks too much rather
 * than too little.
 */
import { DiagnosticSink } from '../language/diagnostics.ts';
import { isSecretArgument } from './exec-secrets.ts';
import { readWords, type Word } from './words.ts';

/** Names of options and words whose value is a secret. */
export function looksSecret(name: string): boolean {
  if (/_script$|_file$/i.test(name)) return false;
  return /passw|passwd|passphrase|pasw|secret|token|community|credential|priv|api_?key/i.test(name);
}

/** Options of fence agents that may be shown; all others are masked, also misspelt ones. */
const SHOWN_OPTIONS =
  /^(ip|ipaddr|ipport|plug|port|switch|login|username|user|force|ssh|ssl|lanplus|method|managed|delay|power_timeout|power_wait)$/;

export function maskSecrets(text: string): string {
  return text.split('\n').map(maskLine).join('\n');
}

function maskLine(source: string): string {
  const words = readWords('', 1, source, new DiagnosticSink());
  // A broken quote: where the value begins and ends cannot be known.
  if (words === null) return maskFrom(source, source.search(/=|["']/) + 1);
  const agentAt = optionsAfter(words);
  const hasPlain = words[0]?.text === 'login' || words[agentAt]?.text === 'via';
  const argv = argvOf(words);
  let shown = source;
  words.forEach((word, index) => {
    const isUrl = index === 1 && words[0]?.text === 'alarm-webhook';
    const start = isUrl
      ? urlSecretStart(source, word)
      : isSecretArgument(argv, index - (words.length - argv.length))
        ? argumentStart(source, word)
        : secretStart(
            source,
            word,
            words[index - 1],
            index > agentAt && (!hasPlain || word.text.includes('=')),
          );
    if (start === null) return;
    const end = word.span.endColumn - 1;
    shown = shown.slice(0, start) + '*'.repeat(end - start) + shown.slice(end);
  });
  const comment = (words.at(-1)?.span.endColumn ?? 1) - 1;
  return shown.slice(0, comment) + maskComment(shown.slice(comment));
}

/** The words of a program that is a console; none on other lines. */
function argvOf(words: readonly Word[]): readonly string[] {
  const isExec = words[0]?.text === 'console' && words[1]?.text === 'exec';
  return isExec ? words.slice(2).map(({ text }) => text) : [];
}

/** `name=value` keeps its name. */
function argumentStart(source: string, word: Word): number {
  const start = word.span.column - 1;
  const equals = source.slice(start, word.span.endColumn - 1).indexOf('=');
  return equals > 0 ? start + equals + 1 : start;
}

/** What follows this word are options; infinite: the line has none. */
function optionsAfter(words: readonly Word[]): number {
  if (words[0]?.text === 'login') return 1;
  return words[0]?.text === 'power' ? agentIndex(words) : Number.POSITIVE_INFINITY;
}

/** Words of clusterd stand before the agent. What does not look like one may be anything. */
function agentIndex(words: readonly Word[]): number {
  let index = 1;
  const isManner = () =>
    /^(level|within|shares)$/.test(words[index]?.text ?? '') &&
    /^(\d{1,6}(ms|s|m|h|d)?|power|network|nothing)$/.test(words[index + 1]?.text ?? '');
  while (isManner()) index += 2;
  return index;
}

/** A line that was commented out may still hold its password. */
function maskComment(comment: string): string {
  return comment
    .replace(/([^\s=]+)=(\S+)/g, (all, name: string, value: string) =>
      looksSecret(name) && !isReference(value) ? `${name}=${'*'.repeat(value.length)}` : all,
    )
    .replace(
      /(alarm-webhook\s+)(\S+)/g,
      (_all, key: string, url: string) => `${key}${maskFrom(url, hostEnd(url))}`,
    );
}

/** Who knows the address of a webhook may write to it: what follows its host is a secret. */
function urlSecretStart(source: string, word: Word): number | null {
  const raw = source.slice(word.span.column - 1, word.span.endColumn - 1);
  return isReference(raw) ? null : word.span.column - 1 + hostEnd(raw);
}

function hostEnd(url: string): number {
  if (isReference(url)) return url.length;
  return /^"?https?:\/\/[^/?#@"]*(\/|$)/.exec(url)?.[0].length ?? 0;
}

/** Offset in the line at which the secret part of the word begins, or null. */
function secretStart(
  source: string,
  word: Word,
  before: Word | undefined,
  isPowerOption: boolean,
): number | null {
  const raw = source.slice(word.span.column - 1, word.span.endColumn - 1);
  const equals = raw.indexOf('=');
  if (equals < 0) {
    const follows = before !== undefined && !before.text.includes('=') && looksSecret(before.text);
    if (!follows && !isPowerOption) return null;
    return isReference(raw) ? null : word.span.column - 1;
  }
  const name = raw.slice(0, equals);
  const hide = isPowerOption ? !SHOWN_OPTIONS.test(name) : looksSecret(name);
  if (!hide || isReference(raw.slice(equals + 1))) return null;
  return word.span.column + equals;
}

function isReference(value: string): boolean {
  return /^@(file|env):/.test(value);
}

function maskFrom(source: string, start: number): string {
  return source.slice(0, start) + source.slice(start).replace(/\S/g, '*');
}
