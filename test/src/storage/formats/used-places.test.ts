import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UsedPlaces } from '../../../../src/storage/blocks/used-places.ts';

const BLOCK = 8;

test('places that overlap others are found, wherever blocks begin', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(400), { maxLength: 60 }), (offsets) => {
      const places = new UsedPlaces({ name: 'image' }, BLOCK);
      const taken: number[] = [];
      for (const offset of offsets) {
        const isFree = taken.every((other) => Math.abs(other - offset) >= BLOCK);
        expect(places.take(offset)).toBe(isFree);
        if (isFree) taken.push(offset);
      }
    }),
    { seed: 1 },
  );
});
