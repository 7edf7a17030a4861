import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from './engine.ts';

/** Where the smallest program is loaded, and what is in front of its code: headers of ELF and of its only segment. */
const BASE = 0x08048000;
const HEADERS = 52 + 32;
/** xor ebx, ebx; mov eax, 1; int 80h: exit(0). */
const code = [0x31, 0xdb, 0xb8, 1, 0, 0, 0, 0xcd, 0x80];

/** A program for i386 that ends at once (System V ABI, Intel386 supplement, chapters 4 and 5). */
function smallestProgram(): Uint8Array {
  const bytes = HEADERS + code.length;
  const file = [0x464c457f, 0x00010101, 0, 0, 0x00030002, 1, BASE + HEADERS, 52, 0, 0, 0x00200034, 1, 0];
  const segment = [1, 0, BASE, BASE, bytes, bytes, 5, 0x1000];
  return Uint8Array.of(...new Uint8Array(Uint32Array.from([...file, ...segment]).buffer), ...code);
}

/** Whether the host runs Linux programs for i386: some kernels only run those of 64 bits. */
export function runsI386Programs(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'rawiron-native-'));
  try {
    const program = join(folder, 'program');
    writeFileSync(program, smallestProgram(), { mode: 0o755 });
    return spawnSync(program).status === 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function prepare(): Promise<string> {
  if (!runsI386Programs()) throw new Error('the host does not run Linux programs for i386');
  return cpus()[0]?.model ?? 'unknown';
}

export const native: Engine = {
  name: 'native',
  about: "the host's own CPU, without a machine around it",
  kind: 'host',
  share: 4,
  prepare,
  command: () => ({ command: 'sh', args: [] }),
};
