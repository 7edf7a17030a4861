import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildVideoBios } from '../../../../runtime/firmware/vgabios/index.ts';
import { type Answers, answersOfMachine, answersOfQemu } from '../../../support/video-bios/answers.ts';
import { groups } from '../../../support/video-bios/calls.ts';
import { differences, unexplained, unused } from '../../../support/video-bios/differences.ts';
import { chipReasons, cirrusReasons, seabiosReasons } from '../../../support/video-bios/reasons.ts';

const support = join(import.meta.dirname, '../../../support/video-bios');
/** Answers of SeaBIOS' VGA BIOS on QEMU: make-answers.ts wrote them. */
const theirs = JSON.parse(readFileSync(join(support, 'seabios-answers.json'), 'utf8')) as Answers;
const hasQemu = spawnSync('qemu-system-i386', ['--version']).status === 0;

test.skipIf(!hasQemu)('answers on QEMU as SeaBIOS does, except where a reason is given', () => {
  const found = differences(answersOfQemu(buildVideoBios(), groups), theirs);
  expect(unexplained(found, seabiosReasons)).toEqual([]);
  expect(unused(found, seabiosReasons)).toEqual([]);
});

test.skipIf(!hasQemu)("answers on the CL-GD5446 as on QEMU's", async () => {
  const rom = buildVideoBios('cirrus');
  const ours = await answersOfMachine(rom, groups, 'translator', 'cirrus');
  const found = differences(ours, answersOfQemu(rom, groups, 'cirrus'));
  expect(unexplained(found, [...chipReasons, ...cirrusReasons])).toEqual([]);
  expect(unused(found, cirrusReasons)).toEqual([]);
});

describe('on the emulated machine', () => {
  test.each(['interpreter', 'translator'] as const)('answers as on QEMU: %s', async (engine) => {
    const found = differences(await answersOfMachine(buildVideoBios(), groups, engine), theirs);
    expect(unexplained(found, [...seabiosReasons, ...chipReasons])).toEqual([]);
    expect(unused(found, chipReasons)).toEqual([]);
  });
});
