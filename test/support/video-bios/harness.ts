import { assemble } from '../../../runtime/firmware/assembler/index.ts';
import { run, state } from './calls-text.ts';
import { BUFFER } from './places.ts';
import { output, start } from './start-text.ts';

/** A call of int 10h; registers that are left out are 0, but ES (BUFFER). */
export interface Call {
  readonly ax: number;
  readonly bx?: number;
  readonly cx?: number;
  readonly dx?: number;
  readonly di?: number;
  readonly bp?: number;
  readonly es?: number;
  /** Values to print after the call, besides the registers: state, memory (sums of video memory), 64 or 256 bytes at ES:DI. */
  readonly tell?: readonly ('state' | 'memory' | 'block' | 'buffer')[];
}

const tells = ['state', 'memory', 'block', 'buffer'] as const;

function callLine({ ax, bx = 0, cx = 0, dx = 0, di = 0, bp = 0, es = BUFFER, tell = [] }: Call): string {
  const flags = tell.reduce((sum, name) => sum | (1 << tells.indexOf(name)), 0);
  return `        dw      ${[ax, bx, cx, dx, di, bp, es, flags].join(', ')}`;
}

const SIZE = 0x20000;

/** A system BIOS of 128 KB that starts a video BIOS and goes on at the text's `calls_start`, which may print. */
export function buildImage(videoBios: Uint8Array, text: string): Uint8Array {
  const end = 'times 0xFFF0 - ($ - $$) db 0\n        jmp     0xF000:entry\ntimes 0x10000 - ($ - $$) db 0\n';
  const { bytes } = assemble([start, text, output, end].join('\n'), { bits: 16 });
  const image = new Uint8Array(SIZE);
  image.set(videoBios.subarray(0, 0x10000));
  image.set(bytes, 0x10000);
  return image;
}

/** One that makes calls of int 10h and prints what they give. */
export function buildHarness(videoBios: Uint8Array, calls: readonly Call[]): Uint8Array {
  return buildImage(videoBios, [run, state, `calls:\n${calls.map(callLine).join('\n')}\ncalls_end:\n`].join('\n'));
}
