import { beforeEach, describe, expect, test } from 'vitest';
import { readEflags } from '../../../runtime/cpu/eflags.ts';
import { Vector } from '../../../translator/abi/faults.ts';
import { Key } from '../../../translator/abi/key.ts';
import { Eflags, Segment, Word } from '../../../translator/abi/state.ts';
import { caught, GDT, KERNEL_STACK, Rig, Sel, TSS, Type, USER_STACK } from './rig.ts';

const { generalProtection, invalidOpcode, segmentNotPresent, pageFault, debug, stackFault } = Vector;
const PG = 1 << 31;
let rig: Rig;

beforeEach(() => {
  rig = new Rig().enterProtected(0);
});

describe('control registers', () => {
  test('CR0: combinations that are not allowed', () => {
    rig.expectFault(generalProtection, 0, 'moveToControl', 0, PG);
    rig.expectFault(generalProtection, 0, 'moveToControl', 0, 0x20000001);
    rig.expectFault(invalidOpcode, -1, 'moveToControl', 1, 0);
    rig.expectFault(invalidOpcode, -1, 'moveFromControl', Word.eax, 5);
  });

  test('CR0: ET stays, paging forgets translations, PE changes the key', () => {
    rig.memory.flushes.length = 0;
    rig.trap('moveToControl', 0, PG | 1 | 8);
    rig.trap('moveFromControl', Word.edi, 0);
    expect(rig.words[Word.edi]).toBe(PG | 1 | 8 | 0x10);
    expect(rig.memory.flushes).toEqual(['all']);
    rig.trap('clearTaskSwitched');
    expect(rig.words[Word.cr0]).toBe(PG | 1 | 0x10);
    rig.trap('moveToControl', 0, 0);
    expect(rig.words[Word.key] & Key.protected).toBe(0);
  });

  test('LMSW cannot clear PE', () => {
    rig.trap('loadMachineStatus', 0xfffe);
    expect(rig.words[Word.cr0]).toBe(0x6000001f);
  });

  test('CR2, CR3, CR4', () => {
    rig.memory.flushes.length = 0;
    rig.trap('moveToControl', 2, 0x1234567);
    rig.trap('moveToControl', 3, 0x12345fff);
    rig.trap('moveToControl', 4, 0x90);
    expect(rig.memory.flushes).toEqual(['non-global', 'all']);
    for (const [control, value] of [
      [2, 0x1234567],
      [3, 0x12345ff8],
      [4, 0x90],
    ]) {
      rig.trap('moveFromControl', Word.ebx, control);
      expect(rig.words[Word.ebx]).toBe(value);
    }
    rig.expectFault(generalProtection, 0, 'moveToControl', 4, 0x800);
    rig.trap('invalidatePage', 0xc0001234 | 0);
    expect(rig.memory.flushes.at(-1)).toBe('page c0001234');
  });

  test('debug registers: fixed bits, aliases, general detect', () => {
    rig.trap('moveToDebug', 0, 0x1234);
    rig.trap('moveToDebug', 4, 0);
    rig.trap('moveToDebug', 7, 0xffffffff | 0);
    expect([0, 6, 7].map((n) => rig.words[Word.debug + n])).toEqual([0x1234, 0xffff0ff0 | 0, 0xffff27ff | 0]);
    expect(() => rig.trap('moveFromDebug', Word.eax, 0)).toThrow();
    expect(rig.words[Word.debug + 6] & 0x2000).toBe(0x2000);
    rig.expectFault(debug, -1, 'moveToDebug', 7, 0);
  });
});

