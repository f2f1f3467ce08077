/** A drill of a cluster that would only tell is refused at once, with what to type. */
import { afterEach, expect, test } from 'vitest';
import {
  cleanUp,
  clusterd,
  makeHome,
  RunningDaemon,
  silentConsoles,
  withShippedScripts,
} from '../daemon/program.ts';

afterEach(cleanUp);

test('a disarmed cluster, no daemon, no such cluster', async () => {
  const [first, second] = await silentConsoles(2);
  const home = withShippedScripts(
    makeHome(`cluster demo
  script sun-obp
  service tcp 127.0.0.1:${first}
  reference tcp 127.0.0.1:${second}
  on-silence confirm
  node n1
    console tcp 127.0.0.1:${first}
    break bytes "#."
    identity 83a54dc7
    boot-path /disk
  node n2
    console tcp 127.0.0.1:${second}
    break bytes "#."
    identity 83a54f12
    boot-path /disk
`),
  );
  const alone = await clusterd(home, 'drill', 'demo', '--case', 'panic');
  expect([alone.status, alone.err]).toEqual([1, expect.stringContaining('clusterd start')]);
  await RunningDaemon.start(home);
  const shadow = await clusterd(home, 'drill', 'demo', '--case', 'panic');
  expect([shadow.status, shadow.err]).toEqual([1, expect.stringContaining('clusterd arm demo')]);
  expect(shadow.err).not.toContain('    at ');
  const wrong = await clusterd(home, 'drill', 'dmeo', '--case', 'panic');
  expect([wrong.status, wrong.err]).toEqual([1, expect.stringContaining('there are: demo')]);
}, 90_000);
