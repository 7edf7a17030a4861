import { expect, test } from 'vitest';
import { Checkpoints } from '../../../runtime/history/checkpoints.ts';
import { GuestRam } from '../../../runtime/memory/ram.ts';
import { Random } from '../../support/random.ts';

const FRAME = 4096;
const FRAMES = 16;
const SPACING = 1000;

/** Memory whose past is kept, and what it held at each moment: the numbers in its frames, by instructions. */
class Past {
  readonly ram = new GuestRam(FRAMES * FRAME);
  readonly held = new Map<number, number[]>();
  readonly checkpoints: Checkpoints<string>;
  instructions = 0;

  constructor(limits: { readonly most: number; readonly mostBytes: number }) {
    this.checkpoints = new Checkpoints(this.ram, { spacing: SPACING, ...limits });
  }

  get contents(): number[] {
    return Array.from({ length: FRAMES }, (_, frame) => this.ram.words[(frame * FRAME) / 4]!);
  }

  write(frame: number, value: number): void {
    this.ram.words[(frame * FRAME) / 4] = value;
    this.ram.frames.stored(frame * FRAME, 4, 'store');
  }

  /** A checkpoint is left, some time after the last one. */
  keepNext(): void {
    this.instructions += SPACING;
    this.keep();
  }

  keep(): void {
    this.held.set(this.instructions, this.contents);
    this.checkpoints.add(this.instructions, `at ${this.instructions}`);
  }

  get kept(): number[] {
    return Array.from({ length: this.checkpoints.count }, (_, n) => this.checkpoints.instructionsAt(n));
  }

  /** Goes to each checkpoint in turn, in this order, and looks at memory there. */
  check(order: readonly number[]): void {
    for (const n of order) {
      const instructions = this.checkpoints.instructionsAt(n);
      this.checkpoints.restore(n);
      expect(this.checkpoints.stateAt(n)).toBe(`at ${instructions}`);
      expect({ instructions, contents: this.contents }).toEqual({
        instructions,
        contents: this.held.get(instructions),
      });
    }
  }
}

test('earlier contents of memory that take too much are thinned out, evenly, and what is left is whole', () => {
  const past = new Past({ most: 100, mostBytes: 12 * FRAME });
  // Each moment has two frames of its own: six of them fit, beside the first one.
  for (let n = 0; n < 40; n++) {
    past.write(n % FRAMES, n + 1);
    past.write((n + 5) % FRAMES, n + 1);
    past.keepNext();
    expect(past.checkpoints.bytes <= 12 * FRAME || past.checkpoints.count === 2).toBe(true);
  }
  const { kept } = past;
  expect([kept[0], kept.at(-1)]).toEqual([SPACING, 40 * SPACING]);
  const order = [...kept.keys()];
  past.check(order.toReversed());
  past.check(order);
});

test('memory that is larger than the bound is kept at its first moment and at the present one', () => {
  const past = new Past({ most: 100, mostBytes: 4 * FRAME });
  for (let n = 0; n < 10; n++) {
    for (let frame = 0; frame < FRAMES; frame++) past.write(frame, 100 * n + frame + 1);
    past.keepNext();
  }
  expect(past.kept).toEqual([SPACING, 10 * SPACING]);
  past.check([0, 1]);
});

test('where little is written all moments stay', () => {
  const past = new Past({ most: 100, mostBytes: 12 * FRAME });
  for (let n = 0; n < 10; n++) {
    past.write(3, n + 1);
    past.keepNext();
  }
  expect(past.checkpoints.count).toBe(10);
  past.check([0, 9, 4]);
});

test('what is thinned out while one goes to and fro leaves the others as they were', () => {
  for (let seed = 1; seed <= 40; seed++) {
    const random = new Random(seed);
    const past = new Past({ most: 8, mostBytes: 14 * FRAME });
    for (let n = 0; n < 100; n++) {
      if (random.below(4) === 0 && past.checkpoints.count > 0) {
        const checkpoint = random.below(past.checkpoints.count);
        past.check([checkpoint]);
        past.instructions = past.checkpoints.instructionsAt(checkpoint);
      }
      // Whoever comes by again does the same.
      for (let steps = random.below(4); steps > 0; steps--) {
        past.instructions += SPACING;
        const again = new Random(1000 * seed + past.instructions / SPACING);
        for (let writes = again.below(5); writes > 0; writes--) past.write(again.below(FRAMES), again.below(4));
      }
      past.keep();
      expect(past.checkpoints.count <= 8).toBe(true);
      expect(past.checkpoints.bytes <= 14 * FRAME || past.checkpoints.count === 2).toBe(true);
    }
    past.check([...past.kept.keys()]);
  }
});

test('what memory held at first does not count: however much that was, there are checkpoints in between', () => {
  const past = new Past({ most: 100, mostBytes: 4 * FRAME });
  for (let frame = 0; frame < FRAMES; frame++) past.write(frame, frame + 1);
  past.keepNext();
  expect(past.checkpoints.bytes).toBe(0);
  for (let n = 0; n < 4; n++) {
    past.write(5, 100 + n);
    past.keepNext();
  }
  expect([past.checkpoints.count, past.checkpoints.bytes]).toEqual([5, 4 * FRAME]);
  past.check([4, 2, 0, 3]);
});

test('there may be as few as two checkpoints', () => {
  const past = new Past({ most: 2, mostBytes: 4 * FRAME });
  for (let n = 0; n < 5; n++) past.keepNext();
  expect(past.kept).toEqual([SPACING, 5 * SPACING]);
});
