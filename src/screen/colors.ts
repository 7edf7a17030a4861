import type { ScreenRegisters } from '../../runtime/devices/vga/picture.ts';
import { Attribute, AttributeMode } from '../../runtime/devices/vga/registers.ts';

/** Colors as words of an image in memory, with a sign: red, green, blue and alpha in bytes 0 to 3. */
export const BLACK = 0xff000000 | 0;

export function rgb(red: number, green: number, blue: number): number {
  return BLACK | (blue << 16) | (green << 8) | red;
}

/** The 256 colors of the DAC, by what comes before its mask. */
export function palette256({ palette, dacMask, wideColors }: ScreenRegisters): Uint32Array {
  const component = wideColors ? (value: number) => value : eightBits;
  return Uint32Array.from({ length: 256 }, (_, index) => {
    const at = 3 * (index & dacMask);
    return rgb(component(palette[at]), component(palette[at + 1]), component(palette[at + 2]));
  });
}

/** Six bits as eight: the lowest is repeated, as QEMU does, so that pictures are alike. */
export function eightBits(value: number): number {
  return ((value & 0x3f) << 2) | ((value & 1) * 3);
}

/** The 16 colors of the attribute controller's palette (FreeVGA, "Attribute controller registers"). */
export function palette16(registers: ScreenRegisters): Uint32Array {
  const { attribute } = registers;
  const colors = palette256(registers);
  const select = attribute[Attribute.colorSelect];
  const replaces = (attribute[Attribute.mode] & AttributeMode.colorSelect) !== 0;
  return Uint32Array.from({ length: 16 }, (_, index) => {
    const entry = attribute[index];
    return colors[replaces ? ((select & 15) << 4) | (entry & 15) : ((select & 12) << 4) | (entry & 0x3f)];
  });
}