describe('descriptor tables', () => {
  test('LLDT and LTR', () => {
    rig.expectFault(generalProtection, Sel.data0, 'loadLocalTable', Sel.data0);
    rig.expectFault(generalProtection, 0x0c, 'loadLocalTable', 0x0c);
    rig.expectFault(generalProtection, 0, 'loadTask', 0);
    rig.expectFault(generalProtection, Sel.task, 'loadTask', Sel.task);
    rig.expectFault(generalProtection, Sel.ldt, 'loadTask', Sel.ldt);
    rig.descriptor(Sel.spare, { type: 2, present: false });
    rig.expectFault(segmentNotPresent, Sel.spare, 'loadLocalTable', Sel.spare);
    expect(rig.memory.view.getUint8(GDT + Sel.task + 5)).toBe(0x8b);
  });

  const zero = () => readEflags(rig.cpu) & Eflags.zf;

  test('VERR and VERW', () => {
    const verify = (selector: number) => {
      rig.trap('verifyRead', selector);
      const readable = zero() !== 0;
      rig.trap('verifyWrite', selector);
      return [readable, zero() !== 0];
    };
    rig.descriptor(Sel.spare, { type: Type.executeOnly });
    expect(verify(Sel.data0)).toEqual([true, true]);
    expect(verify(Sel.data0 | 3)).toEqual([false, false]);
    expect(verify(Sel.code0)).toEqual([true, false]);
    expect(verify(Sel.conforming | 3)).toEqual([true, false]);
    expect(verify(Sel.spare)).toEqual([false, false]);
    expect(verify(Sel.ldt)).toEqual([false, false]);
    expect(verify(0)).toEqual([false, false]);
  });

  test('LAR and LSL', () => {
    rig.words[Word.eax] = -1;
    rig.trap('loadAccessRights', Sel.data3, Word.eax, 4);
    expect([rig.words[Word.eax], zero()]).toEqual([0xc0f200, Eflags.zf]);
    rig.trap('loadSegmentLimit', Sel.ldt, Word.eax, 2);
    expect([rig.words[Word.eax], zero()]).toEqual([0xc000ff, Eflags.zf]);
    rig.trap('loadSegmentLimit', Sel.data0, Word.eax, 4);
    expect(rig.words[Word.eax]).toBe(-1);
    rig.gate(GDT + Sel.gate, { selector: 8, type: 12 });
    rig.trap('loadSegmentLimit', Sel.gate, Word.eax, 4);
    expect([rig.words[Word.eax], zero()]).toEqual([-1, 0]);
    rig.trap('loadAccessRights', Sel.gate, Word.eax, 4);
    expect([rig.words[Word.eax], zero()]).toEqual([0x8c00, Eflags.zf]);
    rig.trap('loadAccessRights', Sel.beyond, Word.eax, 4);
    expect([rig.words[Word.eax], zero()]).toEqual([0x8c00, 0]);
  });
});

describe('ports', () => {
  test('IN keeps the rest of EAX, OUT sends the low bytes', () => {
    rig.words[Word.eax] = 0x11223344;
    rig.portValue = 0xaabbccdd | 0;
    rig.trap('portIn', 0x60, 1);
    expect(rig.words[Word.eax]).toBe(0x112233dd);
    rig.trap('portIn', 0x60, 2);
    expect(rig.words[Word.eax]).toBe(0x1122ccdd);
    rig.trap('portOut', 0x80, 0x12345678, 2);
    expect(rig.portLog).toEqual(['in 60 1', 'in 60 2', 'out 80 2 5678']);
  });

  test('the bitmap of the TSS', () => {
    rig.level(3);
    rig.memory.view.setUint16(TSS + 0x66, 0x68, true);
    rig.memory.view.setUint8(TSS + 0x68 + (0x60 >>> 3), 0b0001_0000);
    rig.trap('portIn', 0x60, 4);
    rig.expectFault(generalProtection, 0, 'portIn', 0x61, 4);
    rig.expectFault(generalProtection, 0, 'portOut', 0x64, 0, 1);
    rig.trap('portIn', 0x65, 1);
    // The last byte within the limit is never the first of two.
    rig.words[Word.taskLimit] = 0x68 + 0x10;
    rig.trap('portIn', 0x7f, 1);
    rig.expectFault(generalProtection, 0, 'portIn', 0x80, 1);
    rig.words[Word.eflags] |= Eflags.iopl;
    rig.trap('portIn', 0x80, 1);
    rig.words[Word.eflags] |= Eflags.vm;
    rig.expectFault(generalProtection, 0, 'portIn', 0x80, 1);
  });
});

