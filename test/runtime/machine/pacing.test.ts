import { afterEach, expect, test } from 'vitest';
import type { MachineConfig, MachineHost } from '../../../runtime/machine/config.ts';
import { createMachine } from '../../../runtime/machine/create.ts';
import type { MachineCore } from '../../../runtime/machine/machine.ts';
import { cellNames } from '../../../translator/abi/cells.ts';
import { outputOf } from '../../support/output.ts';

let machine: MachineCore | undefined;
afterEach(() => machine?.dispose());

const config: MachineConfig = {
  memoryBytes: 8 << 20,
  engine: 'translator',
  boot: { demo: true },
  rebootAction: 'exit',
  startTimeOfDay: 0,
};

function hostWith(output: (text: string) => void): MachineHost {
  return {
    nanoseconds: () => performance.now() * 1e6,
    send: outputOf('com1', output),
    log: () => undefined,
  };
}

test('without another thread, jumps are counted, and devices still come in time', () => {
  let text = '';
  machine = createMachine(
    { ...config, pacing: 'jumps' },
    hostWith((more) => (text += more)),
  );
  for (let turn = 0; turn < 1000 && !text.includes('demo> '); turn++) machine.run(performance.now() * 1e6 + 10e6);
  expect(text).toContain('demo> ');
});

/** Cells of machines in the global scope, with or without a suffix. */
const cells = () => Object.keys(globalThis).filter((name) => cellNames.includes(name.replace(/\$.*$/, '') as never));

test('a guest that cannot be booted leaves nothing in the global scope', () => {
  const kernel = new TextEncoder().encode('this is no kernel');
  const before = cells();
  expect(() =>
    createMachine(
      { ...config, boot: { kernel } },
      hostWith(() => undefined),
    ),
  ).toThrow(/kernel/);
  expect(cells()).toEqual(before);
});

test('machines in one isolate have cells of their own, and names of their own are left alone', () => {
  const before = cells();
  Object.assign(globalThis, { M8: 'mine' });
  machine = createMachine(
    config,
    hostWith(() => undefined),
  );
  const second = createMachine(
    config,
    hostWith(() => undefined),
  );
  expect((globalThis as Record<string, unknown>).M8).toBe('mine');
  expect(cells().length).toBeGreaterThan(before.length + 1);
  second.dispose();
  machine.dispose();
  machine = undefined;
  delete (globalThis as Record<string, unknown>).M8;
  expect(cells()).toEqual(before);
});
