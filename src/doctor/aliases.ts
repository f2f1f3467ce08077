/**
 * Do the aliases of a firmware lead to a shared disk? A machine that lost its values boots from its
 * default aliases. Reads the lines that the library's dialogue `aliases` expects: a name, blanks, and
 * where it leads. Called by consoles.ts; pure.
 */
import type { Finding } from './check.ts';

/** A device without its slice and options: `/pci@1c,600000/scsi@2/disk@0,0`. */
function deviceOf(path: string): string {
  const [device = ''] = path.trim().split(/\s/, 1);
  const last = device.lastIndexOf('/');
  const slice = device.indexOf(':', last);
  return (slice < 0 ? device : device.slice(0, slice)).toLowerCase();
}

function reaches(alias: string, bootPath: string): boolean {
  const [short, long] = [alias, bootPath].sort((one, other) => one.length - other.length);
  return short !== undefined && long !== undefined && `${long}/`.startsWith(`${short}/`);
}

export function judgeAliases(
  heard: readonly string[],
  bootPaths: readonly string[],
  node: string,
): Finding {
  const aliases = heard.flatMap((line) => {
    const [, name, path] = /^(\S+) +(\/\S+)$/.exec(line.trim()) ?? [];
    return name === undefined || path === undefined ? [] : [{ name, path }];
  });
  const named = bootPaths.filter((path) => !path.startsWith('/'));
  const devices = bootPaths.filter((path) => path.startsWith('/')).map(deviceOf);
  const bad = aliases.filter(
    ({ name, path }) =>
      named.some((one) => deviceOf(one) === name) ||
      devices.some((one) => reaches(deviceOf(path), one)),
  );
  const [first] = bad;
  if (first !== undefined) {
    const text = bad
      .map(({ name, path }) => `${name} leads to the shared disk: ${path}`)
      .join('; ');
    const remedy = `at the ok prompt of ${node}: nvalias ${first.name} /clusterd-parked (use-nvramrc? becomes true: set it so in CList)`;
    return { verdict: 'warn', text: `${text}; a ${node} that loses its values boots it`, remedy };
  }
  if (named.length > 0) {
    const text = `the boot-path ${named[0]} is an alias itself: what it leads to was not compared`;
    return { verdict: 'warn', text, remedy: 'write the whole device path into CList' };
  }
  const shown = aliases.map(({ name, path }) => `${name} -> ${path}`).join(', ');
  const text = shown === '' ? 'the firmware has none of the default ones' : shown;
  return { verdict: 'ok', text: `no default alias leads to the shared disk: ${text}` };
}