describe('port strings', () => {
  test('REP INSW moves elements until ECX is 0 or attention is asked for', () => {
    Object.assign(rig.words, { [Word.ecx]: 3, [Word.edi]: 0x8000, [Word.edx]: 0x1f0 });
    rig.portValue = 0xabcd;
    rig.words[Word.attention] = 1;
    rig.trap('repeatStringIn', 2, -1, 0x10, 0x12);
    expect([rig.words[Word.ecx], rig.words[Word.edi], rig.words[Word.eip]]).toEqual([2, 0x8002, 0x10]);
    rig.words[Word.attention] = 0;
    rig.trap('repeatStringIn', 2, -1, 0x10, 0x12);
    expect([rig.words[Word.ecx], rig.words[Word.edi], rig.words[Word.eip]]).toEqual([0, 0x8006, 0x12]);
    expect(rig.memory.current.load32(0x8002)).toBe(0xabcdabcd | 0);
    rig.trap('repeatStringIn', 2, -1, 0x10, 0x12);
    expect([rig.portLog.length, rig.words[Word.eip]]).toEqual([3, 0x12]);
  });

  test('REP OUTSB stops at a fault with what was done kept', () => {
    Object.assign(rig.words, { [Word.ecx]: 3, [Word.esi]: 0x9000, [Word.edx]: 0x70 });
    rig.words[Word.eflags] |= Eflags.df;
    rig.memory.current.store8(0x9000, 0x41);
    rig.memory.absent.add(8);
    const fault = caught(() => rig.trap('repeatStringOut', 1, -1, Segment.ds, 0x10, 0x12));
    expect(fault).toEqual({ vector: pageFault, errorCode: 0 });
    expect([rig.words[Word.esi], rig.words[Word.ecx], rig.portLog]).toEqual([0x8fff, 2, ['out 70 1 41']]);
  });

  test('16-bit addresses change only the low halves', () => {
    Object.assign(rig.words, { [Word.ecx]: 0x50001, [Word.esi]: 0x9ffff, [Word.edx]: 0x70 });
    rig.trap('repeatStringOut', 1, 0xffff, Segment.ds, 0x10, 0x12);
    expect([rig.words[Word.esi], rig.words[Word.ecx], rig.words[Word.eip]]).toEqual([0x90000, 0x50000, 0x12]);
  });

  test('INS does not read the port if it cannot store', () => {
    rig.words[Word.edi] = 0x8000;
    rig.memory.absent.add(8);
    rig.expectFault(pageFault, 2, 'stringIn', 1, -1);
    rig.descriptor(Sel.spare, { type: Type.readOnly });
    rig.trap('moveToSegment', Segment.es, Sel.spare);
    rig.expectFault(generalProtection, 0, 'stringIn', 1, -1);
    expect(rig.portLog).toEqual([]);
  });
});

describe('flags', () => {
  test('POPF at CPL 0 changes all but VM', () => {
    rig.onStack(-1);
    rig.trap('popFlags', 4);
    const all = 0x244fd7 | Eflags.iopl;
    expect(readEflags(rig.cpu)).toBe(all);
    expect(rig.words[Word.esp]).toBe(KERNEL_STACK);
  });

  test('POPF at CPL 3 leaves IF and IOPL, with 16 bits also AC and ID', () => {
    rig.level(3);
    rig.onStack(-1);
    rig.trap('popFlags', 2);
    expect(readEflags(rig.cpu)).toBe(0x4dd7);
    expect(rig.words[Word.esp]).toBe(USER_STACK - 2);
  });

  test('STI: a shadow only if IF was clear, #GP without IOPL', () => {
    rig.trap('setInterruptFlag');
    expect([rig.words[Word.interruptShadow], rig.words[Word.eflags] & Eflags.if]).toEqual([1, Eflags.if]);
    rig.words[Word.interruptShadow] = 0;
    rig.trap('setInterruptFlag');
    expect(rig.words[Word.interruptShadow]).toBe(0);
    rig.level(3);
    rig.expectFault(generalProtection, 0, 'setInterruptFlag');
  });
});

