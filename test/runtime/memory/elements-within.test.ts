import fc from 'fast-check';
import { expect, test } from 'vitest';
import { blockHelpers } from '../../../runtime/memory/blocks.ts';
import { Mmu } from '../../../runtime/memory/mmu.ts';
import { PhysicalMap } from '../../../runtime/memory/physical-map.ts';
import { GuestRam } from '../../../runtime/memory/ram.ts';
import { Double, Segment, STATE_BYTES, Word } from '../../../translator/abi/state.ts';
import { Within } from '../../../translator/abi/within.ts';

const buffer = new ArrayBuffer(STATE_BYTES);
const words = new Int32Array(buffer);
const doubles = new Float64Array(buffer);
const { elementsWithin } = blockHelpers(words, new Mmu(words, new PhysicalMap(new GuestRam(1 << 16))), false);

const near = (value: number) =>
  fc.integer({ min: -20, max: 20 }).map((n) => Math.max(0, Math.min(0xffffffff, value + n)));
const offsets = fc.constantFrom(0, 0x1000, 0xffff, 0x10000, 0xffffffff).chain(near);
const spans = fc
  .constantFrom(-1, 0, 0x1000, 0xffff, 0xffffffff)
  .chain((span) => (span < 0 ? fc.constant(-1) : near(span)));

test('elements within a segment are those that could be accessed one after the other before addresses wrap', () => {
  const shifts = fc.constantFrom(0, 1, 2);
  const counts = fc.integer({ min: 4, max: 60 });
  const cases = fc.property(
    ...[offsets, offsets, spans, shifts, fc.boolean(), fc.boolean(), counts],
    (low, from, span, shift, isShort, isWritten, count) => {
      // No segment goes beyond 4 GB.
      fc.pre(low + span <= 0xffffffff);
      const offset = isShort ? from & 0xffff : from;
      words[Word.segmentLow + Segment.es] = low;
      doubles.fill(-1, Double.readSpan, Double.readSpan + 6);
      doubles.fill(-1, Double.writeSpan, Double.writeSpan + 6);
      doubles[(isWritten ? Double.writeSpan : Double.readSpan) + Segment.es] = span;
      const how = Segment.es | (isWritten ? Within.write : 0) | (isShort ? Within.short : 0) | (shift << Within.shift);
      const size = 1 << shift;
      let expected = 0;
      // None after a wrap: the element before is elsewhere then.
      for (; offset >= size && expected < count; expected++) {
        const at = offset + expected * size;
        const isWrapped = at + size - 1 > (isShort ? 0xffff : 0xffffffff);
        if (isWrapped || ((at - low) >>> 0) + size - 1 > span) break;
      }
      expect(elementsWithin(how, offset | 0, count)).toBe(expected);
    },
  );
  fc.assert(cases, { numRuns: 20_000 });
});
