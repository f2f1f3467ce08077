import { describe, expect, it } from 'vitest';
import { ParityMarks } from '../../src/transport/parity-marks.ts';
import { NASTY } from './nasty.ts';

/** What comes out of it when `bytes` is cut after each index that `isCut` names. */
function stripped(bytes: readonly number[], isCut: (index: number) => boolean) {
  const faults: string[] = [];
  const marks = new ParityMarks((fault) => faults.push(fault));
  const data: number[] = [];
  let chunk: number[] = [];
  bytes.forEach((byte, index) => {
    chunk.push(byte);
    if (!isCut(index)) return;
    data.push(...marks.strip(Uint8Array.from(chunk)));
    chunk = [];
  });
  data.push(...marks.strip(Uint8Array.from(chunk)));
  return { data, faults };
}

describe('marks of the kernel', () => {
  it.each([
    ['nothing', [65, 0, 66], [65, 0, 66], []],
    ['a doubled 255', [65, 255, 255, 66], [65, 255, 66], []],
    ['a BREAK', [65, 255, 0, 0, 66], [65, 66], ['break']],
    ['a damaged byte', [65, 255, 0, 7, 66], [65, 66], ['framing']],
    ['a damaged 255', [255, 0, 255, 66], [66], ['framing']],
    ['a BREAK beside 255s', [255, 255, 255, 0, 0, 255, 255], [255, 255], ['break']],
  ])('%s, cut everywhere', (_, bytes, data, faults) => {
    for (let cut = -1; cut < bytes.length; cut++) {
      expect(stripped(bytes, (index) => index === cut)).toEqual({ data, faults });
    }
    expect(stripped(bytes, () => true)).toEqual({ data, faults });
  });

  it('all bytes, as the kernel doubles them', () => {
    const doubled = [...NASTY].flatMap((byte) => (byte === 255 ? [255, 255] : [byte]));
    expect(stripped(doubled, (index) => index % 3 === 0)).toEqual({ data: [...NASTY], faults: [] });
  });
});