describe('stack frames', () => {
  test('ENTER copies frame pointers', () => {
    rig.words[Word.ebp] = 0x7000;
    rig.memory.current.store32(0x6ffc, 0x111);
    rig.memory.current.store32(0x6ff8, 0x222);
    rig.trap('enterFrame', 4, 0x20, 3);
    const frame = KERNEL_STACK - 4;
    expect(rig.words[Word.ebp]).toBe(frame);
    expect(rig.words[Word.esp]).toBe(frame - 12 - 0x20);
    expect(rig.memory.words(frame - 12, 4)).toEqual([frame, 0x222, 0x111, 0x7000]);
  });

  test('ENTER faults where its locals end', () => {
    rig.memory.absent.add(7);
    rig.expectFault(pageFault, 2, 'enterFrame', 4, 0x1800, 0);
    rig.descriptor(Sel.spare, { type: Type.expandDown, limit: 0x8fff - 0x20, granular: false });
    rig.trap('moveToSegment', Segment.ss, Sel.spare);
    rig.expectFault(stackFault, 0, 'enterFrame', 4, 0x20, 0);
  });
});

describe('identification and counters', () => {
  function cpuid(leaf: number): number[] {
    rig.words[Word.eax] = leaf;
    rig.trap('identify');
    return [Word.eax, Word.ebx, Word.ecx, Word.edx].map((word) => rig.words[word]);
  }

  test('CPUID', () => {
    const text = (...words: number[]) => Buffer.from(Int32Array.from(words).buffer).toString('latin1');
    const [last, b, c, d] = cpuid(0);
    expect([last, text(b, d, c)]).toEqual([0x15, 'GenuineIntel']);
    expect(cpuid(1)[0]).toBe(0x6fb);
    expect(cpuid(0x80000000 | 0)[0]).toBe(0x80000008 | 0);
    expect(text(...cpuid(0x80000002 | 0))).toBe('rawiron\0\0\0\0\0\0\0\0\0');
    expect(cpuid(0x80000008 | 0)).toEqual([0x2024, 0, 0, 0]);
    // The last basic leaf: the TSC counts nanoseconds.
    expect(cpuid(0x1234)).toEqual([1, 1, 1e9, 0]);
  });

  const timestamp = () => {
    rig.trap('readTimestamp');
    return [rig.words[Word.edx], rig.words[Word.eax]];
  };

  test('RDTSC counts nanoseconds from what WRMSR set', () => {
    rig.time = 0x3_0000_0005;
    expect(timestamp()).toEqual([3, 5]);
    Object.assign(rig.words, { [Word.ecx]: 0x10, [Word.edx]: 0x12345678, [Word.eax]: -1 });
    rig.trap('writeModelRegister');
    expect(timestamp()).toEqual([0x12345678, -1]);
    rig.time += 1.5;
    expect(timestamp()).toEqual([0x12345679, 0]);
    Object.assign(rig.words, { [Word.edx]: 0, [Word.eax]: 0 });
    rig.trap('writeModelRegister');
    rig.time += 7;
    expect(timestamp()).toEqual([0, 7]);
    rig.trap('readModelRegister');
    expect([rig.words[Word.edx], rig.words[Word.eax]]).toEqual([0, 7]);
  });

  test('CR4.TSD keeps RDTSC for CPL 0', () => {
    rig.trap('moveToControl', 4, 4);
    rig.trap('readTimestamp');
    rig.level(3);
    rig.expectFault(generalProtection, 0, 'readTimestamp');
  });

  test('unknown model-specific registers fault', () => {
    rig.words[Word.ecx] = 0x1c;
    rig.expectFault(generalProtection, 0, 'readModelRegister');
    rig.expectFault(generalProtection, 0, 'writeModelRegister');
    rig.words[Word.ecx] = 0x8b;
    rig.trap('readModelRegister');
    expect(rig.words[Word.eax]).toBe(0);
  });
});
