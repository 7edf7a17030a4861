import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** QEMU's release, or undefined if there is none. */
export function qemuVersion(): string | undefined {
  const { stdout, error } = spawnSync('qemu-system-i386', ['--version']);
  return error === undefined ? /version (\S+)/.exec(stdout.toString())?.[1] : undefined;
}

export interface QemuRun {
  /** The guest's output on port E9h. */
  readonly text: string;
  /** It wrote to port F4h, or its processor was shut down: it did not have to be stopped. */
  readonly ended: boolean;
}

/** Runs a Multiboot image on qemu-system-i386 for so many milliseconds at most; undefined if there is none. */
export function runQemu(image: Uint8Array, flags: readonly string[], timeout: number): QemuRun | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'rawiron-qemu-'));
  try {
    // Its path is part of the guest's memory.
    writeFileSync(join(folder, 'kernel'), image);
    const machine = ['-machine', 'pc', '-display', 'none', '-no-reboot', ...flags];
    const ports = ['-kernel', 'kernel', '-debugcon', 'stdio', '-device', 'isa-debug-exit,iobase=0xf4,iosize=4'];
    const options = { timeout, maxBuffer: 64 << 20, cwd: folder };
    const { stdout, error, status } = spawnSync('qemu-system-i386', [...machine, ...ports], options);
    return isMissing(error) ? undefined : { text: stdout.toString('latin1'), ended: status !== null };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const isMissing = (error: Error | undefined): boolean =>
  (error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
