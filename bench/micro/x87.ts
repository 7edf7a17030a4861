import { x87Register } from '../../runtime/cpu/x87/execute.ts';
import { Fpu, type FpuCpu } from '../../runtime/cpu/x87/fpu.ts';
import { doublesOf, fillRegister, spillRegister } from '../../runtime/cpu/x87/registers.ts';
import { Double, STATE_BYTES, WORD_COUNT, Word } from '../../translator/abi/state.ts';
import type { MicroTask } from './task.ts';

const OPERANDS = 1000;
/** Full registers: only ST(0) and ST(1). */
const TWO_FULL = 0xfff0;

/** Opcodes of 11 bits, and what ST(0) is at most. */
const operations = [
  ['F2XM1', 0x1f0, 0.9],
  ['FYL2X', 0x1f1, 50],
  ['FPATAN', 0x1f3, 3],
  ['FSIN', 0x1fe, 20],
  ['FPTAN', 0x1f2, 1.5],
  ['FSCALE', 0x1fd, 3],
] as const;

/** The x87's functions by their traps: of numbers that are sums of doubles, and of the same as 80 bits, which are computed in integers. */
export function x87Tasks(): MicroTask[] {
  return operations.flatMap(([name, operation, largest]) => [
    functionTask(`x87 ${name} by sums of doubles`, operation, largest, false),
    functionTask(`x87 ${name} in integers`, operation, largest, true),
  ]);
}

function functionTask(name: string, operation: number, largest: number, inIntegers: boolean): MicroTask {
  const state = new Int32Array(new ArrayBuffer(STATE_BYTES), 0, WORD_COUNT);
  const doubles = doublesOf(state);
  // Registers need neither memory nor features.
  const cpu = { state, doubles } as unknown as FpuCpu;
  new Fpu(cpu).initialize();
  const setOperands = (x: number) => {
    doubles.set([x, 1.7], Double.fpuHigh);
    doubles.set([0, 0], Double.fpuLow);
    for (const register of [0, 1]) {
      spillRegister(state, doubles, register);
      if (inIntegers) doubles[Double.fpuHigh + register] = Number.NaN;
      else fillRegister(state, doubles, register);
    }
    state[Word.fpuTop] = 0;
    state[Word.fpuTag] = TWO_FULL;
  };
  return {
    name,
    unit: 'instruction',
    units: OPERANDS,
    run() {
      for (let n = 0; n < OPERANDS; n++) {
        setOperands((largest * (n + 0.5)) / OPERANDS);
        x87Register(cpu, operation, 0, 0, 0);
      }
      return undefined;
    },
  };
}
