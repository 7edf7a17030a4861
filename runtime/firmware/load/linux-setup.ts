import type { BootWrite } from './boot.ts';
import { type LinuxHeader, LOADER_UNDEFINED, LoadFlag, realModePart, Setup } from './linux-header.ts';
import type { LinuxPlacement } from './linux-placement.ts';
import { viewOf } from './view.ts';

/** The loader's information for the setup code. */
export interface SetupContent {
  readonly header: LinuxHeader;
  readonly initrd: BootWrite | undefined;
  readonly placement: LinuxPlacement;
  /** The text of the command line. */
  readonly text: string;
}

/** The stack's own room (boot.rst, heap_end_ptr). */
const STACK_ROOM = 0x200;
/** Where kernels before protocol 2.02 find the command line (boot.rst, "The Kernel Command Line"). */
const OldCommandLine = { magicAt: 0x20, magic: 0xa33f, offsetAt: 0x22 } as const;

/** The real-mode part of a kernel, with those of the loader's fields filled in that its protocol has. */
export function setupPart(kernel: Uint8Array, content: SetupContent): Uint8Array {
  const { header, initrd, placement, text } = content;
  const bytes = realModePart(kernel).slice();
  const view = viewOf(bytes);
  const stackBytes = placement.commandLine - placement.setup;
  if (header.version >= 0x200) {
    view.setUint8(Setup.loaderType, LOADER_UNDEFINED);
    view.setUint32(Setup.ramdiskImage, initrd?.address ?? 0, true);
    view.setUint32(Setup.ramdiskSize, initrd?.bytes.length ?? 0, true);
  }
  if (header.version >= 0x201) {
    view.setUint8(Setup.loadFlags, header.loadFlags | LoadFlag.canUseHeap);
    view.setUint16(Setup.heapEnd, stackBytes - STACK_ROOM, true);
  }
  if (header.version >= 0x202) {
    view.setUint32(Setup.commandLine, placement.commandLine, true);
  } else {
    view.setUint16(OldCommandLine.magicAt, OldCommandLine.magic, true);
    view.setUint16(OldCommandLine.offsetAt, stackBytes, true);
  }
  const mode = videoMode(text);
  if (mode !== undefined) view.setUint16(Setup.videoMode, mode, true);
  return bytes;
}

const videoModes: Readonly<Record<string, number>> = { normal: 0xffff, ext: 0xfffe, ask: 0xfffd };

/** The mode of `vga=`, which the loader has to pass on (boot.rst, "Special Command Line Options"); undefined: there is none. */
function videoMode(commandLine: string): number | undefined {
  const [, mode] = /(?:^|\s)vga=(\w+)/.exec(commandLine) ?? [];
  if (mode === undefined) return undefined;
  const number = videoModes[mode] ?? Number(mode);
  return Number.isInteger(number) ? number : undefined;
}
