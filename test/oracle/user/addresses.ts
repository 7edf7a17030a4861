import type { Random } from '../../support/random.ts';
import { randomValue } from '../native/operands.ts';
import { DATA, DATA_BYTES, PAGE, STACK, STACK_BYTES } from './layout.ts';

/** An address in the data or the stack, often at the edge of a page, now and then none. */
export function randomAddress(random: Random): number {
  const kind = random.below(100);
  if (kind < 35) return DATA + random.below(DATA_BYTES - 32);
  if (kind < 65) return DATA + PAGE * random.below(5) - 8 + random.below(16);
  if (kind < 75) return STACK + random.below(STACK_BYTES - 32);
  if (kind < 97) return STACK + PAGE * random.below(4) - 8 + random.below(16);
  return randomValue(random);
}

/** Where many bytes may be: no byte of them is where no page ever is. */
export function roomAddress(random: Random, bytes: number, align: number): number {
  const [base, all] = random.pick([
    [DATA, DATA_BYTES],
    [STACK, STACK_BYTES],
  ] as const);
  const edge = PAGE * (1 + random.below(all / PAGE - 1)) - align * random.below(Math.ceil(bytes / align) + 1);
  const offset = random.chance(70) ? edge : random.below(all - bytes);
  return base + (Math.min(Math.max(offset, 0), all - bytes) & -align);
}

/** At the edge of a page mostly. */
export function stackPointer(random: Random): number {
  if (random.chance(20)) return STACK + 0x100 + random.below(STACK_BYTES - 0x200);
  const edge = STACK + PAGE * random.below(4);
  return edge + (random.chance(80) ? 4 * (random.below(20) - 10) : random.below(80) - 40);
}

/** At the edge of two pages of the stack. */
export function innerStack(random: Random): number {
  return STACK + PAGE * (1 + random.below(2)) + 4 * random.below(40) - 8;
}
