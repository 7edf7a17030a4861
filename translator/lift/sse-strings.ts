/** PCMPESTRI, PCMPESTRM, PCMPISTRI and PCMPISTRM (Intel SDM vol. 2, 4.1). */
import type { Lift } from './lifter.ts';
import { requireSse, vectorAddress, xmm } from './simd.ts';

export const compareStrings: Lift = (b) => {
  requireSse(b);
  const isMemory = b.isMemory(1);
  const place = isMemory ? vectorAddress(b, 16, 'read', false) : xmm.word(b, 'rm', 0);
  b.trap('compareStrings', xmm.word(b, 'reg', 0), place, isMemory ? 1 : 0, b.field('immediate'), b.argument);
};
