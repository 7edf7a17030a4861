import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Machine } from '../../src/index.ts';
import type { Fill } from './fills.ts';
import { fillDisk, MARK_PORT } from './guest.ts';

/** Counts marks of a guest, by the host's clock. */
export class Rounds {
  #count = 0;
  #waiting: (() => void) | undefined;

  add(marks: number): void {
    this.#count += marks;
    this.#waiting?.();
  }

  /** Waits for so many rounds; milliseconds a round, from mark to mark. */
  async measure(rounds: number): Promise<number> {
    return await this.measureBy(() => performance.now(), rounds);
  }

  /** Measures by another clock. */
  async measureBy(clock: () => number, rounds: number): Promise<number> {
    await this.#next(1);
    const [start, first] = [clock(), this.#count];
    await this.#next(rounds);
    return (clock() - start) / (this.#count - first);
  }

  async #next(rounds: number): Promise<void> {
    const goal = this.#count + rounds;
    while (this.#count < goal) await new Promise<void>((resolve) => (this.#waiting = resolve));
  }
}

/** A guest that draws, and its rounds. */
export interface Drawing extends AsyncDisposable {
  readonly rounds: Rounds;
}

/** In a machine of this project's, which is in `machine`. */
export async function drawHere(fill: Fill): Promise<Drawing & { readonly machine: Machine }> {
  const drives = [{ image: fillDisk(fill), format: 'raw' as const }];
  const machine = await Machine.create({ memory: 32, drives, debugConsole: { iobase: MARK_PORT } });
  const rounds = new Rounds();
  machine.debugConsole.on('data', (bytes) => rounds.add(bytes.length));
  await machine.start();
  return { rounds, machine, [Symbol.asyncDispose]: () => machine.stop() };
}

/** In QEMU. */
export async function drawInQemu(fill: Fill): Promise<Drawing> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-display-'));
  const disk = join(folder, 'disk');
  await writeFile(disk, fillDisk(fill));
  const drive = `file=${disk},format=raw`;
  const quiet = ['-display', 'none', '-serial', 'none', '-monitor', 'none', '-net', 'none', '-accel', 'tcg'];
  const marks = ['-debugcon', 'stdio', '-global', `isa-debugcon.iobase=${MARK_PORT}`];
  const qemu = spawn('qemu-system-i386', ['-m', '32', '-vga', 'std', ...quiet, ...marks, '-drive', drive], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const rounds = new Rounds();
  qemu.stdout.on('data', (bytes: Buffer) => rounds.add(bytes.length));
  return {
    rounds,
    async [Symbol.asyncDispose]() {
      qemu.kill();
      await rm(folder, { recursive: true });
    },
  };
}
