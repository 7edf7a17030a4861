import { setTimeout as wait } from 'node:timers/promises';
import { Machine, type MachineOptions } from 'rawiron';
import { FleetError } from '../error.ts';
import { type Visitor, visit } from './door.ts';
import { type LastWords, MoveChannel, type Sender } from './move-channel.ts';
import type { HostPlace, MoveFigures } from './record.ts';
import type { Holding } from './registry.ts';

/** Milliseconds that the guest is to stand still at most, as far as the last pass tells. */
const STOP = 60;
/** Passes after which it may stand still for twice as long, each time: a guest may change more than can be sent. */
const PATIENCE = 10;
/** Milliseconds that the other host may take to go on with it. */
const VERDICT = 30_000;

/** Where a machine goes to. */
export interface Destination extends HostPlace {
  readonly id: string;
}

/**
 * Moves a machine to another host. It runs on meanwhile, until it goes on there.
 * @throws Error if it has not gone over, for all that is known here
 */
export async function sendMachine(
  machine: Machine,
  holding: Holding,
  to: Destination,
  sender: Sender,
): Promise<MoveFigures> {
  const began = performance.now();
  const { name, host: from, token } = holding;
  const socket = await visit(to, { act: 'move', name, from, token });
  const channel = new MoveChannel(socket, sender);
  const { migration } = machine;
  migration.set({ downtimeLimit: STOP, maxBandwidth: 0 });
  const grow = (pass: number) => {
    if (pass % PATIENCE === 0) migration.set({ downtimeLimit: migration.parameters.downtimeLimit * 2 });
  };
  migration.on('pass', grow);
  try {
    await migration.send(channel);
    const late = wait(VERDICT, undefined, { ref: false }).then(() => {
      throw new FleetError(`${to.id} does not say whether it goes on there`);
    });
    const { isAccepted, milliseconds } = await Promise.race([channel.verdict, late]);
    if (!isAccepted) throw new FleetError(`${to.id} was not to go on with it`);
    const { downtime, totalBytes: memory, diskBytes: disk, passes } = migration.statistics!;
    return {
      ...{ token: token + 1, from, to: to.id, memory, disk, passes },
      ...{ stop: Math.round(downtime + milliseconds), total: Math.round(performance.now() - began) },
    };
  } finally {
    migration.off('pass', grow);
    channel.end();
  }
}

/** The host's part in receiving a machine. */
export interface Receiver {
  readonly options: Partial<MachineOptions>;
  /**
   * It is here, and the guest stands still at the other host, if it has not gone on there.
   * @returns whether it goes on here
   */
  arrived(machine: Machine, words: LastWords): Promise<boolean>;
}

/**
 * Lets a machine come from another host. Resolves when it goes on here, or does not.
 * @throws Error if it does not come
 */
export async function receiveMachine({ welcome }: Visitor, receiver: Receiver): Promise<void> {
  const channel = new MoveChannel(welcome());
  try {
    const machine = await Machine.receive(channel, receiver.options);
    try {
      await machine.migration.arrived;
      const since = performance.now();
      const isAccepted = await receiver.arrived(machine, await channel.words);
      await channel.tell({ isAccepted, milliseconds: performance.now() - since }).catch(() => {});
      if (!isAccepted) await machine.stop();
    } catch (error) {
      await machine.stop();
      throw error;
    }
  } finally {
    channel.end();
  }
}
