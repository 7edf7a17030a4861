import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { flagCarriesOf, flagResultOf } from '../../../runtime/cpu/arithmetic.ts';
import { attempts } from '../../../runtime/cpu/attempts.ts';
import { shadowNow } from '../../../runtime/cpu/flag-instructions.ts';
import type { AttemptName, TrapName } from '../../../translator/abi/helpers.ts';
import { Eflags, Segment, Shadow, Word } from '../../../translator/abi/state.ts';
import { type DescriptorFields, Rig, Sel, Type } from './rig.ts';

const segments = fc.constantFrom(Segment.es, Segment.ss, Segment.ds, Segment.fs, Segment.gs);
const selectors = fc.constantFrom(0, 3, ...Object.values(Sel), Sel.data0 | 3, Sel.data3 & ~3, Sel.spare | 4);
const spare = fc.record({
  type: fc.constantFrom(...Object.values(Type)).chain((type) => fc.constantFrom(type, type | 1)),
  base: fc.constantFrom(0, 0x10, 0x123000),
  limit: fc.constantFrom(0, 0xffff, 0xfffff),
  dpl: fc.constantFrom(0, 3),
  present: fc.boolean(),
  big: fc.boolean(),
  granular: fc.boolean(),
});
const modes = fc.constantFrom('kernel', 'user', 'real', 'vm86');
const eflagsBits = [Eflags.if, Eflags.df, Eflags.tf, Eflags.nt, Eflags.ac, Eflags.id, Eflags.vif, Eflags.rf];
const systemFlags = fc.subarray(eflagsBits).map((bits) => bits.reduce((all, bit) => all | bit, 0));

type Mode = 'kernel' | 'user' | 'real' | 'vm86';

/** A CPU in a mode; two that are made alike are alike. */
function rigIn(mode: Mode): Rig {
  const rig = new Rig();
  if (mode === 'real') return rig;
  rig.enterProtected(mode === 'kernel' ? 0 : 3);
  if (mode === 'vm86') rig.words[Word.eflags] |= Eflags.vm;
  for (const segment of [Segment.ss, Segment.ds, Segment.es]) {
    if (mode === 'vm86') rig.trap('moveToSegment', segment, 0x100);
  }
  rig.cpu.updateKey();
  return rig;
}

interface Case {
  readonly rig: () => Rig;
  readonly attempt: AttemptName;
  readonly attemptArguments: readonly number[];
  /** Changes of the instruction besides the attempt. */
  readonly rest?: (rig: Rig) => void;
  readonly trap: TrapName;
  readonly trapArguments: readonly number[];
  readonly budgeted?: boolean;
  readonly isPending?: boolean;
}

const NEXT_EIP = 0x1235;

/** A stack's shadow that ends by itself is at the next instruction that which a trap leaves, and nowhere else. */
function expectShadowOfOnePlace({ words }: Rig): void {
  if (words[Word.interruptShadow] !== Shadow.stack) return;
  expect(shadowNow(words)).toBe(Shadow.none);
  const eip = words[Word.eip]!;
  words[Word.eip] = NEXT_EIP;
  words[Word.interruptShadow] = shadowNow(words);
  words[Word.eip] = eip;
  words[Word.shadowedEip] = 0;
}

/** Whether an attempt was made; checks that it then did what the trap does, and nothing if it was not. */
function tryAsTrap(c: Case): boolean {
  const [tried, trapped] = [c.rig(), c.rig()];
  const before = Array.from(tried.words);
  const key = tried.words[Word.key];
  const moment = { budgeted: c.budgeted ?? false, isPending: () => c.isPending ?? false };
  const [a = 0, b = 0] = c.attemptArguments;
  const done = attempts(tried.cpu, moment, () => {})[c.attempt](a, b, NEXT_EIP) === 1;
  if (!done) {
    expect(Array.from(tried.words)).toEqual(before);
    return false;
  }
  c.rest?.(tried);
  expectShadowOfOnePlace(tried);
  trapped.trap(c.trap, ...c.trapArguments);
  expect(Array.from(tried.words)).toEqual(Array.from(trapped.words));
  expect(Buffer.from(tried.memory.view.buffer).equals(Buffer.from(trapped.memory.view.buffer))).toBe(true);
  expect(trapped.words[Word.key]).toBe(key);
  return true;
}

