import { memoryMegabytes } from './contender.ts';
import { rawironCommand, translator } from './engines/rawiron.ts';
import type { Program } from './programs.ts';
import { Session } from './session.ts';
import type { Workspace } from './workspace.ts';

/** 8 ns an instruction. */
const ICOUNT_SHIFT = 3;
const FEW_ROUNDS = 2;
const MORE_ROUNDS = 12;
const TIMEOUT = 300_000;

/**
 * The instructions that a program's standard size takes, counted by a machine whose time is made of them. What starting
 * the program takes is not among them: it is the same for few rounds as for more.
 */
export async function countInstructions(program: Program, { files }: Workspace): Promise<number> {
  const { kernel, initrd } = files;
  const start = { kernel, initrd, append: 'console=ttyS0', memoryMegabytes };
  const session = await Session.start({
    engine: translator,
    command: rawironCommand({ ...start, engine: 'translator', icountShift: ICOUNT_SHIFT }),
    files,
    bootTimeout: TIMEOUT,
    programTimeout: TIMEOUT,
  });
  try {
    const counted = async (rounds: number) => {
      const { metrics: before } = await session.counters();
      await session.run(program, rounds);
      return (await session.counters()).metrics.instructions - before.instructions;
    };
    const few = await counted(FEW_ROUNDS);
    const more = await counted(MORE_ROUNDS);
    return Math.round(((more - few) / (MORE_ROUNDS - FEW_ROUNDS)) * program.rounds);
  } finally {
    session.close();
  }
}
