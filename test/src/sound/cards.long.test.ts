import { describe, expect, test } from 'vitest';
import { Machine, type MachineOptions } from '../../../src/index.ts';
import { sideOf, soundBlasterRom } from '../../support/sound-roms.ts';
import { frequencyOf } from '../../support/tones.ts';

const blaster: MachineOptions = {
  ...{ memory: 8, boot: { bios: soundBlasterRom }, vga: 'none', icount: { shift: 3 } },
  soundCards: ['sb16'],
};
const RATE = 44_100;
/** More than a part that the card fetches at once: who begins to listen in the middle of one hears the next one first. */
const PART_FRAMES = 120;

/** The left side of so many frames of what is heard next. */
async function hear({ sound }: Machine, frames: number): Promise<number[]> {
  const samples: number[] = [];
  for await (const batch of sound) {
    samples.push(...batch);
    if (samples.length >= 2 * frames) break;
  }
  return sideOf(samples.slice(0, 2 * frames), 'left');
}

describe.each(['translator', 'interpreter'] as const)('a tone by DMA, with the %s', (engine) => {
  test('is heard, and goes on where a snapshot was taken', async () => {
    await using machine = await Machine.create({ ...blaster, engine });
    const heard = hear(machine, 11_025);
    await machine.start();
    expect(frequencyOf(await heard, RATE)).toBeCloseTo(1000, 0);
    await machine.pause();
    await using second = await Machine.restore(await machine.snapshot());
    const goesOn = hear(second, 4410 + PART_FRAMES);
    await second.start();
    const tone = (await goesOn).slice(PART_FRAMES);
    expect(frequencyOf(tone, RATE)).toBeCloseTo(1000, 0);
    expect([Math.max(...tone), Math.min(...tone)]).toEqual([0x4000, -0x4000]);
  });
});

test.each<[NonNullable<MachineOptions['soundCards']>]>([[['adlib']], [['sb16', 'adlib']], [['sb16']]])(
  '%j: one FM chip',
  async (soundCards) => {
    await using machine = await Machine.create({ memory: 8, boot: { demo: true }, soundCards });
    const ports = (await machine.examine('portMap')).filter(({ name }) => name === 'opl3').map(({ base }) => base);
    expect(ports).toEqual([0x220, 0x228, 0x388]);
  },
);

test('runs with instruction time are alike', async () => {
  const runs: number[][] = [];
  for (const engine of ['translator', 'interpreter'] as const) {
    await using machine = await Machine.create({ ...blaster, engine, sound: { rate: 22_050 } });
    const heard = hear(machine, 6000);
    await machine.start();
    runs.push(await heard);
  }
  expect(runs[0]).toEqual(runs[1]);
});

test.each([
  [['gus'] as never, "unknown sound card 'gus'; it is one of: sb16, AC97, adlib"],
  [['sb16', 'sb16'] as never, "there can be one 'sb16'; give each sound card once"],
  ['sb16' as never, "soundCards is 'sb16'; it must be an array"],
])('soundCards: %j is refused', async (soundCards, message) => {
  await expect(Machine.create({ boot: { demo: true }, soundCards })).rejects.toThrow(message);
});
