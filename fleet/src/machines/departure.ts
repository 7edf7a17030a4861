import type { Machine } from 'rawiron';
import { FleetError } from '../error.ts';
import type { LastWords } from './move-channel.ts';
import { type Destination, sendMachine } from './moving.ts';
import type { Holding, Registry } from './registry.ts';

/** A seat whose machine is to move to another host. */
export interface DepartureSeat {
  readonly holding: Holding;
  readonly registry: Registry;
  /** Undefined: it is not here any more. @throws FleetError if it cannot move */
  machine(): Machine | undefined;
  /** The last words about it, while its guest stands still. */
  words(): LastWords;
  warn(message: string): void;
  /** Another host has it. */
  lose(): Promise<void>;
  /** It has not moved, and goes on here. */
  stay(): Promise<void>;
}

/** Moves a machine to another host, unless that fails: then it goes on here. */
export async function moveAway(seat: DepartureSeat, target: string): Promise<void> {
  const { registry, holding } = seat;
  try {
    // What was read before the last move had failed may say so still.
    if ((await registry.look(holding.name))?.target !== target) return await stay(seat, target, '');
    const place = await registry.place(target);
    if (place === undefined) throw new FleetError(`there is no host '${target}'`);
    await send(seat, { id: target, ...place });
  } catch (error) {
    await stay(seat, target, (error as Error).message);
  }
}

async function send(seat: DepartureSeat, to: Destination): Promise<void> {
  const { registry, holding } = seat;
  const machine = seat.machine();
  if (machine === undefined) return;
  const figures = await sendMachine(machine, holding, to, {
    words: () => seat.words(),
    recall: async (reason) => {
      if (!(await registry.recall(holding, to.id, reason))) throw new FleetError('another host has it');
    },
  });
  await seat.lose();
  await registry.tellMove(holding.name, figures);
}

/** It has not moved to a host. That may not go on with it once Redis has said so. */
async function stay(seat: DepartureSeat, target: string, problem: string): Promise<void> {
  if (problem !== '') seat.warn(`it does not move: ${problem}`);
  if (await seat.registry.recall(seat.holding, target, problem)) await seat.stay();
  else await seat.lose();
}
