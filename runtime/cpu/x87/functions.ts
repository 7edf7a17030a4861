/** The transcendental instructions (Intel SDM vol. 1, 8.3.7-8.3.10). */
import { binary, type RegisterAction, unary } from './actions.ts';
import { indefinite, isNan, one } from './extended.ts';
import type { Fpu } from './fpu.ts';
import {
  quickF2xm1,
  quickFcos,
  quickFpatan,
  quickFptan,
  quickFsin,
  quickFsincos,
  quickFyl2x,
  quickFyl2xp1,
  quicklyToNearest,
} from './quick.ts';
import { Status } from './status.ts';
import { f2xm1, fcos, fpatan, fptan, fsin, fyl2x, fyl2xp1, isReducible, type Trigonometric } from './transcendental.ts';

/** To ST(1), popping ST(0). */
const toNext = (): number => 1;
const withNext =
  (operation: Parameters<typeof binary>[0]): RegisterAction =>
  (fpu) =>
    binary(operation, toNext, 1)(fpu, 1, 0);

/** C2 tells that the argument is out of range, and nothing else happens then. `stackFits`: there is no stack fault. */
function reducing(stackFits: (fpu: Fpu) => boolean, action: RegisterAction): RegisterAction {
  return (fpu) => {
    const outOfRange = stackFits(fpu) && !isReducible(fpu.read(0));
    fpu.conditions = (fpu.status & ~(Status.c1 | Status.c2)) | (outOfRange ? Status.c2 : 0);
    if (!outOfRange) action(fpu, 0, 0);
  };
}
const hasOperand = (fpu: Fpu): boolean => !fpu.isEmpty(0);
const hasOperandAndRoom = (fpu: Fpu): boolean => hasOperand(fpu) && fpu.isEmpty(-1);

/** Replaces ST(0) by a function of it and pushes another; a NaN is the result of both. */
const replacingAndPushing =
  (replace: Trigonometric, pushed: Trigonometric): RegisterAction =>
  (fpu) => {
    const context = fpu.context();
    const full = fpu.holds(context, 0) && fpu.hasRoom(context);
    const first = full ? replace(context, fpu.read(0)) : indefinite;
    const second = full ? pushed(context, fpu.read(0)) : indefinite;
    fpu.finish(context, () => {
      fpu.write(0, first);
      fpu.push(isNan(first) ? first : second);
    });
  };

export const functionActions: readonly (readonly [number, RegisterAction])[] = [
  [0x1f0, quicklyToNearest(quickF2xm1, unary(f2xm1))],
  [0x1f1, quicklyToNearest(quickFyl2x, withNext(fyl2x))],
  [
    0x1f2,
    quicklyToNearest(
      quickFptan,
      reducing(
        hasOperandAndRoom,
        replacingAndPushing(fptan, () => one),
      ),
    ),
  ],
  [0x1f3, quicklyToNearest(quickFpatan, withNext(fpatan))],
  [0x1f9, quicklyToNearest(quickFyl2xp1, withNext(fyl2xp1))],
  [0x1fb, quicklyToNearest(quickFsincos, reducing(hasOperandAndRoom, replacingAndPushing(fsin, fcos)))],
  [0x1fe, quicklyToNearest(quickFsin, reducing(hasOperand, unary(fsin)))],
  [0x1ff, quicklyToNearest(quickFcos, reducing(hasOperand, unary(fcos)))],
];
