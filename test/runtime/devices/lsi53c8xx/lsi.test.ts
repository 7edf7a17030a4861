import { describe, expect, test } from 'vitest';
import { block10, contents, LsiRig, Place } from './lsi-rig.ts';

describe('Commands', () => {
  test('a disk is read and written', () => {
    const rig = new LsiRig().attend();
    expect(rig.data(block10(0x28, 3, 8), 4096)).toEqual(contents(11).slice(3 * 512));
    rig.bytes.fill(0x5a, Place.data, Place.data + 1024);
    expect(rig.ask({ command: block10(0x2a, 7, 2), length: 1024, isOut: true })).toBe(0);
    expect(rig.disk.bytes.subarray(7 * 512, 9 * 512).every((byte) => byte === 0x5a)).toBe(true);
    expect(rig.bytes[Place.answer]).toBe(0);
  });
});
