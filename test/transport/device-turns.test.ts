import { describe, expect, test } from 'vitest';
import { DeviceTurns, type Turn } from '../../src/transport/device-turns.ts';

/** Turns that last until somebody ends them. */
class Stage {
  readonly turns = new DeviceTurns();
  readonly told: string[] = [];
  readonly #ends = new Map<string, () => void>();

  take(name: string, urgency: 'fence' | 'check', key = 'pdu'): void {
    const start = (): Turn<string> => {
      this.told.push(`${name} begins`);
      const result = new Promise<string>((resolve) => this.#ends.set(name, () => resolve('done')));
      return {
        result,
        kill: () => {
          this.told.push(`${name} is killed`);
          this.end(name);
        },
      };
    };
    void this.turns
      .take(key, urgency, start)
      .then((value) => this.told.push(`${name} ${value ?? 'gave way'}`));
  }

  end(name: string): void {
    this.#ends.get(name)?.();
  }

  async since(): Promise<string[]> {
    await new Promise((resolve) => setImmediate(resolve));
    return this.told.splice(0);
  }
}

describe('one power device', () => {
  test('is asked by one agent at a time, in order', async () => {
    const stage = new Stage();
    stage.take('a', 'fence');
    stage.take('b', 'fence');
    stage.take('other', 'fence', 'another pdu');
    expect(await stage.since()).toEqual(['a begins', 'other begins']);
    stage.end('a');
    expect(await stage.since()).toEqual(['a done', 'b begins']);
    stage.end('b');
    stage.end('other');
    expect((await stage.since()).sort()).toEqual(['b done', 'other done']);
  });

  test('a check that is under way ends for a fence, and those that wait are put off', async () => {
    const stage = new Stage();
    stage.take('check', 'check');
    stage.take('check2', 'check');
    stage.take('fence', 'fence');
    const told = await stage.since();
    expect(told.slice(0, 2)).toEqual(['check begins', 'check is killed']);
    expect(told.slice(2).sort()).toEqual(['check gave way', 'check2 gave way', 'fence begins']);
    stage.end('fence');
    expect(await stage.since()).toEqual(['fence done']);
  });

  test('a check that comes while somebody fences is put off at once', async () => {
    const stage = new Stage();
    stage.take('fence', 'fence');
    stage.take('check', 'check');
    expect(await stage.since()).toEqual(['fence begins', 'check gave way']);
    stage.end('fence');
    await stage.since();
    stage.take('check3', 'check');
    expect(await stage.since()).toEqual(['check3 begins']);
    stage.end('check3');
    expect(await stage.since()).toEqual(['check3 done']);
  });

  test('what cannot begin says so and frees the device', async () => {
    const { turns } = new Stage();
    const broken = () => {
      throw new Error('no such agent');
    };
    await expect(turns.take('pdu', 'fence', broken)).rejects.toThrow('no such agent');
    const fine = { result: Promise.resolve(1), kill: () => {} };
    expect(await turns.take('pdu', 'check', () => fine)).toBe(1);
  });
});
