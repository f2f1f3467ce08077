import { describe, expect, it } from 'vitest';
import { judgeAliases } from '../../src/doctor/aliases.ts';

const PATHS = ['/pci@1c,600000/scsi@2/disk@0,0:a', '/pci@1d,700000/scsi@2/disk@0,0:a'];
const judge = (line: string, paths = PATHS) => judgeAliases([line], paths, 'n2');

describe('default aliases', () => {
  it.each([
    ['the disk itself', 'disk    /pci@1c,600000/scsi@2/disk@0,0'],
    ['its mirror', 'disk /pci@1d,700000/scsi@2/disk@0,0'],
    ['another slice', 'disk /pci@1c,600000/scsi@2/disk@0,0:b'],
    ['in capitals', 'disk /PCI@1c,600000/scsi@2/disk@0,0:A'],
    ['the controller, whose first disk it may be', 'net /pci@1c,600000/scsi@2'],
  ])('that lead to the shared disk are named: %s', (_, line) => {
    const { verdict, text, remedy } = judge(line);
    expect([verdict, text]).toEqual(['warn', expect.stringContaining('leads to the shared disk')]);
    expect(remedy).toContain('nvalias');
  });

  it.each([
    ['another disk', 'disk /pci@1e,600000/ide@d/disk@0,0'],
    ['a neighbour whose name begins alike', 'disk /pci@1c,600000/scsi@2/disk@0,01'],
    ['none', 'disk : no such alias'],
    ['an unknown word', 'devalias ?'],
  ])('that lead elsewhere are no trouble: %s', (_, line) => {
    expect(judge(line).verdict).toBe('ok');
  });

  it('a boot path that is an alias is compared by name, and not believed else', () => {
    expect(judge('disk /pci@1e,600000/ide@d/disk@0,0', ['disk:a']).text).toContain('leads to');
    const { verdict, remedy } = judge('net /pci@1f,700000/network@2', ['shared:a']);
    expect([verdict, remedy]).toEqual(['warn', expect.stringContaining('whole device path')]);
  });
});
