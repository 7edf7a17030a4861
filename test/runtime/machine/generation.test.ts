import { expect, test } from 'vitest';
import { GPE0_PORT } from '../../../runtime/devices/power/registers.ts';
import { assemble } from '../../../runtime/firmware/assembler/index.ts';
import { ports } from '../../../runtime/host/ports.ts';
import type { MachineConfig, RecordingConfig } from '../../../runtime/machine/config.ts';
import { GENERATION_BYTES } from '../../../runtime/machine/generation.ts';
import { answerRandom } from '../../support/random-guest.ts';
import { TapedMachine } from '../../support/recorded-machine.ts';

const { bytes: flat } = assemble(answerRandom, { origin: 0x7c00, bits: 32 });

const config = {
  ...{ memoryBytes: 2 << 20, engine: 'interpreter', boot: { flat, address: 0x7c00, mode: 'flat32' } },
  ...{ cpu: 'max', generationId: new Uint8Array(16).fill(0xee), randomKey: [1, 2, 3, 4] },
} as const satisfies Partial<MachineConfig>;

const begin = (seed: number) =>
  ({
    type: 'input',
    port: ports.generation.name,
    value: Uint8Array.from({ length: GENERATION_BYTES }, (_, n) => (n * 7 + seed) & 0xff),
  }) as const;

/** The 32 bytes that a guest sends each time, in hexadecimal digits. */
function answers(machine: TapedMachine): string[] {
  return [...Buffer.from(machine.output, 'latin1').toString('hex').matchAll(/.{64}/g)].map(([digits]) => digits);
}

function asked(machine: TapedMachine, count: number): string[] {
  machine.type('.');
  machine.run(() => answers(machine).length >= count);
  return answers(machine);
}

const made = (recording: RecordingConfig | null, seed = 1) => new TapedMachine(config, recording, seed);

test('machines with one state have the same numbers until another generation begins, and others from then on', () => {
  const [first, second] = [made(null), made(null)];
  expect(asked(first, 1)).toEqual(asked(second, 1));
  expect(answers(first)[0]).toMatch(/^(ee){16}/);
  const saved = first.core.save();
  second.core.load(saved);
  first.core.arrive(begin(1));
  second.core.arrive(begin(2));
  const [, ofFirst] = asked(first, 2);
  const [, ofSecond] = asked(second, 2);
  expect(ofFirst!.slice(0, 32)).toBe(Buffer.from(begin(1).value.subarray(0, 16)).toString('hex'));
  expect(ofSecond!.slice(0, 32)).toBe(Buffer.from(begin(2).value.subarray(0, 16)).toString('hex'));
  expect(ofFirst!.slice(32)).not.toBe(ofSecond!.slice(32));
});

test('the guest is notified by the general-purpose event 5', () => {
  const { core } = made(null);
  core.run(1e6);
  expect(core.pc.ports.read(GPE0_PORT, 1)).toBe(0);
  core.arrive(begin(1));
  core.run(2e6);
  expect(core.pc.ports.read(GPE0_PORT, 1)).toBe(1 << 5);
});

test('without the ID, RDRAND has other numbers all the same', () => {
  const { generationId: _, ...others } = config;
  const numbers = (seed: number) => {
    const machine = new TapedMachine(others, null, 1);
    machine.core.arrive(begin(seed));
    return asked(machine, 1)[0]!.slice(32);
  };
  expect(numbers(1)).not.toBe(numbers(2));
  expect(numbers(1)).toBe(numbers(1));
});

test('a recording has the bytes, and a replay the same numbers at the same instructions', () => {
  const first = made({ mode: 'record', markEvery: 1000 }, 5);
  asked(first, 1);
  first.core.arrive(begin(3));
  asked(first, 2);
  const again = made({ mode: 'replay', entries: first.recorded }, 77);
  again.run(() => answers(again).length === 2);
  expect(answers(again)).toEqual(answers(first));
  expect(answers(again)[1]!.slice(0, 32)).toBe(Buffer.from(begin(3).value.subarray(0, 16)).toString('hex'));
});
