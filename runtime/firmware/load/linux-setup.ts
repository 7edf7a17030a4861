import type { BootWrite } from './boot.ts';
import { type LinuxHeader, LOADER_UNDEFINED, LoadFlag, realModePart, Setup } from './linux-header.ts';
import { viewOf } from './view.ts';

/** What a loader tells the setup code. */
export interface SetupContent {
  readonly header: LinuxHeader;
  readonly initrd: BootWrite | undefined;
  readonly commandLine: BootWrite;
  /** What the command line has. */
  readonly text: string;
  /** From the real-mode part's first byte to the end of its stack. */
  readonly stackBytes: number;
}

/** The stack's own room (boot.rst, heap_end_ptr). */
const STACK_ROOM = 0x200;

/** The real-mode part of a bzImage, with the loader's fields filled in. */
export function setupPart(kernel: Uint8Array, content: SetupContent): Uint8Array {
  const { header, initrd, commandLine, text, stackBytes } = content;
  const bytes = realModePart(kernel).slice();
  const view = viewOf(bytes);
  view.setUint8(Setup.loaderType, LOADER_UNDEFINED);
  view.setUint8(Setup.loadFlags, header.loadFlags | LoadFlag.canUseHeap);
  view.setUint16(Setup.heapEnd, stackBytes - STACK_ROOM, true);
  view.setUint32(Setup.ramdiskImage, initrd?.address ?? 0, true);
  view.setUint32(Setup.ramdiskSize, initrd?.bytes.length ?? 0, true);
  view.setUint32(Setup.commandLine, commandLine.address, true);
  const mode = videoMode(text);
  if (mode !== undefined) view.setUint16(Setup.videoMode, mode, true);
  return bytes;
}

const videoModes: Readonly<Record<string, number>> = { normal: 0xffff, ext: 0xfffe, ask: 0xfffd };

/** What `vga=` asks for, which is the loader's to tell (boot.rst, "Special Command Line Options"); undefined: nothing. */
function videoMode(commandLine: string): number | undefined {
  const [, mode] = /(?:^|\s)vga=(\w+)/.exec(commandLine) ?? [];
  if (mode === undefined) return undefined;
  const number = videoModes[mode] ?? Number(mode);
  return Number.isInteger(number) ? number : undefined;
}
