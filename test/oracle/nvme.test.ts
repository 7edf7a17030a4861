import { expect, test } from 'vitest';
import { answersOf } from './nvme/cases.ts';
import { ourController } from './nvme/controller.ts';
import { bytes, disagreements, withBytes } from './nvme/disagreements.ts';
import { readRecorded } from './nvme/run.ts';

const { answers: qemu } = readRecorded();
const ours = await answersOf(ourController());

test('all questions are recorded', () => {
  expect(Object.keys(ours)).toEqual(Object.keys(qemu));
});

test.each(Object.keys(qemu))("the NVMe controller answers as QEMU's: %s", (name) => {
  expect(ours[name]).toBe(disagreements[name]?.[0] ?? withBytes(name, qemu[name]!));
});

test('every disagreement is needed', () => {
  const needless = Object.entries(disagreements).filter(([name, [answer]]) => qemu[name] === answer);
  expect(needless).toEqual([]);
  const told = (name: string, at: string) => new RegExp(` ${at}=(\\w+)`).exec(qemu[name]!)?.[1] ?? '0';
  const others = Object.entries(bytes).flatMap(([name, its]) =>
    Object.entries(its).filter(([at, [value]]) => told(name, at) === value.toString(16)),
  );
  expect(others).toEqual([]);
});
