/**
 * Takes an installation back, by its manifest. Called by `clusterd uninstall` when no daemon runs any
 * more. A file that was edited is kept and named; CLUSTER_HOME and the user to whom it belongs stay
 * unless they are to be purged. Must never remove a directory that it did not make.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { sep } from 'node:path';
import { messageOf } from '../cluster/daemon-error.ts';
import { userExists } from './accounts.ts';
import { readIfThere } from './judge-file.ts';
import { formatManifest, type Manifest } from './manifest.ts';

export interface Removal {
  readonly isDry: boolean;
  /** CLUSTER_HOME, edited files and the user, too. */
  readonly isPurge: boolean;
  readonly manifestPath: string;
  readonly tell: (line: string) => void;
}

const SYSTEMD_RUNS = '/run/systemd/system';
/** Made by every daemon of the host; empty when none runs. */
const LOCKS = ['/run/lock/clusterd', '/tmp/clusterd-locks'];

export class Remover {
  readonly #manifest: Manifest;
  readonly #removal: Removal;

  constructor(manifest: Manifest, removal: Removal) {
    this.#manifest = manifest;
    this.#removal = removal;
  }

  run(): void {
    const { prefix, registered } = this.#manifest;
    if (prefix === '' && registered) this.#unregister();
    for (const [path, digest] of Object.entries(this.#manifest.files)) {
      if (!this.#isSites(path)) this.#removeFile(path, digest);
    }
    if (prefix === '' && registered) this.#forget();
    if (this.#removal.isPurge) this.#purge();
    this.#removeDirectories();
    if (!this.#removal.isPurge) this.#keepHome();
  }

  /** Below CLUSTER_HOME. */
  #isSites(path: string): boolean {
    const { home } = this.#manifest;
    return path === home || path.startsWith(`${home}${sep}`);
  }

  // ---- init and systemd ----

  #unregister(): void {
    if (!hasProgram('systemctl')) return;
    // What systemd would start again must not come back in the middle.
    if (existsSync(SYSTEMD_RUNS)) this.#try('systemctl', 'stop', 'clusterd.service', 'clusterd@*');
    this.#try('systemctl', 'disable', '--quiet', 'clusterd.service', 'clusterd@.service');
  }

  #forget(): void {
    if (hasProgram('update-rc.d')) this.#try('update-rc.d', '-f', 'clusterd', 'remove');
    if (hasProgram('systemctl') && existsSync(SYSTEMD_RUNS)) {
      this.#try('systemctl', 'daemon-reload');
    }
  }

  /** What cannot be taken back is told, and the rest goes on. */
  #try(program: string, ...words: string[]): void {
    this.#removal.tell(`command    ${[program, ...words].join(' ')}`);
    if (this.#removal.isDry) return;
    const { status, error, stderr } = spawnSync(program, words, { encoding: 'utf8' });
    if (status !== 0) this.#removal.tell(`           failed: ${error?.message ?? stderr.trim()}`);
  }

  // ---- files ----

  #removeFile(path: string, digest: string): void {
    const present = readIfThere(path);
    if (present === null) return;
    if (present.digest !== digest && !this.#removal.isPurge) {
      this.#removal.tell(`kept       ${path}: it was edited`);
      return;
    }
    this.#removal.tell(`remove     ${path}`);
    if (!this.#removal.isDry) rmSync(path);
  }

  #removeDirectories(): void {
    const { isDry } = this.#removal;
    for (const path of [...this.#manifest.directories].reverse()) {
      if (this.#isSites(path) && !this.#removal.isPurge) continue;
      if (!isDry) removeEmpty(path);
    }
    if (this.#manifest.prefix === '' && !isDry) for (const path of LOCKS) removeEmpty(path);
  }

  // ---- CLUSTER_HOME ----

  #keepHome(): void {
    const { home, files, directories, madeUser, user } = this.#manifest;
    const left: Manifest = {
      ...this.#manifest,
      files: Object.fromEntries(Object.entries(files).filter(([path]) => existsSync(path))),
      directories: directories.filter((path) => existsSync(path)),
      registered: false,
    };
    const who = madeUser ? `, and the user ${user}` : '';
    this.#removal.tell(
      `kept       ${home}${who}: clusterd uninstall --purge --home ${home} removes them`,
    );
    if (!this.#removal.isDry) {
      writeFileSync(this.#removal.manifestPath, formatManifest(left), { mode: 0o640 });
    }
  }

  #purge(): void {
    const { home, user, madeUser, directories } = this.#manifest;
    if (directories.includes(home)) {
      this.#removal.tell(`remove     ${home}, with CList, scripts, logs and journals`);
      if (!this.#removal.isDry) rmSync(home, { recursive: true, force: true });
    } else {
      this.#removal.tell(`kept       ${home}: it was there before clusterd was installed`);
      if (!this.#removal.isDry) rmSync(this.#removal.manifestPath, { force: true });
    }
    if (madeUser && userExists(user)) this.#try('userdel', user);
  }
}

function removeEmpty(path: string): void {
  try {
    rmdirSync(path);
  } catch (error) {
    // Somebody else has something there, or it is gone already.
    void messageOf(error);
  }
}

function hasProgram(name: string): boolean {
  return ['/usr/sbin', '/usr/bin', '/sbin', '/bin'].some((one) => existsSync(`${one}/${name}`));
}
