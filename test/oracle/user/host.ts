import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as layout from './layout.ts';
import type { Outcome, Program, UserEvent } from './program.ts';

const { CODE_BYTES, FRAMES, IMAGE_BYTES, MOST_EVENTS, PAGE, slotFrames } = layout;
const SLOTS = slotFrames.length;
/** Sizes and offsets of the harness's records. */
const Input = { rights: 44, most: 44 + SLOTS, code: 44 + 2 * SLOTS } as const;
const STARTS = Input.code + CODE_BYTES;
const IMAGE = STARTS + CODE_BYTES / 8;
const INPUT_BYTES = IMAGE + IMAGE_BYTES;
const EVENT_WORDS = 13;
const EVENT_BYTES = 4 * EVENT_WORDS + IMAGE_BYTES;
const MEMORY_BYTES = FRAMES * PAGE;

const needed = ['fxsr', 'pni', 'ssse3', 'sse4_1', 'sse4_2', 'popcnt', 'movbe', 'aes', 'pclmulqdq'];

/** Why the host's processor cannot be asked, or undefined if it can. */
export function whyNoHost(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'the host is no Linux on an x86-64';
  const flags = new Set(/^flags\s*: (.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]?.split(' '));
  const lacking = needed.filter((name) => !flags.has(name));
  if (lacking.length > 0) return `the host's processor has no ${lacking.join(', ')}`;
  const gcc = spawnSync('gcc', ['-m64', '-x', 'c', '-E', '-'], {
    input: '#include <linux/seccomp.h>\n#include <ucontext.h>\n',
  });
  return gcc.status === 0 ? undefined : 'there is no gcc for x86-64 with its headers';
}

function encode(program: Program): Uint8Array {
  const bytes = new Uint8Array(INPUT_BYTES);
  const words = [...program.registers, program.eip, program.eflags, program.end];
  bytes.set(new Uint8Array(Int32Array.from(words).buffer));
  bytes.set(program.rights, Input.rights);
  bytes.set(program.most, Input.most);
  bytes.set(program.code, Input.code);
  for (const { offset } of program.places) bytes[STARTS + (offset >> 3)]! |= 1 << (offset & 7);
  bytes.set(program.image, IMAGE);
  return bytes;
}

function decodeEvent(bytes: Uint8Array): UserEvent {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const [vector, error, address, eip, eflags, ...registers] = Array.from({ length: EVENT_WORDS }, (_, n) =>
    view.getInt32(4 * n, true),
  );
  const image = bytes.slice(4 * EVENT_WORDS);
  return { vector: vector!, error: error!, address: address!, eip: eip!, eflags: eflags!, registers, image };
}

/** The harness, compiled. */
export class Host {
  readonly #folder = mkdtempSync(join(tmpdir(), 'harness-'));
  readonly #path = join(this.#folder, 'harness');
  readonly #memory: Uint8Array;

  /** `memory`: the data and stack pages as every program finds them. */
  constructor(memory: Uint8Array) {
    this.#memory = memory;
    const { BASE, CODE, CODE_SLOT } = layout;
    const macros = { BASE, CODE, CODE_SLOT, CODE_BYTES, SLOTS, FRAME_COUNT: FRAMES, FRAMES: slotFrames, MOST_EVENTS };
    const options = Object.entries(macros).map(([name, value]) => `-D${name}=${value}`);
    const source = join(import.meta.dirname, 'harness.c');
    // As a PIE it lies above 4 GB.
    const flags = ['-m64', '-O1', '-fPIE', '-pie', '-mno-red-zone', '-fno-stack-protector', '-fcf-protection=none'];
    execFileSync('gcc', [...flags, ...options, '-o', this.#path, source]);
  }

  run(programs: readonly Program[]): Outcome[] {
    const input = Buffer.concat([this.#memory, ...programs.map(encode)]);
    const maxBuffer = programs.length * (4 + MOST_EVENTS * EVENT_BYTES + MEMORY_BYTES) + 1;
    const { stdout, stderr, status, signal } = spawnSync(this.#path, { input, maxBuffer });
    const outcomes: Outcome[] = [];
    for (let at = 0; at + 4 <= stdout.length; ) {
      const count = stdout.readUInt32LE(at);
      const events = at + 4;
      const memory = events + count * EVENT_BYTES;
      at = memory + MEMORY_BYTES;
      if (at > stdout.length) break;
      outcomes.push({
        events: Array.from({ length: count }, (_, n) =>
          decodeEvent(stdout.subarray(events + n * EVENT_BYTES, events + (n + 1) * EVENT_BYTES)),
        ),
        memory: stdout.subarray(memory, at),
      });
    }
    if (status === 0 && outcomes.length === programs.length) return outcomes;
    throw new Error(
      `harness ended with ${signal ?? status} ${stderr}after program ${programs[outcomes.length - 1]?.seed}`,
    );
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true });
  }
}
