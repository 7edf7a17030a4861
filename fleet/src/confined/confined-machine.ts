import { Duplex } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { FleetError, PermanentError } from '../error.ts';
import type { MachineScreen } from '../machines/screens.ts';
import { type OpenMachine, openHere, type SeatMachine } from '../machines/seat.ts';
import { OPERATOR, tenantOf } from '../tenants/names.ts';
import { checkApart } from './apart.ts';
import { ConfinedProcess } from './confined-process.ts';
import type { Confinement } from './confinement.ts';
import { ProtocolError } from './frames.ts';
import { PART } from './messages.ts';
import { type Content, NOTHING, TEXT } from './words.ts';

/** Milliseconds that a machine has for its end before its process is killed. */
const PATIENCE = 5000;
/** Bytes of a picture, and of a snapshot besides twice the machine's memory: its disks, and its devices. */
const [PICTURE, DISKS] = [64 << 20, 2 * 2 ** 30];
/** Times that a machine may come to one of its limits. */
const MOST_LIMITS = 1000;
/** Bytes with one message, at most: their number has 32 bits. */
const MOST = 2 ** 32 - 1;

const fieldsOnly = <Fields>(fields: z.ZodType<Fields>): Content<Fields> => ({ fields, most: 0 });
const bytesOnly = (most: number): Content<object> => ({ ...NOTHING, most });
const ofView = (most: number): Content<{ id: number }> => ({ fields: z.strictObject({ id: z.int() }), most });

/** Makes machines go on in processes of their own, which are confined. */
function openConfined(confinement: Confinement | Promise<Confinement>, log: (message: string) => void): OpenMachine {
  return async ({ name, manifest, limits: own, memory }, snapshots, { network, limits }) => {
    if (network !== undefined) throw new FleetError('a machine in a process of its own has no ports yet');
    const snapshot = await snapshots.get(manifest);
    const owner = { name, memory: memory + snapshot.length, log };
    const child = await ConfinedProcess.start('machine-process.ts', owner, await confinement);
    const machine = machineOf(child, Math.min(2 * owner.memory + DISKS, MOST));
    const screen = screenOf(child);
    const restored = fieldsOnly(z.strictObject({ isOff: z.boolean() }));
    try {
      const given = { name, limits: { ...limits, ...own } };
      const { isOff } = (await child.call('restore', restored, given, snapshot)).fields;
      return { machine: { ...machine, isOff }, screen };
    } catch (error) {
      await child[Symbol.asyncDispose]();
      throw error;
    }
  };
}

/**
 * Makes the machines of tenants, or all, go on in processes of their own, and the others in this one.
 * @param log hears what such processes say
 */
export function openByTenant(
  confinement: Confinement | Promise<Confinement>,
  isIsolated: boolean,
  log: (message: string) => void,
): OpenMachine {
  const confined = openConfined(confinement, log);
  return async (record, ...rest) => {
    const isTenants = tenantOf(record.name) !== OPERATOR;
    if (isTenants) checkApart(await confinement);
    return await (isIsolated || isTenants ? confined : openHere)(record, ...rest);
  };
}

/** The contents of a machine's events, and what their listeners get of them. */
function hearMachine(child: ConfinedProcess, hear: (name: string, value: unknown) => unknown): void {
  let limits = 0;
  child.on('data', bytesOnly(PART), (_, bytes) => hear('data', bytes));
  child.on('off', NOTHING, () => hear('off', undefined));
  child.on('error', fieldsOnly(z.strictObject({ message: TEXT })), ({ message }) => hear('error', new Error(message)));
  child.on('limit', fieldsOnly(z.strictObject({ limit: TEXT })), ({ limit }) => {
    if (++limits > MOST_LIMITS) throw new ProtocolError('limits without an end');
    return hear('limit', limit);
  });
}

/** @param most bytes of a snapshot */
function machineOf(child: ConfinedProcess, most: number): Omit<SeatMachine, 'isOff'> {
  const exited = Promise.withResolvers<Awaited<SeatMachine['exited']>>();
  child.on('exited', fieldsOnly(z.strictObject({ reason: TEXT })), exited.resolve);
  // One that breaks the protocol would do so again elsewhere.
  void child.ended.then((error) => exited.resolve({ reason: error.message, isFinal: error instanceof PermanentError }));
  const listeners = new Map<string, (value: never) => unknown>();
  hearMachine(child, (name, value) => listeners.get(name)?.(value as never));
  const on = (name: string, hear: (value: never) => unknown) => listeners.set(name, hear);
  const act = (name: string) => () => child.call(name, NOTHING);
  return {
    serial: { on, write: async (bytes) => void (await child.call('write', NOTHING, {}, bytes)) },
    ...{ exited: exited.promise, on },
    ...{ start: act('start'), pause: act('pause'), reset: act('reset') },
    async stop() {
      // Its process may have a guest that lets it do nothing else.
      const late = wait(PATIENCE, undefined, { ref: false });
      await Promise.race([child.call('stop', NOTHING).catch(() => {}), late]);
      await child[Symbol.asyncDispose]();
    },
    snapshot: async (settings) => (await child.call('snapshot', bytesOnly(most), settings)).bytes,
  };
}

function screenOf(child: ConfinedProcess): MachineScreen {
  const views = new Map<number, Duplex>();
  let next = 0;
  /** Continues what waits until a view takes more. */
  const wanted = new Map<number, () => void>();
  child.on('view', ofView(PART), async ({ id }, bytes) => {
    if (views.get(id)?.push(bytes) === false) await new Promise<void>((resolve) => wanted.set(id, resolve));
  });
  child.on('viewed', ofView(0), ({ id }) => void views.get(id)?.push(null));
  return {
    async view() {
      const id = next++;
      const view = new Duplex({
        read: () => wanted.get(id)?.(),
        write(bytes: Buffer, _, done) {
          child.call('toView', NOTHING, { id }, bytes).then(() => done(), done);
        },
        destroy(error, done) {
          views.delete(id);
          wanted.get(id)?.();
          wanted.delete(id);
          child.call('endView', NOTHING, { id }).catch(() => {});
          done(error);
        },
      });
      views.set(id, view);
      try {
        await child.call('view', NOTHING, { id });
      } catch (error) {
        view.destroy();
        throw error;
      }
      return view;
    },
    picture: async () => (await child.call('picture', bytesOnly(PICTURE))).bytes,
  };
}
