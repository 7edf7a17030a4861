import { Console, ConsoleError } from '../console.ts';
import type { Command } from '../engines/engine.ts';
import type { Task } from './floppy.ts';

/** Milliseconds until the guest has booted. */
const BOOT_TIMEOUT = 120_000;

const booted = /^@\r?\n/m;
const ready = /^<\r?\n/m;
const end = /^(?:>([0-9A-F]{8})|\?)\r?\n/m;

/**
 * The result of a task: its duration by the host's clock, from the byte that begins it to its mark, or the reason why it failed.
 */
export type Outcome = { readonly milliseconds: number } | { readonly failure: string };

/**
 * Does tasks in a machine that boots their floppy disk, and tells of each. If the machine is lost, the task that it was at is the last one.
 * @throws ConsoleError if it does not boot
 */
export async function* runTasks(command: Command, tasks: readonly Task[], timeout: number): AsyncGenerator<Outcome> {
  const console = new Console(command);
  try {
    await console.expect(booted, BOOT_TIMEOUT);
    for (const task of tasks) {
      try {
        await console.expect(ready, timeout);
        const start = performance.now();
        console.send('\n');
        const stop = await console.expect(end, timeout);
        yield outcome(task, stop.at - start, stop.match[1]);
        if (stop.match[1] === undefined) return;
      } catch (error) {
        if (!(error instanceof ConsoleError)) throw error;
        yield { failure: error.message };
        return;
      }
    }
  } finally {
    console.close();
  }
}

function outcome(task: Task, milliseconds: number, checksum: string | undefined): Outcome {
  const { checksum: expected } = task.work;
  if (checksum === undefined) return { failure: 'the processor raised an exception that does not belong there' };
  if (expected === undefined || checksum === expected) return { milliseconds };
  return { failure: `its checksum was ${checksum} in the place of ${expected}` };
}
