import { describe, expect, test } from 'vitest';
import { summarize } from '../../../src/inspect/profile.ts';
import { busyTime } from '../../../src/inspect/sampling.ts';
import type { CpuProfile } from '../../../src/isolate/probe.ts';

const guest = (name: string, place: string) => ({
  functionName: name,
  url: `rawiron:///${place}/${name}.js`,
  lineNumber: 2,
});
const own = (functionName: string, path: string) => ({ functionName, url: `file:///x/${path}`, lineNumber: 9 });

/** root → run → f → g → f, handler, collector, sleep. Samples are 100 µs. */
const profile: CpuProfile = {
  startTime: 1000,
  endTime: 1800,
  nodes: [
    { id: 1, callFrame: { functionName: '(root)', url: '', lineNumber: -1 }, children: [2, 6, 7] },
    { id: 2, callFrame: own('run', 'runtime/exec/dispatcher.ts'), children: [3, 8] },
    {
      id: 3,
      callFrame: guest('f_c0001000', '00001000-2b'),
      children: [4],
      positionTicks: [
        { line: 4, ticks: 1 },
        { line: 5, ticks: 1 },
      ],
    },
    { id: 4, callFrame: guest('guest_c0001020', '00001020-2b'), children: [5] },
    { id: 5, callFrame: guest('f_c0001000', '00001000-2b'), positionTicks: [{ line: 5, ticks: 1 }] },
    { id: 6, callFrame: { functionName: '(garbage collector)', url: '', lineNumber: -1 } },
    { id: 7, callFrame: own('sleep', 'src/node/threads/threads.ts') },
    { id: 8, callFrame: { functionName: 'ADD', url: 'rawiron:///handlers/1f.js', lineNumber: 2 } },
  ],
  samples: [3, 3, 4, 5, 6, 7, 8, 2],
  timeDeltas: [0, 100, 100, 100, 100, 100, 100, 100],
};

describe('a profile', () => {
  const summary = summarize(profile);
  const named = (name: string) => summary.functions.find((f) => f.name === name)!;

  test('is shared out by kind', () => {
    expect(summary.shares).toMatchObject({
      guest: 400,
      garbage: 100,
      idle: 100,
      interpreter: 100,
      runtime: 100,
      devices: 0,
    });
    expect(busyTime(summary)).toBe(700);
  });

  test.each([
    ['interpreter_loop', 'rawiron:///loops/2b.js'],
    ['interpreter_loop', ''],
    ['MOV_Gv_Ev', ''],
  ])("counts the interpreter's loops and handlers alike: %s of '%s'", (functionName, url) => {
    const callFrame = { functionName, url, lineNumber: 2 };
    const nodes = profile.nodes.map((node) => (node.id === 8 ? { ...node, callFrame } : node));
    expect(summarize({ ...profile, nodes }).shares).toEqual(summary.shares);
  });

  test('knows translations that run from exported files', () => {
    const url = 'file:///cache/f_c0001000.00001000-2b.js';
    const nodes = profile.nodes.map((node) => {
      return node.id === 4 ? { ...node, callFrame: { ...node.callFrame, url } } : node;
    });
    const { shares, functions } = summarize({ ...profile, nodes });
    expect(shares).toEqual(summary.shares);
    expect(functions).toContainEqual(
      expect.objectContaining({ guest: { physical: 0x1000, key: 0x2b, linear: 0xc0001000 } }),
    );
  });

  test('counts what a function called, but itself once', () => {
    expect(named('f_c0001000')).toMatchObject({ self: 300, total: 400 });
    expect(named('guest_c0001020')).toMatchObject({ self: 100, total: 200 });
    expect(named('run')).toMatchObject({ self: 100, total: 600 });
  });

  test('knows the places of translations, and their lines', () => {
    expect(named('f_c0001000').guest).toEqual({ physical: 0x1000, key: 0x2b, linear: 0xc0001000 });
    expect([...named('f_c0001000').lines]).toEqual([
      [4, 1],
      [5, 2],
    ]);
  });

  test('knows a translation by its name alone', () => {
    const node = { id: 1, callFrame: { functionName: 'read_zero_c45c7000', url: '', lineNumber: 2 } };
    const bare = { startTime: 0, endTime: 100, nodes: [node], samples: [1], timeDeltas: [0] };
    expect(summarize(bare, (eip) => (eip === 0xc45c7000 ? 'read_zero' : undefined))).toMatchObject({
      shares: { guest: 100, system: 0 },
      functions: [{ name: 'read_zero', self: 100 }],
    });
  });

  test('shows translations of one guest function as one', () => {
    const grouped = summarize(profile, () => 'schedule');
    const [first] = grouped.functions;
    expect(first).toMatchObject({ name: 'schedule', self: 400, total: 400 });
  });
});
