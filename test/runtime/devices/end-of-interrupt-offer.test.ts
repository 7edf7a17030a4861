import { describe, expect, test } from 'vitest';
import { Random } from '../../support/random.ts';
import { ApicRig } from './apic-rig.ts';

const PLACE = 0x80;
const [END_OF_INTERRUPT, TASK_PRIORITY, IN_SERVICE] = [0xb0, 0x80, 0x100];

/** A guest that ends interrupts as KVM's do. */
class OfferRig extends ApicRig {
  /** Writes to the APIC's register. */
  written = 0;

  constructor() {
    super();
    this.enable();
    this.shared[PLACE] = 0xa0;
    this.local.writeEndOfInterruptPlace(PLACE | 1, 0);
  }

  get isOffered(): boolean {
    expect(this.shared[PLACE]! & 0xfe).toBe(0xa0);
    return (this.shared[PLACE]! & 1) !== 0;
  }

  end(): void {
    if (this.isOffered) this.shared[PLACE] &= ~1;
    else {
      this.written++;
      this.set(END_OF_INTERRUPT, 0);
    }
  }
}

function serving(vector: number, rig = new OfferRig()): OfferRig {
  rig.self(vector);
  expect(rig.local.acknowledge()).toBe(vector);
  return rig;
}

const inService = (rig: ApicRig, vector: number) =>
  ((rig.get(IN_SERVICE + 16 * (vector >>> 5)) >>> (vector & 31)) & 1) !== 0;

describe('the end of an interrupt by a bit in memory', () => {
  test('is offered for one that nothing else waits for, and ends it', () => {
    const rig = serving(0x41);
    rig.end();
    expect(rig.written).toBe(0);
    serving(0x31, rig).end();
    expect([rig.written, inService(rig, 0x31), inService(rig, 0x41)]).toEqual([0, false, false]);
  });

  test('is taken back when another interrupt comes, which waits for the end', () => {
    const rig = serving(0x41);
    rig.self(0x31);
    expect([rig.isOffered, rig.local.pending]).toEqual([false, false]);
    rig.end();
    expect([rig.written, rig.local.pending, rig.local.acknowledge()]).toEqual([1, true, 0x31]);
    rig.end();
    expect([rig.written, inService(rig, 0x31)]).toEqual([1, false]);
  });

  test('is not offered where others are served or wait, nor for a level', () => {
    const rig = serving(0x41);
    serving(0x51, rig);
    expect(rig.isOffered).toBe(false);
    rig.end();
    rig.end();
    for (const vector of [0x60, 0x50]) rig.self(vector);
    rig.local.acknowledge();
    expect(rig.isOffered).toBe(false);
    rig.end();
    rig.local.acknowledge();
    expect(rig.isOffered).toBe(true);
    rig.end();
    rig.entry(9, 0x8052);
    rig.io.line(9).raise();
    expect([rig.local.acknowledge(), rig.isOffered]).toEqual([0x52, false]);
  });

  test('may be written to the APIC all the same', () => {
    const rig = serving(0x41);
    rig.set(END_OF_INTERRUPT, 0);
    expect([rig.isOffered, inService(rig, 0x41)]).toEqual([false, false]);
  });

  test('is known to whoever reads the registers', () => {
    const rig = serving(0x41);
    expect([rig.get(0xa0), rig.isOffered]).toEqual([0x40, false]);
    rig.set(END_OF_INTERRUPT, 0);
    serving(0x41, rig).end();
    expect(rig.get(0xa0)).toBe(0);
  });
});

describe('what is known of an offer', () => {
  test('stays with its interrupt where the state is saved', () => {
    const rig = serving(0x41);
    const other = new OfferRig();
    other.local.component.load(rig.local.component.save());
    other.local.component.restored();
    other.shared.set(rig.shared);
    other.end();
    expect([other.written, inService(other, 0x41)]).toEqual([0, false]);
    expect(other.local.readEndOfInterruptPlace()).toEqual([PLACE | 1, 0]);
  });

  test('is not offered before the guest asks for it, nor after a reset, nor where no memory is', () => {
    const rig = new OfferRig();
    rig.local.writeEndOfInterruptPlace(PLACE, 0);
    expect(serving(0x41, rig).isOffered).toBe(false);
    rig.end();
    rig.local.writeEndOfInterruptPlace(0x1001, 0);
    serving(0x41, rig).end();
    expect(rig.written).toBe(2);
    rig.local.writeEndOfInterruptPlace(PLACE | 1, 0);
    rig.local.reset();
    rig.enable();
    expect(serving(0x41, rig).isOffered).toBe(false);
  });
});

test('is not offered where the bit cannot be set, as in ROM', () => {
  const rig = new OfferRig();
  rig.isReadOnly = true;
  serving(0x41, rig);
  expect([inService(rig, 0x41), rig.isOffered]).toEqual([true, false]);
  rig.end();
  expect([rig.written, inService(rig, 0x41)]).toEqual([1, false]);
});

/** Two machines, of which only the first makes offers, that are interrupted alike. */
class Pair {
  readonly offered = new OfferRig();
  readonly plain = new OfferRig();
  #depth = 0;

  constructor() {
    this.plain.local.writeEndOfInterruptPlace(0, 0);
  }

  #both(act: (rig: OfferRig) => void): void {
    for (const rig of [this.offered, this.plain]) act(rig);
  }

  step(action: number, vector: number): void {
    const { offered, plain } = this;
    if (action === 0) this.#both((rig) => rig.self(vector));
    else if (action === 1 && this.#depth === 0) this.#both((rig) => rig.set(TASK_PRIORITY, vector & 0x70));
    else if (action === 2) expect(offered.get(0xa0)).toBe(plain.get(0xa0));
    else if (action < 10 && plain.local.pending) this.#serve();
    else if (this.#depth > 0) {
      this.#both((rig) => rig.end());
      this.#depth--;
    }
    expect(offered.local.pending).toBe(plain.local.pending);
  }

  #serve(): void {
    expect(this.offered.local.acknowledge()).toBe(this.plain.local.acknowledge());
    this.#depth++;
  }
}

test.each([1, 2, 3, 4, 5])(
  'random interrupts are served in the same order with offers and without, seed %i',
  (seed) => {
    const random = new Random(seed);
    const pair = new Pair();
    for (let step = 0; step < 20_000; step++) pair.step(random.below(16), 0x20 + random.below(0xe0));
    expect(pair.plain.written - pair.offered.written).toBeGreaterThan(100);
  },
);
