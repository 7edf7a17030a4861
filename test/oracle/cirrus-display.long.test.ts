import { describe, expect, test } from 'vitest';
import { buildVideoBios } from '../../runtime/firmware/vgabios/index.ts';
import { cirrusRegisterPictures } from './display/cirrus-pictures.ts';
import { digestOf, inRom, showOurs, showQemu } from './display/run.ts';
import { cirrusPictures, seabios, type VideoBios, withVideoBios } from './display/video-bios.ts';
import { qemuVersion } from './qemu-guest.ts';

const TIMEOUT = 60_000;
const roms: Readonly<Record<string, VideoBios>> = {
  "SeaBIOS's video BIOS": seabios.cirrus,
  'our video BIOS': { vga: 'cirrus', image: buildVideoBios('cirrus') },
};

/** Debian's packages seabios and qemu-system-x86, unmodified. */
describe.skipIf(qemuVersion() === undefined)('on the CL-GD5446 there is the picture that QEMU shows', () => {
  test.each(Object.keys(cirrusRegisterPictures))('by registers: %s', { timeout: TIMEOUT }, async (name) => {
    const bench = inRom(cirrusRegisterPictures[name]!, 'translator', 'cirrus');
    const [ours, theirs] = [await showOurs(bench), await showQemu(bench)];
    expect(digestOf(ours.ppm)).toBe(digestOf(theirs.ppm));
  });

  describe.each(Object.keys(roms))('by %s', (rom) => {
    test.each(Object.keys(cirrusPictures))('%s', { timeout: TIMEOUT }, async (name) => {
      const bench = withVideoBios(cirrusPictures[name]!, roms[rom]);
      const [ours, theirs] = [await showOurs(bench), await showQemu(bench)];
      expect(digestOf(ours.ppm)).toBe(digestOf(theirs.ppm));
    });
  });
});
