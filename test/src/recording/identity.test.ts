import { describe, expect, test } from 'vitest';
import type { MachineConfig } from '../../../src/machine-core.ts';
import { headerOf, replayedConfig } from '../../../src/recording/identity.ts';
import { RecordingError } from '../../../src/recording/layout.ts';

const config = { memoryBytes: 1 << 20, startTimeOfDay: 5, boot: { demo: true } } as unknown as MachineConfig;
const { machine, start } = headerOf(config);
const medium = { sectors: 2880, isReadOnly: false };

describe('a kernel that is elsewhere now', () => {
  const boot = {
    kernel: Uint8Array.of(1, 2, 3),
    kernelName: '/old/vmlinuz',
    initrd: Uint8Array.of(4),
    append: 'quiet',
  };
  const recorded = headerOf({ ...config, boot });

  test.each([
    ['under another path', { kernelName: '/new/vmlinuz', initrdName: '/new/initrd' }],
    ['as bytes', {}],
  ])('replays %s, by the name that the guest was told', (_, names) => {
    const { kernelName: __, ...images } = boot;
    expect(replayedConfig({ ...config, boot: { ...images, ...names } }, recorded).boot).toEqual(boot);
  });

  test('is refused where the recording has no kernel that can be', () => {
    for (const json of ['null', '[', '5'])
      expect(() => replayedConfig({ ...config, boot }, { ...recorded, machine: { boot: json } })).toThrow(
        RecordingError,
      );
  });

  test('is refused with other contents', () => {
    const other = { ...boot, kernel: Uint8Array.of(1, 2, 4) };
    expect(() => replayedConfig({ ...config, boot: other }, recorded)).toThrow(
      /is of a machine with other options; .*boot/,
    );
  });
});

describe('the header of a recording, which anybody may have written', () => {
  test('is taken where a machine can be so', () => {
    const sound = { rate: 48_000, isHeard: true };
    const header = { machine, start: { ...start, media: { hda: medium, cd: null }, sound } };
    expect(replayedConfig(config, header)).toMatchObject({ startTimeOfDay: 5, sound });
  });

  test.each([
    ['a rate of 0', { sound: { rate: 0, isHeard: true } }, /sound\.rate is 0; it must be .* from 8000 to 192000/],
    ['a rate without a bound', { sound: { rate: 1e300, isHeard: true } }, /sound\.rate is 1e\+300/],
    ['no rate', { sound: { isHeard: true } }, /sound\.rate is undefined/],
    ['no sound', { sound: null }, /header does not tell who listens/],
    ['sectors below 0', { media: { hda: { ...medium, sectors: -1 } } }, /no medium that can be for hda/],
    ['parts of sectors', { media: { hda: { ...medium, sectors: 1.5 } } }, /no medium that can be for hda/],
    ['more sectors than can be counted', { media: { hda: { ...medium, sectors: 2 ** 53 } } }, /no medium/],
    ['a text for a medium', { media: { hda: 'disk' } }, /no medium/],
    ['a medium that may be written or not', { media: { hda: { sectors: 1 } } }, /no medium/],
  ])('is refused with %s', (_, changes, message) => {
    const replayed = () => replayedConfig(config, { machine, start: { ...start, ...changes } });
    expect(replayed).toThrow(RecordingError);
    expect(replayed).toThrow(message);
  });
});
