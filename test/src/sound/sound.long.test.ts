import { expect, test } from 'vitest';
import { Machine } from '../../../src/index.ts';
import { Sound } from '../../../src/sound/sound.ts';
import { sideOf, speakerRom } from '../../support/sound-roms.ts';
import { frequencyOf } from '../../support/tones.ts';

/** A machine whose speaker gives 1000 Hz, in instruction time. */
function speakerMachine(rate?: number): Promise<Machine> {
  return Machine.create({
    ...{ memory: 8, boot: { bios: speakerRom }, vga: 'none', icount: { shift: 3 } },
    ...(rate !== undefined && { sound: { rate } }),
  });
}

test.each([44_100, 48_000])('samples come one batch after the other, at %i frames a second', async (rate) => {
  await using machine = await speakerMachine(rate);
  const samples: number[] = [];
  await machine.start();
  for await (const batch of machine.sound) {
    samples.push(...batch);
    if (samples.length > rate / 2) break;
  }
  expect([machine.sound.rate, machine.sound.channels]).toEqual([rate, 2]);
  expect(frequencyOf(sideOf(samples, 'left'), rate)).toBeCloseTo(1000.15, 0);
  expect(sideOf(samples, 'left')).toEqual(sideOf(samples, 'right'));
});

test('listeners get samples until they leave, and the machine goes on without them', async () => {
  await using machine = await speakerMachine();
  const first = Promise.withResolvers<Int16Array>();
  machine.sound.once('samples', first.resolve);
  await machine.start();
  expect((await first.promise).length).toBeGreaterThan(0);
  const second = Promise.withResolvers<Int16Array>();
  machine.sound.on('samples', second.resolve);
  expect((await second.promise).length).toBeGreaterThan(0);
  machine.sound.off('samples', second.resolve);
});

/** The host's side alone, and whether it told the machine that it is heard. */
function soundAlone() {
  const told: boolean[] = [];
  const openSoundFile = () => Promise.reject(new Error('there is no file'));
  const sound = new Sound({ file: undefined, rate: 8000 }, { openSoundFile });
  sound.connect(
    ({ value }) => told.push(value),
    () => {},
  );
  return { sound, told };
}

const batchOf = (sample: number) => new Uint8Array(new Int16Array(4000).fill(sample).buffer);

test('a machine is told when the first listener comes and when the last one has left', async () => {
  const { sound, told } = soundAlone();
  const listener = () => {};
  sound.on('samples', listener).on('samples', () => {});
  const reader = sound[Symbol.asyncIterator]();
  expect(told).toEqual([true]);
  sound.off('samples', listener);
  await reader.return!();
  expect(told).toEqual([true]);
  const alone = soundAlone();
  alone.sound.once('samples', listener);
  await alone.sound.receive(batchOf(1));
  expect(alone.told).toEqual([true, false]);
});

test('a slow reader loses the oldest samples, and nobody waits for it', async () => {
  const { sound } = soundAlone();
  const reader = sound[Symbol.asyncIterator]();
  sound.on('samples', () => new Promise(() => {}));
  for (let n = 0; n < 100; n++) await sound.receive(batchOf(n));
  const firsts: number[] = [];
  sound.end();
  for (let batch = await reader.next(); !batch.done; batch = await reader.next()) firsts.push(batch.value[0]!);
  expect(firsts).toEqual([92, 93, 94, 95, 96, 97, 98, 99]);
});