const flat = { type: Type.data | 1, base: 0, limit: 0xfffff, dpl: 3, present: true, big: true, granular: true };

describe('code that may be gone to', () => {
  /** Whether there is such code; checks that to enter it does what a far jump does then. `base`: of ES, which has a part in the key. */
  const goTo = (mode: Mode, selector: number, eip: number, fields: DescriptorFields, base: number): boolean => {
    const made = () => {
      const rig = rigIn(mode);
      rig.descriptor(Sel.spare, { ...flat, base });
      rig.trap('moveToSegment', Segment.es, Sel.spare | 3);
      rig.descriptor(Sel.spare, fields);
      return rig;
    };
    const [tried, jumped] = [made(), made()];
    const before = Array.from(tried.words);
    let loads = 0;
    const { hasCode, enterFoundCode } = attempts(tried.cpu, { budgeted: false, isPending: () => false }, () => loads++);
    const found = hasCode(selector, eip, 0) === 1;
    expect(Array.from(tried.words)).toEqual(before);
    if (!found) return false;
    expect(enterFoundCode(selector, 0, 0)).toBe(1);
    expect(loads).toBe(1);
    tried.words[Word.eip] = eip;
    jumped.trap('jumpFar', selector, eip, NEXT_EIP);
    expect(Array.from(tried.words)).toEqual(Array.from(jumped.words));
    expect(Buffer.from(tried.memory.view.buffer).equals(Buffer.from(jumped.memory.view.buffer))).toBe(true);
    expect(jumped.words[Word.key]).toBe(before[Word.key]);
    return true;
  };
  const code = { ...flat, type: Type.code | 1, dpl: 0 };

  test('is entered as by a far jump, or not found', () => {
    const eips = fc.constantFrom(0, 0x1234, 0xffff, 0x10000, 0xfffff, -1);
    const bases = fc.constantFrom(0, 0x10);
    const protectedModes = fc.constantFrom<Mode>('kernel', 'user');
    const all = fc.property(protectedModes, selectors, eips, spare, bases, (...args) => void goTo(...args));
    fc.assert(all, { numRuns: 2000 });
  });

  test('is found where code is not flat', () => {
    expect(goTo('kernel', Sel.spare, 0x1234, code, 0x10)).toBe(true);
    expect(goTo('user', Sel.spare | 3, 0x1234, { ...code, dpl: 3 }, 0x10)).toBe(true);
  });

  test.each([
    ['flat code', 'kernel', Sel.spare, 0x1234, code, 0],
    ['another size', 'kernel', Sel.spare, 0x1234, { ...code, big: false }, 0x10],
    ['another level', 'kernel', Sel.spare | 3, 0x1234, { ...code, dpl: 3 }, 0x10],
    ['code that is not present', 'kernel', Sel.spare, 0x1234, { ...code, present: false }, 0x10],
    ['code that was not accessed', 'kernel', Sel.spare, 0x1234, { ...code, type: Type.code }, 0x10],
    ['data', 'kernel', Sel.spare, 0x1234, { ...code, type: Type.data | 1 }, 0x10],
    ['an EIP beyond the limit', 'kernel', Sel.spare, 0x1001, { ...code, limit: 0x1000, granular: false }, 0x10],
  ] as const)('is not found: %s', (_, mode, selector, eip, fields, base) => {
    expect(goTo(mode, selector, eip, fields, base)).toBe(false);
  });
});

