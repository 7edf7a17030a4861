import { describe, expect, test } from 'vitest';
import { answersOfQemu } from './cirrus/run.ts';
import { answerOf as oddEvenAnswer, rows, stepsOf } from './display/odd-even.ts';
import { answerOf, programs, readRecorded } from './display/record.ts';
import { digestOf, inRom, showOurs, showQemu } from './display/run.ts';
import { biosPictures, withVideoBios } from './display/video-bios.ts';
import { qemuVersion } from './qemu-guest.ts';

const { version, answers } = readRecorded();
const TIMEOUT = 60_000;

/** Another release of QEMU may show something else. */
describe.skipIf(qemuVersion() !== version)('QEMU shows what is recorded', () => {
  test.each(Object.keys(programs))('%s', { timeout: TIMEOUT }, async (name) => {
    expect(answerOf(name, await showQemu(inRom(programs[name]!)))).toBe(answers[name]);
  });

  test('odd and even addresses', { timeout: TIMEOUT }, async () => {
    for (const row of rows) expect(oddEvenAnswer(await answersOfQemu(stepsOf(row)))).toBe(row.qemu);
  });
});

describe('the interpreter makes the same pictures', () => {
  test.each(Object.keys(programs))('%s', { timeout: TIMEOUT }, async (name) => {
    expect(answerOf(name, await showOurs(inRom(programs[name]!, 'interpreter')))).toBe(answers[name]);
  });
});

/** Debian's packages seabios and qemu-system-x86, unmodified; QEMU has the same firmware. */
describe.skipIf(qemuVersion() !== version)("SeaBIOS's video BIOS draws what it draws in QEMU", () => {
  test.each(Object.keys(biosPictures))('%s', { timeout: TIMEOUT }, async (name) => {
    const bench = withVideoBios(biosPictures[name]!);
    const [ours, theirs] = [await showOurs(bench), await showQemu(bench)];
    expect(digestOf(ours.ppm)).toBe(digestOf(theirs.ppm));
  });
});
