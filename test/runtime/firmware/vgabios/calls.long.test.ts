import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildVideoBios } from '../../../../runtime/firmware/vgabios/index.ts';
import { type Answers, answersOfMachine } from '../../../support/video-bios/answers.ts';
import { groups } from '../../../support/video-bios/calls.ts';
import { differences, unexplained, unused } from '../../../support/video-bios/differences.ts';
import { chipReasons, seabiosReasons } from '../../../support/video-bios/reasons.ts';

/** A group of each kind; calls.long.test.ts has all of them. */
const some = ['mode 03', 'text, 80 columns', 'graphics 12', 'pixels 13', 'DAC', 'saved state', 'VBE mode 101'];

test('the emulated machine answers as SeaBIOS does on QEMU, except where a reason is given', async () => {
  const path = join(import.meta.dirname, '../../../support/video-bios/seabios-answers.json');
  const answers = JSON.parse(readFileSync(path, 'utf8')) as Answers;
  const theirs = Object.fromEntries(some.map((group) => [group, answers[group]!]));
  const calls = Object.fromEntries(some.map((group) => [group, groups[group]!]));
  const ours = await answersOfMachine(buildVideoBios(), calls, 'translator');
  expect(unexplained(differences(ours, theirs), [...seabiosReasons, ...chipReasons])).toEqual([]);
});

test('differences without a reason are found, and reasons without a difference', () => {
  const one: Answers = { group: { call: { ax: '0001', buffer: '0102' } } };
  const other: Answers = { group: { call: { ax: '0001', buffer: '0103' } } };
  const found = differences(one, other);
  expect(unexplained(found, [])).toEqual(['group | call | byte 1: 02, 03']);
  expect(unexplained(found, [{ place: /byte 1$/, why: 'known' }])).toEqual([]);
  expect(unused(found, [{ place: /byte 2$/, why: 'gone' }])).toEqual(['gone']);
});