describe('an attempt to load a segment', () => {
  const load = (mode: Mode, segment: number, selector: number, fields: DescriptorFields, first?: number) =>
    tryAsTrap({
      rig: () => {
        const rig = rigIn(mode);
        rig.descriptor(Sel.spare, fields);
        if (first !== undefined) rig.trap('moveToSegment', segment, first);
        return rig;
      },
      attempt: 'tryLoadSegment',
      attemptArguments: [segment, selector],
      trap: 'moveToSegment',
      trapArguments: [segment, selector],
    });

  test('does what the trap does, or nothing', () => {
    fc.assert(
      fc.property(modes, segments, selectors, spare, (mode, segment, ...rest) => {
        // In these modes all others are lifted.
        const isLifted = mode === 'real' || mode === 'vm86';
        load(mode as Mode, isLifted ? Segment.ss : segment, ...rest);
      }),
    );
  });

  test('is made where kernels need it', () => {
    expect(load('kernel', Segment.ds, Sel.spare, flat, Sel.spare)).toBe(true);
    expect(load('kernel', Segment.es, Sel.spare, flat, Sel.data3)).toBe(true);
    expect(load('kernel', Segment.fs, Sel.spare, { ...flat, base: 0x123000 })).toBe(true);
    expect(load('kernel', Segment.gs, 0, flat, Sel.spare)).toBe(true);
    expect(load('vm86', Segment.ss, 0x2000, flat)).toBe(true);
    expect(load('real', Segment.ss, 0x2000, flat)).toBe(true);
  });

  test('is made of DS and ES where another segment is not flat', () => {
    const segmented = (segment: number, selector: number) =>
      tryAsTrap({
        rig: () => {
          const rig = rigIn('kernel');
          rig.descriptor(Sel.spare, { ...flat, base: 0x10 });
          rig.trap('moveToSegment', Segment.es, Sel.spare);
          return rig;
        },
        attempt: 'tryLoadSegment',
        attemptArguments: [segment, selector],
        trap: 'moveToSegment',
        trapArguments: [segment, selector],
      });
    expect(segmented(Segment.ds, Sel.spare)).toBe(true);
    expect(segmented(Segment.ds, 0)).toBe(true);
    // All would be flat then.
    expect(segmented(Segment.es, Sel.data0)).toBe(false);
  });

  test('is refused where the trap has more to do', () => {
    expect(load('kernel', Segment.ss, Sel.data0, flat)).toBe(false);
    expect(load('kernel', Segment.ds, Sel.spare, { ...flat, base: 0x10 })).toBe(false);
    expect(load('kernel', Segment.ds, 0, flat)).toBe(false);
    expect(load('kernel', Segment.fs, Sel.spare, { ...flat, type: Type.data })).toBe(false);
    expect(load('user', Segment.fs, Sel.data0, flat)).toBe(false);
  });

  test('is refused where the descriptor is in a page that is not there', () => {
    const rig = rigIn('kernel');
    rig.descriptor(Sel.spare, flat);
    rig.memory.absent.add(1);
    const { tryLoadSegment } = attempts(rig.cpu, { budgeted: false, isPending: () => false }, () => {});
    expect(tryLoadSegment(Segment.fs, Sel.spare, NEXT_EIP)).toBe(0);
  });
});

describe('an attempt to restore flags', () => {
  /** With an operand of 16 bits the upper half of EFLAGS is what it was. */
  const restore = (mode: Mode, size: 2 | 4, eflags: number, image: number, isPending: boolean) => {
    const rig = () => {
      const made = rigIn(mode);
      made.words[Word.eflags] |= eflags;
      made.words[Word.esp] = 0x800;
      made.memory.view.setInt32(made.words[Word.segmentBase + Segment.ss] + 0x800, image, true);
      made.cpu.updateKey();
      return made;
    };
    const whole = size === 4 ? image : (rig().words[Word.eflags] & 0xffff0000) | (image & 0xffff);
    return tryAsTrap({
      rig,
      isPending,
      attempt: 'tryRestoreFlags',
      attemptArguments: [whole],
      rest: ({ words }) => {
        words[Word.flagResult] = flagResultOf(whole);
        words[Word.flagCarries] = flagCarriesOf(whole);
        words[Word.esp] += size;
      },
      trap: 'popFlags',
      trapArguments: [size],
    });
  };

  test('does what the trap does, or nothing', () => {
    const arithmetic = fc.constantFrom(2, 2 | Eflags.cf, 2 | Eflags.zf | Eflags.sf | Eflags.of);
    const iopl = fc.constantFrom(0, Eflags.iopl);
    const bits = fc.tuple(systemFlags, iopl).map(([flags, level]) => flags | level);
    const ways = fc.constantFrom<[Mode, 2 | 4]>(
      ...(['kernel', 'user', 'real'] as const).flatMap((mode): [Mode, 2 | 4][] => [
        [mode, 2],
        [mode, 4],
      ]),
    );
    fc.assert(
      fc.property(ways, bits, bits, arithmetic, fc.boolean(), ([mode, size], eflags, image, flags, isPending) => {
        restore(mode, size, eflags, image | flags, isPending);
      }),
      { numRuns: 1000 },
    );
    fc.assert(
      fc.property(fc.constantFrom<2 | 4>(2, 4), bits, bits, arithmetic, (size, eflags, image, flags) => {
        restore('vm86', size, eflags | Eflags.iopl, image | flags, false);
      }),
      { numRuns: 500 },
    );
  });

  test('is made where kernels and DOS need it', () => {
    expect(restore('kernel', 4, 0, Eflags.if | Eflags.zf | 2, false)).toBe(true);
    expect(restore('kernel', 4, Eflags.if, 2, true)).toBe(true);
    expect(restore('kernel', 4, Eflags.if, Eflags.if | Eflags.df | 2, true)).toBe(true);
    expect(restore('user', 4, Eflags.if, Eflags.if | Eflags.cf | 2, false)).toBe(true);
    expect(restore('real', 2, 0, Eflags.if | Eflags.zf | 2, false)).toBe(true);
    expect(restore('vm86', 2, Eflags.iopl, Eflags.iopl | Eflags.if | 2, false)).toBe(true);
  });

  test('is refused where an interrupt comes next, or the next instruction is traced', () => {
    expect(restore('kernel', 4, 0, Eflags.if | 2, true)).toBe(false);
    expect(restore('real', 2, 0, Eflags.if | 2, true)).toBe(false);
    expect(restore('kernel', 4, 0, Eflags.tf | 2, false)).toBe(false);
    expect(restore('real', 2, 0, Eflags.tf | 2, false)).toBe(false);
    expect(restore('kernel', 4, Eflags.tf, Eflags.tf | 2, false)).toBe(false);
    expect(restore('user', 4, 0, Eflags.ac | 2, false)).toBe(false);
  });
});

