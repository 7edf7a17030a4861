import { describe, expect, it } from 'vitest';
import { Key } from '../../../translator/abi/key.ts';
import { liftedText } from './lifted.ts';

const flat = Key.code32 | Key.stack32 | Key.flat | Key.protected;

describe('IR of instructions with their operands', () => {
  it('add [ebx+8], ecx', () => {
    expect(liftedText([0x01, 0x4b, 0x08], flat)).toMatchInlineSnapshot(`
      "t0 = get ebx
      t1 = (t0 + 8)
      t2 = load32 t1
      t3 = get ecx
      t4 = (t2 + t3)
      store32 t1, t4
      flags add32 t2, t3, t4
      "
    `);
  });
  it('shl eax, 3', () => {
    expect(liftedText([0xc1, 0xe0, 3], flat)).toMatchInlineSnapshot(`
      "t0 = get eax
      t1 = (t0 << 3)
      set eax, t1
      t2 = ((t0 >>> 29) & 1)
      t3 = (((t1 >>> 31) & 1) ^ t2)
      flags other32 t1, t2, t3, 0
      "
    `);
  });
  it('shr dx, cl', () => {
    expect(liftedText([0x66, 0xd3, 0xea], flat)).toMatchInlineSnapshot(`
      "t0 = get ecx
      t1 = (t0 & 31)
      t2 = get edx
      t3 = (t2 & 0xffff)
      t4 = (t3 >>> t1)
      t5 = get edx
      t6 = ((t5 & 0xffff0000) | (t4 & 0xffff))
      set edx, t6
      when (t1 != 0) {
        t7 = ((t3 >>> (t1 - 1)) & 1)
        t8 = (((t3 >>> (t1 - 1)) >>> 15) & 1)
        flags other16 t4, t7, t8, 0
      }
      "
    `);
  });
  it('rep movsd', () => {
    expect(liftedText([0xf3, 0xa5], flat)).toMatchInlineSnapshot(`
      "t0 = get ecx
      exit @1002 if (t0 == 0)
      t1 = get esi
      t2 = load32 t1
      t3 = get edi
      store32 t3, t2
      t4 = get word11
      t5 = (4 - ((t4 >>> 7) & 8))
      t6 = get edi
      t7 = (t6 + t5)
      set edi, t7
      t8 = get esi
      t9 = (t8 + t5)
      set esi, t9
      t10 = (t0 - 1)
      set ecx, t10
      t11 = get word11
      t12 = (t10 & ((((t11 >>> 10) | (t11 >>> 8)) & 1) - 1))
      t13 = get edi
      t14 = get esi
      t15 = copy32(t13, t14, t12)
      t16 = (t15 * 4)
      t17 = get edi
      t18 = (t17 + t16)
      set edi, t18
      t19 = get esi
      t20 = (t19 + t16)
      set esi, t20
      t21 = (t10 - t15)
      set ecx, t21
      t22 = get ecx
      branch (t22 != 0), @1000, @1002
      "
    `);
  });
  it('call, with a 16-bit stack and segments', () => {
    expect(liftedText([0xe8, 0xfd, 0xff], 0)).toMatchInlineSnapshot(`
      "t0 = get word39
      fault 13 if (t0 <u @1000)
      t1 = get esp
      t2 = ((t1 + -2) & 0xffff)
      t3 = segment.write2 2, t2
      store16 t3, @1003
      t4 = get esp
      t5 = ((t4 & 0xffff0000) | (t2 & 0xffff))
      set esp, t5
      call @1000, @1003
      "
    `);
  });
  it('bts [eax], ecx: bits beyond the operand', () => {
    expect(liftedText([0x0f, 0xab, 0x08], flat)).toMatchInlineSnapshot(`
      "t0 = get ecx
      t1 = (t0 & 31)
      t2 = get eax
      t3 = (t2 + ((t0 >> 3) & -4))
      t4 = load32 t3
      t5 = ((t4 >>> t1) & 1)
      t6 = (t4 | (1 << t1))
      store32 t3, t6
      flags carry32 t5
      "
    `);
  });
  it('div ecx', () => {
    expect(liftedText([0xf7, 0xf1], flat)).toMatchInlineSnapshot(`
      "t0 = get ecx
      t1 = get eax
      t2 = get edx
      fault 0 if (t0 <=u t2)
      t3 = divideUnsigned(t2, t1, t0)
      t4 = (t1 - (t3 * t0))
      set eax, t3
      set edx, t4
      "
    `);
  });
  it('pushf in virtual-8086 mode asks for IOPL 3', () => {
    expect(liftedText([0x9c], Key.protected | Key.vm86 | Key.user)).toMatchInlineSnapshot(`
      "t0 = get word11
      t1 = get word53
      fault 13 if (((t0 & 0x3000) <u 0x3000) & ((t1 & 1) == 0))
      t2 = get word11
      fallback pushVirtualFlags 2 if ((t2 & 0x3000) <u 0x3000)
      t3 = get word11
      t4 = ((t3 & 0xfcffff) | flags())
      t5 = get esp
      t6 = ((t5 + -2) & 0xffff)
      t7 = segment.write2 2, t6
      store16 t7, t4
      t8 = get esp
      t9 = ((t8 & 0xffff0000) | (t6 & 0xffff))
      set esp, t9
      "
    `);
  });
  it('pushad probes all before it stores', () => {
    expect(liftedText([0x60], flat)).toMatchInlineSnapshot(`
      "t0 = get eax
      t1 = get ecx
      t2 = get edx
      t3 = get ebx
      t4 = get esp
      t5 = get ebp
      t6 = get esi
      t7 = get edi
      t8 = get esp
      t9 = (t8 + -4)
      t10 = get esp
      t11 = (t10 + -8)
      t12 = get esp
      t13 = (t12 + -12)
      t14 = get esp
      t15 = (t14 + -16)
      t16 = get esp
      t17 = (t16 + -20)
      t18 = get esp
      t19 = (t18 + -24)
      t20 = get esp
      t21 = (t20 + -28)
      t22 = get esp
      t23 = (t22 + -32)
      probe32 t9
      probe32 t11
      probe32 t13
      probe32 t15
      probe32 t17
      probe32 t19
      probe32 t21
      probe32 t23
      store32 t9, t0
      store32 t11, t1
      store32 t13, t2
      store32 t15, t3
      store32 t17, t4
      store32 t19, t5
      store32 t21, t6
      store32 t23, t7
      t24 = get esp
      t25 = (t24 + -32)
      set esp, t25
      "
    `);
  });
  it('popad', () => {
    expect(liftedText([0x61], flat)).toMatchInlineSnapshot(`
      "t0 = get esp
      t1 = load32 t0
      t2 = get esp
      t3 = (t2 + 4)
      t4 = load32 t3
      t5 = get esp
      t6 = (t5 + 8)
      t7 = load32 t6
      t8 = get esp
      t9 = (t8 + 16)
      t10 = load32 t9
      t11 = get esp
      t12 = (t11 + 20)
      t13 = load32 t12
      t14 = get esp
      t15 = (t14 + 24)
      t16 = load32 t15
      t17 = get esp
      t18 = (t17 + 28)
      t19 = load32 t18
      set edi, t1
      set esi, t4
      set ebp, t7
      set ebx, t10
      set edx, t13
      set ecx, t16
      set eax, t19
      t20 = get esp
      t21 = (t20 + 32)
      set esp, t21
      "
    `);
  });
});
