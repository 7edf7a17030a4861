/** Instructions whose operands are registers, by their 11-bit opcode (translator/x86/table/x87.ts). */
import {
  binary,
  compareTop,
  comparing,
  comparingToFlags,
  push,
  type RegisterAction,
  toIndex,
  toTop,
  unary,
} from './actions.ts';
import {
  add,
  type Binary,
  divide,
  divideReversed,
  multiply,
  squareRoot,
  subtract,
  subtractReversed,
} from './arithmetic.ts';
import { classify, compareOrdered, compareUnordered, EMPTY_CLASS } from './compare.ts';
import { constants } from './constants.ts';
import { Exception, Rounding } from './context.ts';
import { indefinite, negate, zero } from './extended.ts';
import { functionActions } from './functions.ts';
import { quickFrndint, quickFscale, quickly } from './quick.ts';
import { quickBinary, quickFsqrt } from './quick-arithmetic.ts';
import { remainder } from './remainder.ts';
import { extract, roundToInteger, scale } from './scale.ts';
import { Status } from './status.ts';

/** By the reg field of D8, DC, DE; 2 and 3 are comparisons. */
export const arithmetic: readonly (Binary | undefined)[] = [
  add,
  multiply,
  undefined,
  undefined,
  subtract,
  subtractReversed,
  divide,
  divideReversed,
];

const loadConstant =
  (index: number): RegisterAction =>
  (fpu) =>
    push(fpu, (context) => constants[index](context.rounding));

const load: RegisterAction = (fpu, index) => {
  const context = fpu.context();
  const value = fpu.holds(context, index) && fpu.hasRoom(context) ? fpu.read(index) : indefinite;
  fpu.finish(context, () => fpu.push(value));
};

const storing =
  (pops: number): RegisterAction =>
  (fpu, index) => {
    const context = fpu.context();
    const value = fpu.holds(context, 0) ? fpu.read(0) : indefinite;
    fpu.finish(context, () => {
      fpu.write(index, value);
      fpu.pop(pops);
    });
  };

/** FSTPNCE: as FSTP, but an empty ST(0) is just popped. */
const storeUnlessEmpty: RegisterAction = (fpu, index) => {
  if (!fpu.isEmpty(0)) fpu.write(index, fpu.read(0));
  fpu.pop();
  fpu.setC1(false);
};

/** An empty register takes part as the indefinite. */
const exchange: RegisterAction = (fpu, index) => {
  const context = fpu.context();
  fpu.holds(context, 0, index);
  const [top, other] = [0, index].map((i) => (fpu.isEmpty(i) ? indefinite : fpu.read(i)));
  fpu.finish(context, () => {
    fpu.write(0, other);
    fpu.write(index, top);
  });
};

/** Leaves C1 alone unless the stack underflows. */
const conditionalMove: RegisterAction = (fpu, index, condition) => {
  const context = fpu.context();
  if (!fpu.holds(context, 0, index)) fpu.finish(context, () => fpu.write(0, indefinite));
  else if (condition) fpu.write(0, fpu.read(index));
};

const freeing =
  (pops: number): RegisterAction =>
  (fpu, index) => {
    fpu.free(index);
    fpu.pop(pops);
    fpu.setC1(false);
  };

const rotate =
  (by: number): RegisterAction =>
  (fpu) => {
    fpu.top += by;
    fpu.setC1(false);
  };

const examine: RegisterAction = (fpu) => {
  const value = fpu.read(0);
  const sign = value.sign ? Status.c1 : 0;
  fpu.conditions = sign | (fpu.isEmpty(0) ? EMPTY_CLASS : classify(value));
};

const remaining =
  (rounding: number): RegisterAction =>
  (fpu) => {
    const context = fpu.context();
    const full = fpu.holds(context, 0, 1);
    const outcome = full ? remainder(context, fpu.read(0), fpu.read(1), rounding) : { result: indefinite };
    fpu.conditions = fpu.status & ~Status.c2;
    fpu.finish(context, () => {
      fpu.write(0, outcome.result);
      fpu.conditions = outcome.conditions ?? fpu.status;
    });
  };

