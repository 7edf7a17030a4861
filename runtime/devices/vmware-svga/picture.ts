import type { PictureExtension } from '../vga/picture.ts';
import type { Scan } from '../vga/scan.ts';
import { cursorImage } from './cursor.ts';
import { MEMORY_BYTES } from './registers.ts';
import type { VmwareState } from './state.ts';
import { lineBytesOf } from './surface.ts';

/** No line is the last one above a split. */
const NO_SPLIT = 0xffff;

/** The picture while the driver has taken over from the VGA. */
export function vmwarePicture(state: VmwareState): PictureExtension {
  const { width, height, depth } = state;
  const scan: Scan = {
    depth: depth as Scan['depth'],
    characters: width / 8,
    height,
    start: 0,
    lineBytes: lineBytesOf(state),
    lineCompare: NO_SPLIT,
    addressMask: MEMORY_BYTES - 1,
    isLinear: true,
  };
  return { scan, wideColors: true, cursor: cursorImage(state.cursor) };
}
