import { describe, expect, test } from 'vitest';
import { bestHost, OVERHEAD } from '../src/machines/placement.ts';
import { Rebalancer } from '../src/machines/rebalance.ts';
import { type HostRecord, type MachineRecord, noNetwork } from '../src/machines/record.ts';

const GB = 2 ** 30;
const MINUTE = 60_000;

function host(id: string, free: number, more: Partial<HostRecord> = {}): HostRecord {
  return {
    ...{ id, name: '', free, beat: 1, memory: 8 * GB, machines: 1, processors: 4, share: 0, isDrained: false },
    lease: 10_000,
    ...more,
  };
}

function machine(name: string, owner: string, memory: number): MachineRecord {
  return {
    born: 'b',
    ...{ name, owner, memory, image: 'i', limits: {}, every: 60, idle: 0, policy: 'restart', wanted: 'running' },
    ...{
      state: 'running',
      problem: '',
      token: 1,
      manifest: '',
      offset: 0,
      saved: 0,
      asked: 0,
      answered: 0,
      used: 0,
      isAsleep: false,
    },
    ...{ target: '', moves: 0, moved: undefined, network: noNetwork, ports: '' },
  };
}

describe('the best host for a machine that leaves another one', () => {
  const leaving = machine('m', 'a', GB);

  test('has most memory free, and room for the machine and what it takes besides', () => {
    expect(bestHost(leaving, [host('a', 8 * GB), host('b', 2 * GB), host('c', 3 * GB)])?.id).toBe('c');
    expect(bestHost(leaving, [host('b', GB + OVERHEAD)])?.id).toBe('b');
    expect(bestHost(leaving, [host('b', GB + OVERHEAD - 1)])).toBe(undefined);
  });

  test('is not one whose processors are promised to others, if there is one with less memory', () => {
    expect(bestHost(leaving, [host('b', 6 * GB, { share: 1200 }), host('c', 2 * GB, { share: 300 })])?.id).toBe('c');
    expect(bestHost(leaving, [host('b', 6 * GB, { share: 1200 }), host('c', 0)])?.id).toBe('b');
  });

  test('is none that is drained', () => {
    expect(bestHost(leaving, [host('b', 6 * GB, { isDrained: true })])).toBe(undefined);
  });
});

/** A host with a clock that the test moves on. */
function rebalanced() {
  const clock = { now: 0 };
  const rebalancer = new Rebalancer('a', () => clock.now);
  const after = (minutes: number, hosts: readonly HostRecord[], machines: readonly MachineRecord[]) => {
    clock.now += minutes * MINUTE;
    return rebalancer.next(hosts, machines);
  };
  return after;
}

describe('a host that rebalances', () => {
  const machines = [machine('small', 'a', GB / 2), machine('large', 'a', 2 * GB), machine('other', 'b', GB)];
  const [full, roomy] = [host('a', GB), host('b', 7 * GB)];

  test('moves its largest machine away when it has been full for a while', () => {
    const after = rebalanced();
    expect(after(0, [full, roomy], machines)).toBe(undefined);
    expect(after(5, [full, roomy], machines)).toBe(undefined);
    expect(after(5, [full, roomy], machines)).toEqual({ name: 'large', to: 'b' });
  });

  test('waits between two moves, and when it is full for a moment only', () => {
    const after = rebalanced();
    after(0, [full, roomy], machines);
    expect(after(20, [host('a', 4 * GB), roomy], machines)).toBe(undefined);
    expect(after(0, [full, roomy], machines)).toBe(undefined);
    expect(after(1, [full, roomy], machines)).toEqual({ name: 'large', to: 'b' });
    expect(after(0.5, [full, roomy], machines)).toBe(undefined);
    expect(after(0.6, [full, roomy], machines)).toEqual({ name: 'large', to: 'b' });
  });

  test('fills no other one: a smaller machine goes, or none', () => {
    const after = rebalanced();
    const half = host('b', 8 * GB * 0.4 + GB);
    after(0, [full, half], machines);
    expect(after(20, [full, half], machines)).toEqual({ name: 'small', to: 'b' });
    expect(after(20, [full, host('b', 3 * GB)], machines)).toBe(undefined);
  });

  test('leaves alone what has just come', () => {
    const after = rebalanced();
    after(0, [full, roomy], [machines[0]!]);
    expect(after(11, [full, roomy], machines)).toEqual({ name: 'small', to: 'b' });
    expect(after(9, [full, roomy], [machines[1]!])).toBe(undefined);
    expect(after(1, [full, roomy], [machines[1]!])).toEqual({ name: 'large', to: 'b' });
  });
});
