/** Runs v86 with COM1 on standard input and output. The options are the first argument, as JSON. */
import { readFileSync } from 'node:fs';
import { type V86Options as MachineOptions, V86 } from 'v86';
import type { FloppyStart, Start } from './engine.ts';

export type V86Options = (Start | FloppyStart) & Settings;

interface Settings {
  /** Paths of its WebAssembly module and of the BIOS images. */
  readonly wasm: string;
  readonly bios: string;
  readonly vgaBios: string;
  readonly jit: boolean;
}

/** Output that no line feed ends is sent after so many milliseconds. */
const FLUSH_DELAY = 1;
const megabyte = 1 << 20;
const lineFeed = 10;

function image(path: string): { buffer: ArrayBuffer } {
  return { buffer: new Uint8Array(readFileSync(path)).buffer };
}

/** v86's output comes byte by byte: sent on by the line. */
class LineOutput {
  #bytes: number[] = [];
  #timer: NodeJS.Timeout | undefined;

  readonly add = (byte: number): void => {
    this.#bytes.push(byte);
    if (byte === lineFeed) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), FLUSH_DELAY);
  };

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    process.stdout.write(Uint8Array.from(this.#bytes));
    this.#bytes = [];
  }
}

/** The images that it boots. */
function parts(start: Start | FloppyStart): MachineOptions {
  if ('floppy' in start) return { fda: image(start.floppy) };
  return { bzimage: image(start.kernel), initrd: image(start.initrd), cmdline: start.append };
}

// Standard output is the serial line's alone.
console.log = console.error;

const options: V86Options = JSON.parse(process.argv[2]);
const machine = new V86({
  wasm_path: options.wasm,
  bios: image(options.bios),
  vga_bios: image(options.vgaBios),
  ...parts(options),
  memory_size: options.memoryMegabytes * megabyte,
  vga_memory_size: 8 * megabyte,
  disable_jit: !options.jit,
  disable_speaker: true,
  autostart: true,
});
machine.add_listener('serial0-output-byte', new LineOutput().add);
process.stdin.on('data', (bytes) => machine.serial0_send(bytes.toString('latin1')));
process.stdin.on('end', () => process.exit(0));