describe("a handler of real mode's interrupts", () => {
  const SERVICE = 0x21;
  const find = (vector: number, change?: (rig: Rig) => void): boolean => {
    const rig = new Rig();
    change?.(rig);
    const { hasHandler } = attempts(rig.cpu, { budgeted: false, isPending: () => false }, () => {});
    const before = Array.from(rig.words);
    const found = hasHandler(vector, 0, 0) === 1;
    expect(Array.from(rig.words)).toEqual(before);
    return found;
  };
  const observer = { deliver() {}, controlRegister() {}, missingModelRegister() {}, shutDown() {} };

  test('is found', () => expect(find(SERVICE)).toBe(true));

  test('is not, beyond the end of the table', () => {
    const shorten = ({ words }: Rig) => {
      words[Word.idtrLimit] = SERVICE * 4 + 2;
    };
    expect(find(SERVICE, shorten)).toBe(false);
  });

  test('is not where the next instruction is traced', () => {
    const trace = ({ words }: Rig) => {
      words[Word.eflags] |= Eflags.tf;
    };
    expect(find(SERVICE, trace)).toBe(false);
  });

  test('is not where somebody is to be told', () => {
    const observe = ({ cpu }: Rig) => {
      cpu.observer = observer;
    };
    expect(find(SERVICE, observe)).toBe(false);
  });

  test('is not for debug exceptions, which have more to do', () => expect(find(1)).toBe(false));
});

describe('an attempt to enable interrupts', () => {
  const enable = (mode: Mode, eflags: number, budgeted: boolean, isPending: boolean) =>
    tryAsTrap({
      rig: () => {
        const rig = rigIn(mode);
        rig.words[Word.eflags] |= eflags;
        return rig;
      },
      budgeted,
      isPending,
      attempt: 'tryEnableInterrupts',
      attemptArguments: [NEXT_EIP],
      trap: 'setInterruptFlag',
      trapArguments: [NEXT_EIP],
    });

  test('does what the trap does, or nothing', () => {
    fc.assert(
      fc.property(modes, systemFlags, fc.boolean(), fc.boolean(), (mode, eflags, budgeted, isPending) => {
        enable(mode as Mode, eflags, budgeted, isPending);
      }),
    );
  });

  test('is made where nothing comes of it at once', () => {
    expect(enable('kernel', 0, false, false)).toBe(true);
    expect(enable('kernel', Eflags.if, true, true)).toBe(true);
    expect(enable('real', 0, false, false)).toBe(true);
  });

  test('is refused where an interrupt comes next, or the shadow must end in time', () => {
    expect(enable('kernel', 0, false, true)).toBe(false);
    expect(enable('kernel', 0, true, false)).toBe(false);
    expect(enable('user', 0, false, false)).toBe(false);
  });
});