const extracting: RegisterAction = (fpu) => {
  const context = fpu.context();
  const full = fpu.holds(context, 0) && fpu.hasRoom(context);
  const { exponent, significand } = full
    ? extract(context, fpu.read(0))
    : { exponent: indefinite, significand: indefinite };
  fpu.finish(context, () => {
    fpu.write(0, exponent);
    fpu.push(significand);
  });
};

const nothing: RegisterAction = () => {};
const storeStatus: RegisterAction = (fpu) => fpu.status;
const clearExceptions: RegisterAction = (fpu) => {
  fpu.status &= ~(Exception.all | Exception.stackFault);
};

function arithmeticRows(): [number, RegisterAction][] {
  return arithmetic.flatMap((operation, reg): [number, RegisterAction][] => {
    if (!operation) return [];
    const modrm = 0xc0 | (reg << 3);
    const row = (destination: (index: number) => number, pops: number): RegisterAction =>
      quickly(quickBinary(reg, destination, pops), binary(operation, destination, pops));
    return [
      [0x000 | modrm, row(toTop, 0)],
      [0x400 | modrm, row(toIndex, 0)],
      [0x600 | modrm, row(toIndex, 1)],
    ];
  });
}

export const registerActions: ReadonlyMap<number, RegisterAction> = new Map<number, RegisterAction>([
  ...arithmeticRows(),
  [0x0d0, comparing(compareOrdered, 0)],
  [0x0d8, comparing(compareOrdered, 1)],
  [0x1c0, load],
  [0x1c8, exchange],
  [0x1d0, nothing],
  [0x1d8, storeUnlessEmpty],
  [0x1e0, unary((_context, x) => negate(x))],
  [0x1e1, unary((_context, x) => ({ ...x, sign: 0 }))],
  [0x1e4, (fpu) => compareTop(fpu, compareOrdered, 0, () => zero(0), 0)],
  [0x1e5, examine],
  ...constants.map((_constant, i): [number, RegisterAction] => [0x1e8 + i, loadConstant(i)]),
  ...functionActions,
  [0x1f4, extracting],
  [0x1f5, remaining(Rounding.nearest)],
  [0x1f6, rotate(-1)],
  [0x1f7, rotate(1)],
  [0x1f8, remaining(Rounding.towardZero)],
  [0x1fa, quickly(quickFsqrt, unary(squareRoot))],
  [0x1fc, quickly(quickFrndint, unary(roundToInteger))],
  [0x1fd, quickly(quickFscale, (fpu) => binary(scale, toTop)(fpu, 1, 0))],
  [0x2e9, comparing(compareUnordered, 2)],
  ...[0x2c0, 0x2c8, 0x2d0, 0x2d8, 0x3c0, 0x3c8, 0x3d0, 0x3d8].map((op): [number, RegisterAction] => [
    op,
    conditionalMove,
  ]),
  [0x3e0, nothing],
  [0x3e1, nothing],
  [0x3e2, clearExceptions],
  [0x3e3, (fpu) => fpu.initialize()],
  [0x3e4, nothing],
  [0x3e8, comparingToFlags(compareUnordered, 0)],
  [0x3f0, comparingToFlags(compareOrdered, 0)],
  [0x4d0, comparing(compareOrdered, 0)],
  [0x4d8, comparing(compareOrdered, 1)],
  [0x5c0, freeing(0)],
  [0x5c8, exchange],
  [0x5d0, storing(0)],
  [0x5d8, storing(1)],
  [0x5e0, comparing(compareUnordered, 0)],
  [0x5e8, comparing(compareUnordered, 1)],
  [0x6d0, comparing(compareOrdered, 1)],
  [0x6d9, comparing(compareOrdered, 2)],
  [0x7c0, freeing(1)],
  [0x7c8, exchange],
  [0x7d0, storing(1)],
  [0x7d8, storing(1)],
  [0x7e0, storeStatus],
  [0x7e8, comparingToFlags(compareUnordered, 1)],
  [0x7f0, comparingToFlags(compareOrdered, 1)],
]);
