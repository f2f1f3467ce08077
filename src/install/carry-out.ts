/**
 * Carries out a plan, or only says what it would do. Called by `clusterd install`. What is as it is to
 * be is left alone and not mentioned: a second run changes nothing. The manifest is written also when
 * a step fails, so that an installation that breaks off can be repeated or undone.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DaemonError } from '../cluster/daemon-error.ts';
import { assertNever } from '../language/assert-never.ts';
import { gidOf, groupsOfUser, uidOf, userExists } from './accounts.ts';
import { judgeFile, readIfThere } from './judge-file.ts';
import { digestOf, formatManifest, type Manifest } from './manifest.ts';
import { type FileStep, formatStep, type Rights, type Step } from './step.ts';

export interface Work {
  readonly isDry: boolean;
  readonly isRoot: boolean;
  readonly manifestPath: string;
  readonly manifestRights: Rights;
  readonly tell: (line: string) => void;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export class Installer {
  readonly #work: Work;
  readonly #manifest: Mutable<Manifest>;
  readonly #isFirst: boolean;
  #changes = 0;
  #hasPlacedUnit = false;

  constructor(manifest: Manifest, work: Work) {
    this.#manifest = {
      ...manifest,
      directories: [...manifest.directories],
      files: { ...manifest.files },
    };
    this.#isFirst = !manifest.registered;
    this.#work = work;
  }

  /** How many things were changed, or would be. */
  run(steps: readonly Step[]): number {
    try {
      for (const step of steps) this.#carryOut(step);
      this.#manifest.registered = true;
    } finally {
      this.#record();
    }
    return this.#changes;
  }

  #carryOut(step: Step): void {
    switch (step.kind) {
      case 'user':
        return this.#user(step);
      case 'directory':
        return this.#directory(step);
      case 'file':
        return this.#file(step);
      case 'command':
        return this.#command(step);
      default:
        return assertNever(step);
    }
  }

  // ---- each kind ----

  #user(step: Extract<Step, { kind: 'user' }>): void {
    const { name, home, groups } = step;
    const isThere = userExists(name);
    const has = isThere ? groupsOfUser(name) : [];
    const lacking = groups.filter((group) => !has.includes(group));
    if (isThere && lacking.length === 0) return;
    this.#change(formatStep(step));
    const words = ['--system', '--user-group', '--no-create-home', '--home-dir', home];
    if (!isThere) this.#execute('useradd', ...words, '--shell', '/usr/sbin/nologin', name);
    for (const group of lacking) this.#execute('usermod', '-aG', group, name);
    if (!isThere) this.#manifest.madeUser = true;
  }

  #directory(step: Extract<Step, { kind: 'directory' }>): void {
    const { path } = step;
    if (existsSync(path)) return;
    this.#change(formatStep(step));
    this.#manifest.directories.push(path);
    if (this.#work.isDry) return;
    mkdirSync(path, { recursive: true, mode: step.mode });
    this.#give(path, step);
  }

  #file(step: FileStep): void {
    const verdict = judgeFile(step, this.#manifest);
    switch (verdict) {
      case 'same':
      case 'new':
      case 'update':
        if (verdict !== 'same') this.#place(step);
        this.#manifest.files[step.path] = digestOf(step.content);
        return;
      case 'beside':
        this.#work.tell(`edited     ${step.path} stays as it is`);
        this.#place({ ...step, path: `${step.path}${step.besideEnding}` });
        this.#manifest.files[step.path] = digestOf(step.content);
        this.#manifest.files[`${step.path}${step.besideEnding}`] = digestOf(step.content);
        return;
      case 'edited':
      case 'kept':
        return;
      default:
        return assertNever(verdict);
    }
  }

  #command({ argv, when }: Extract<Step, { kind: 'command' }>): void {
    if (when === 'first' ? !this.#isFirst : !this.#hasPlacedUnit) return;
    this.#change(`command    ${argv.join(' ')}`);
    const [program = '', ...words] = argv;
    this.#execute(program, ...words);
  }

  // ---- hands ----

  /** Whole or not at all: a daemon or init may read it meanwhile. */
  #place(step: FileStep): void {
    this.#change(formatStep(step));
    if (step.path.includes('/systemd/')) this.#hasPlacedUnit = true;
    if (this.#work.isDry) return;
    const fresh = `${step.path}.part`;
    writeFileSync(fresh, step.content, { mode: step.mode });
    this.#give(fresh, step);
    renameSync(fresh, step.path);
  }

  #give(path: string, { mode, user, group }: Rights): void {
    chmodSync(path, mode);
    if (!this.#work.isRoot) return;
    const [uid, gid] = [uidOf(user), gidOf(group)];
    if (uid === null || gid === null) {
      const hint = 'is it in /etc/passwd and /etc/group?';
      throw new DaemonError('refused', `there is no user ${user} with group ${group}`, { hint });
    }
    chownSync(path, uid, gid);
  }

  #execute(program: string, ...words: string[]): void {
    if (this.#work.isDry) return;
    const { status, error, stderr } = spawnSync(program, words, { encoding: 'utf8' });
    if (status === 0) return;
    const why = error?.message ?? stderr.trim();
    throw new DaemonError('refused', `${[program, ...words].join(' ')} failed: ${why}`, {
      hint: 'mend that and install again: what is placed already is kept',
      cause: error,
    });
  }

  #change(line: string): void {
    this.#changes += 1;
    this.#work.tell(line);
  }

  #record(): void {
    const { isDry, manifestPath: path, manifestRights: rights } = this.#work;
    const text = formatManifest(this.#manifest);
    if (isDry || !existsSync(dirname(path)) || readIfThere(path)?.digest === digestOf(text)) return;
    writeFileSync(`${path}.part`, text, { mode: rights.mode });
    this.#give(`${path}.part`, rights);
    renameSync(`${path}.part`, path);
  }
}
