import { describe, expect, test } from 'vitest';
import { maskSecrets } from '../../src/clist/masking.ts';
import { parseClist } from '../../src/clist/parse.ts';
import { formatDiagnostic, sourceLineAt } from '../../src/language/diagnostics.ts';
import { changed } from './sample.ts';

const SECRET = 'hunter2';

describe('lines that hold a secret are shown without it', () => {
  const lines = [
    `power fence_apc ip=a plug=3 password=${SECRET}`,
    `power fence_apc ip=a plug=3 passwd="${SECRET} ${SECRET}" # why`,
    `power fence_apc ip=a plug=3 pasword=${SECRET}`,
    `power fence_apc ip=a plug=3 password ${SECRET}`,
    `power fence_apc ip=a plug=3 password=@fil:${SECRET}`,
    `power fence_apc ip=a plug=3 password="${SECRET}`,
    `power fence_apc ip=a plug=3 password='${SECRET}'`,
    `password=${SECRET}`,
    `password ${SECRET}`,
    `set password ${SECRET}`,
    `alarm-command page-me --token ${SECRET}`,
    `console exec ipmitool -H bmc1 -P ${SECRET} sol activate`,
    `console exec "/usr/bin/ipmitool" -P "${SECRET}"`,
    `console exec virsh console n1 --password=${SECRET}`,
    `alarm-command page-me --token=${SECRET}`,
    `power fence_apc ip=a plug # password=${SECRET}`,
  ];
  test.each(lines)('%s', (line) => {
    expect(maskSecrets(line)).not.toContain(SECRET);
    expect(maskSecrets(line)).toHaveLength(line.length);
    const { diagnostics, shownText } = parseClist('CList', changed({ 10: line }));
    expect(diagnostics.length).toBeGreaterThan(0);
    const shown = diagnostics.map((d) => formatDiagnostic(d, sourceLineAt(shownText, d.span.line)));
    expect(shown.join('\n')).not.toContain(SECRET);
  });
});

test('references and what is no secret stay readable', () => {
  const line =
    'power fence_apc ip=10.0.0.5 plug=3 password=@file:/etc/clusterd/pdu.secret # 3rd plug';
  expect(maskSecrets(line)).toBe(line);
});
