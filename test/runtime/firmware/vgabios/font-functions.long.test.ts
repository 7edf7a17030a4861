import { expect, test } from 'vitest';
import { font8, font14, font16 } from '../../../../runtime/firmware/vgabios/fonts/index.ts';
import { buildVideoBios } from '../../../../runtime/firmware/vgabios/index.ts';
import { answersOfMachine } from '../../../support/video-bios/answers.ts';
import { groups } from '../../../support/video-bios/calls.ts';

test('int 10h, AX=1130 tells where the fonts are', async () => {
  const rom = buildVideoBios();
  const name = 'font information';
  const answers = (await answersOfMachine(rom, { [name]: groups[name]! }, 'translator'))[name]!;
  const told = (number: number, bytes: number): number[] => {
    const { es, bp } = answers[`font ${number}`]!;
    expect(es).toBe('c000');
    const start = Number.parseInt(bp!, 16);
    return [...rom.subarray(start, start + bytes)];
  };
  expect(told(0, 1024)).toEqual(font8().slice(1024));
  expect(told(1, 4096)).toEqual(font16());
  expect(told(2, 3584)).toEqual(font14());
  expect(told(3, 2048)).toEqual(font8());
  expect(told(4, 1024)).toEqual(font8().slice(1024));
  expect(told(5, 1)).toEqual([0]);
  expect(told(6, 4096)).toEqual(font16());
  expect(told(7, 1)).toEqual([0]);
});
