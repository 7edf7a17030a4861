import { describe, expect, it } from 'vitest';
import { updateSseMode } from '../../../../runtime/cpu/sse/mode.ts';
import { x87Register } from '../../../../runtime/cpu/x87/execute.ts';
import { fxrstor, fxsave, ldmxcsr, stmxcsr } from '../../../../runtime/cpu/x87/fxsave.ts';
import { GuestFault } from '../../../../runtime/fault.ts';
import { Vector } from '../../../../translator/abi/faults.ts';
import { Word } from '../../../../translator/abi/state.ts';
import { TestCpu } from './record.ts';

const IMAGE = 0x400;
const OSFXSR = 1 << 9;
const FNINIT = 0x3e3;
const FLDPI = 0x1eb;

function withPi(): TestCpu {
  const cpu = new TestCpu();
  x87Register(cpu, FNINIT, 0, 0, 0);
  x87Register(cpu, FLDPI, 0, 0, 0x1234);
  cpu.state[Word.mxcsr] = 0x1f80;
  return cpu;
}

function withSse(): TestCpu {
  const cpu = withPi();
  cpu.model.features.add('sse');
  cpu.state[Word.cr4] = OSFXSR;
  for (let i = 0; i < 32; i++) cpu.state[Word.xmm + i] = 0x01010101 * i;
  return cpu;
}

function faultOf(action: () => void): { vector: number; errorCode: number } | undefined {
  try {
    action();
  } catch (error) {
    if (error instanceof GuestFault) return { vector: error.vector, errorCode: error.errorCode };
    throw error;
  }
  return undefined;
}
const generalProtection = { vector: Vector.generalProtection, errorCode: 0 };

describe('FXSAVE', () => {
  it('stores the FPU', () => {
    const cpu = withPi();
    fxsave(cpu, IMAGE);
    const { memory } = cpu;
    expect(memory.current.load16(IMAGE)).toBe(0x37f);
    expect(memory.current.load16(IMAGE + 2)).toBe(0x3800);
    expect(memory.current.load16(IMAGE + 4)).toBe(0x80);
    expect(memory.current.load16(IMAGE + 6)).toBe(0x1eb);
    expect(memory.current.load32(IMAGE + 8)).toBe(0x1234);
    expect([0, 4, 8].map((at) => memory.current.load32(IMAGE + 32 + at) >>> 0)).toEqual([
      0x2168c235, 0xc90fdaa2, 0x4000,
    ]);
  });

  it('and FXRSTOR do the same where memory is not at hand at once', () => {
    const images = [true, false].map((isAtHand) => {
      const cpu = withSse();
      if (!isAtHand) Object.assign(cpu.memory, { readableSpan: () => null, writableSpan: () => null });
      fxsave(cpu, IMAGE);
      cpu.state.fill(-1, Word.xmm, Word.xmm + 32);
      x87Register(cpu, FNINIT, 0, 0, 0);
      fxrstor(cpu, IMAGE);
      fxsave(cpu, IMAGE + 512);
      const image = cpu.memory.bytes.slice(IMAGE, IMAGE + 512);
      expect(cpu.memory.bytes.slice(IMAGE + 512, IMAGE + 1024)).toEqual(image);
      return image;
    });
    expect(images[1]).toEqual(images[0]);
  });

  it('leaves the FPU as it is', () => {
    const cpu = withPi();
    const before = cpu.state.slice();
    fxsave(cpu, IMAGE);
    expect(cpu.state).toEqual(before);
  });

  it('touches nothing after the x87 registers without SSE', () => {
    const cpu = withPi();
    cpu.memory.bytes.fill(0xcc, IMAGE, IMAGE + 512);
    fxsave(cpu, IMAGE);
    expect(cpu.memory.bytes.subarray(IMAGE + 160, IMAGE + 512).every((byte) => byte === 0xcc)).toBe(true);
    expect(cpu.memory.current.load32(IMAGE + 24)).toBe(0xcccccccc | 0);
  });

  it('stores XMM registers only with CR4.OSFXSR', () => {
    const cpu = withSse();
    fxsave(cpu, IMAGE);
    expect(cpu.memory.current.load32(IMAGE + 24)).toBe(0x1f80);
    expect(cpu.memory.current.load32(IMAGE + 28)).toBe(0xffff);
    expect(cpu.memory.current.load32(IMAGE + 160 + 4 * 31)).toBe(0x1f1f1f1f);
    cpu.memory.bytes.fill(0, IMAGE, IMAGE + 512);
    cpu.state[Word.cr4] = 0;
    fxsave(cpu, IMAGE);
    expect(cpu.memory.current.load32(IMAGE + 160 + 4 * 31)).toBe(0);
  });

  it('needs an operand aligned to 16 bytes', () => {
    const cpu = withPi();
    expect(faultOf(() => fxsave(cpu, IMAGE + 8))).toEqual(generalProtection);
    expect(faultOf(() => fxrstor(cpu, IMAGE + 1))).toEqual(generalProtection);
  });
});

describe('FXRSTOR', () => {
  it('brings back what FXSAVE stored', () => {
    const cpu = withSse();
    updateSseMode(cpu.state);
    const before = cpu.state.slice();
    fxsave(cpu, IMAGE);
    x87Register(cpu, FNINIT, 0, 0, 0);
    cpu.state.fill(0, Word.fpuRegister, Word.xmm + 32);
    cpu.state[Word.mxcsr] = 0;
    fxrstor(cpu, IMAGE);
    expect(cpu.state).toEqual(before);
  });

  it('refuses reserved bits of MXCSR and then changes nothing', () => {
    const cpu = withSse();
    fxsave(cpu, IMAGE);
    cpu.memory.current.store32(IMAGE + 24, 0x10000);
    x87Register(cpu, FNINIT, 0, 0, 0);
    const before = cpu.state.slice();
    expect(faultOf(() => fxrstor(cpu, IMAGE))).toEqual(generalProtection);
    expect(cpu.state).toEqual(before);
  });
});

describe('LDMXCSR and STMXCSR', () => {
  it('load and store MXCSR', () => {
    const cpu = withSse();
    cpu.memory.current.store32(IMAGE, 0x5f80);
    ldmxcsr(cpu, IMAGE);
    stmxcsr(cpu, IMAGE + 4);
    expect(cpu.memory.current.load32(IMAGE + 4)).toBe(0x5f80);
  });

  it('refuse reserved bits', () => {
    const cpu = withSse();
    cpu.memory.current.store32(IMAGE, 0x10000);
    expect(faultOf(() => ldmxcsr(cpu, IMAGE))).toEqual(generalProtection);
  });
});
