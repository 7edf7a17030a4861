import type { TranslationInfo } from '../src/machine-core.ts';
import { Key } from '../translator/abi/key.ts';

/**
 * A place in a translation. In real mode jumps name offsets: there it is the segment and the offset, and elsewhere the linear address.
 * @param info of the translation
 * @param eip of the place
 */
export function placeText(info: Pick<TranslationInfo, 'linear' | 'eip' | 'key'>, eip: number): string {
  const base = (info.linear - info.eip) >>> 0;
  const isReal = (info.key & Key.protected) === 0 || (info.key & Key.vm86) !== 0;
  // After a reset the segment is where no value of CS would have it.
  const isSegment = isReal && base % 16 === 0 && base < 1 << 20;
  return isSegment ? `${hexadecimal(base >>> 4, 4)}:${hexadecimal(eip, 4)}` : hexadecimal(base + eip, 8);
}

function hexadecimal(number: number, digits: number): string {
  return (number >>> 0).toString(16).padStart(digits, '0');
}
