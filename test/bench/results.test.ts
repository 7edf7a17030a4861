import { describe, expect, test } from 'vitest';
import { measuredCell } from '../../bench/results.ts';
import type { Sample } from '../../bench/session.ts';

const work = { name: 'sieve', group: 'integer', about: '', rounds: 10 } as const;
const sample = (guest: number, least: number, most: number, others: Partial<Sample> = {}): Sample => ({
  guestMilliseconds: guest,
  leastMilliseconds: least,
  mostMilliseconds: most,
  resolution: 0,
  processorMilliseconds: 0,
  rounds: 10,
  ...others,
});
const cell = (...samples: Sample[]) => measuredCell('v86', work, samples);

test("The time is the guest's while the host's clock allows it", () => {
  expect(cell(sample(500, 503, 540)).milliseconds).toBe(500);
  expect(cell(sample(500, 503, 540)).note).toBeUndefined();
});

test('The median of the runs is taken, of a standard size', () => {
  const { runs, milliseconds } = cell(
    sample(500, 500, 510, { rounds: 1 }),
    sample(400, 400, 410),
    sample(450, 450, 460),
  );
  expect(runs).toEqual([5000, 400, 450]);
  expect(milliseconds).toBe(450);
});

test('Processor time is of a standard size too, and left out where the host tells none', () => {
  const used = (processorMilliseconds: number, rounds: number) => sample(1, 1, 2, { processorMilliseconds, rounds });
  expect(cell(used(30, 10), used(20, 5), used(10, 2)).processorMilliseconds).toBe(40);
  expect(cell(used(0, 10))).not.toHaveProperty('processorMilliseconds');
});

describe('A wrong clock', () => {
  test("that is slow gives way to the host's", () => {
    const { milliseconds, note } = cell(sample(300, 800, 840));
    expect(milliseconds).toBe(800);
    expect(note).toBe("the guest's clock said 300 ms where the host's said 800, which counts");
  });

  test("that is fast gives way to the host's, although marks came late", () => {
    expect(cell(sample(3000, 0, 840)).milliseconds).toBe(840);
  });

  test('is wrong in each run: a mark that is late once is none', () => {
    const { runs, note } = cell(sample(300, 500, 540), sample(310, 312, 330));
    expect(runs).toEqual([300, 310]);
    expect(note).toBeUndefined();
  });

  test('is wrong in all runs of a program, also where the first one stands apart', () => {
    const first = { ...work, part: { of: 'sieve', runs: 'first' } } as const;
    const late = [sample(300, 500, 540), sample(310, 312, 330)];
    expect(measuredCell('v86', first, late)).toEqual({ engine: 'v86', work: 'sieve', runs: [300], milliseconds: 300 });
    const wrong = [sample(300, 500, 540), sample(310, 700, 720)];
    expect(measuredCell('v86', first, wrong)).toMatchObject({ runs: [500], note: expect.stringContaining('500') });
  });
});

test("A console that holds its output back does not make the guest's clock wrong", () => {
  expect(cell(sample(500, 0, 540))).toMatchObject({ milliseconds: 500 });
});

test("A coarse clock leaves the rest to the host's marks", () => {
  expect(cell(sample(40, 47.5, 60, { resolution: 10 })).milliseconds).toBe(47.5);
  expect(cell(sample(40, 12, 60, { resolution: 10 })).milliseconds).toBe(30);
});
