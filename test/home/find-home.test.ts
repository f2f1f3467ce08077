/** Which CLUSTER_HOME a command takes, and where its daemons listen. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findHome, homeOfOne, readInstalledHome } from '../../src/home/home.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'find-home-'));
  for (const name of ['named', 'variable', 'here', 'installed', 'package']) {
    mkdirSync(join(directory, name));
  }
  writeFileSync(join(directory, 'here/CList'), '');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const at = (name: string) => join(directory, name);

describe('CLUSTER_HOME', () => {
  it.each([
    ['what --home names', 'named', 'variable', 'here', 'installed', 'named'],
    ['the variable', undefined, 'variable', 'here', 'installed', 'variable'],
    ['a working directory with a CList', undefined, undefined, 'here', 'installed', 'here'],
    ['that of this host', undefined, undefined, 'package', 'installed', 'installed'],
    ['the package itself', undefined, undefined, 'named', null, 'package'],
  ])('is %s', (_, named, variable, working, installed, expected) => {
    const place = {
      environment: variable === undefined ? {} : { CLUSTER_HOME: at(variable) },
      workingDirectory: at(working),
      packageRoot: at('package'),
      installedHome: installed === null ? null : at(installed),
    };
    const home = findHome(named === undefined ? undefined : at(named), place);
    expect(home.directory).toBe(at(expected));
  });

  it('of one cluster alone has a socket and a pid file of its own', () => {
    const place = {
      environment: {},
      workingDirectory: at('here'),
      packageRoot: '',
      installedHome: null,
    };
    const all = findHome(undefined, place);
    const one = homeOfOne(all, 'x');
    expect([one.directory, one.state, one.onlyCluster]).toEqual([all.directory, all.state, 'x']);
    expect([one.socket === all.socket, one.pidFile === all.pidFile]).toEqual([false, false]);
  });
});

describe('what install wrote down', () => {
  it.each([
    ['CLUSTER_HOME=/srv/x\n', '/srv/x'],
    ['# CLUSTER_HOME=/no\nCLUSTER_HOME="/srv/y"\n', '/srv/y'],
    ['nothing\n', null],
  ])('%j is read', (text, expected) => {
    writeFileSync(at('defaults'), text);
    expect(readInstalledHome(at('defaults'))).toBe(expected);
  });

  it('need not be there', () => {
    expect(readInstalledHome(at('none'))).toBeNull();
  });
});
