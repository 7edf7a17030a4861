import { PAGE_BYTES } from '../../../translator/abi/page.ts';
import { BootError, type BootWrite, formatBytes } from './boot.ts';

const LARGEST = 16 << 20;
const LOW_COPY = 128 << 10;
const TOP = 0x100000000;
const LOW_TOP = 0x100000;

/** Where the bytes of a BIOS image appear; the CPU's reset vector FFFFFFF0h is 16 bytes below the end of `top`. */
export interface BiosPlacement {
  /** The whole image, ending at 4 GB. */
  readonly top: BootWrite;
  /** Its last 128 KB at most, ending at 1 MB; a copy for shadow RAM or an alias, as the machine likes. */
  readonly low: BootWrite;
}

/**
 * Places a BIOS ROM image as PCs do.
 * @throws BootError unless the size is a multiple of 4 KB, at most 16 MB
 */
export function placeBios(image: Uint8Array): BiosPlacement {
  if (image.length === 0 || image.length % PAGE_BYTES !== 0) {
    throw new BootError(
      `the BIOS image has ${image.length} bytes; a ROM image is a multiple of ${PAGE_BYTES} bytes long`,
    );
  }
  if (image.length > LARGEST) {
    throw new BootError(`the BIOS image of ${formatBytes(image.length)} is too large: ${formatBytes(LARGEST)} at most`);
  }
  const lowBytes = image.subarray(-Math.min(image.length, LOW_COPY));
  return {
    top: { address: TOP - image.length, bytes: image },
    low: { address: LOW_TOP - lowBytes.length, bytes: lowBytes },
  };
}
