import { describe, expect, test } from 'vitest';
import { acceleratorWarnings } from '../../../src/cli/accelerators.ts';
import { parseArguments } from '../../../src/cli/arguments.ts';

const warnings = (line: string) => acceleratorWarnings(parseArguments(line.split(' ')));

const noKvm = 'failed to initialize kvm: guest code is always translated here';

describe('the first accelerator that is there is taken', () => {
  test.each([
    ['-m 64', []],
    ['-accel tcg,thread=multi,tb-size=256', []],
    ['-accel tcg -accel kvm', []],
    ['-accel kvm -accel tcg', [`-accel: ${noKvm}; falling back to tcg`]],
    ['-accel kvm,kernel-irqchip=on -accel tcg', [`-accel: ${noKvm}; falling back to tcg`]],
    ['-accel hax -accel kvm -accel tcg', [`-accel: invalid accelerator hax; -accel: ${noKvm}; falling back to tcg`]],
    ['-machine accel=tcg', []],
    ['-machine accel=tcg:kvm', []],
    ['-machine accel=kvm:tcg', [`-machine: ${noKvm}; falling back to tcg`]],
    // The later one counts, as in QEMU.
    ['-machine accel=kvm -machine hpet=off -machine accel=tcg', []],
  ])('%s', (line, expected) => {
    expect(warnings(line)).toEqual(expected);
  });
});

test.each([
  ['-accel kvm', `-accel: ${noKvm}; give -accel tcg, and -engine for how code is translated`],
  ['-accel foo', '-accel: invalid accelerator foo; give -accel tcg'],
  ['-accel kvm:tcg', '-accel: invalid accelerator kvm:tcg (a list goes to -machine accel=kvm:tcg); give'],
  ['-machine accel=kvm', `-machine: ${noKvm}; give -accel tcg`],
  ['-machine accel=', '-machine: no accelerator found; give -accel tcg'],
  ['-accel kvm -machine accel=tcg', 'The -accel and "-machine accel=" options are incompatible'],
  ['-accel tcg,kernel-irqchip=on', "-accel: 'kernel-irqchip' is not supported in 'tcg,kernel-irqchip=on'"],
  ['-accel kvm,thread=multi -accel tcg', "-accel: 'thread' is not supported in 'kvm,thread=multi'"],
  ['-accel tcg,thread=many', "-accel: 'thread=many' is not supported: leave it out"],
])('%s is refused', (line, message) => {
  expect(() => warnings(line)).toThrow(message);
});
