import { Duplex } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { FleetError } from '../error.ts';
import type { MachineScreen } from '../machines/screens.ts';
import { type OpenMachine, openHere, type SeatMachine } from '../machines/seat.ts';
import { OPERATOR, tenantOf } from '../tenants/names.ts';
import { ConfinedProcess } from './calls.ts';
import type { Confinement } from './confinement.ts';

/** Milliseconds that a machine has for its end before its process is killed. */
const PATIENCE = 5000;

/** Makes machines go on in processes of their own, which are confined. */
function openConfined(confinement: Confinement, log: (message: string) => void): OpenMachine {
  return async ({ name, manifest, limits: own, memory }, snapshots, { network, limits }) => {
    if (network !== undefined) throw new FleetError('a machine in a process of its own has no ports yet');
    const snapshot = await snapshots.get(manifest);
    const owner = { name, memory: memory + snapshot.length, log };
    const child = await ConfinedProcess.start('machine-process.ts', owner, confinement);
    try {
      const isOff = await child.call<boolean>('restore', Buffer.from(snapshot), name, { ...limits, ...own });
      return { machine: machineOf(child, isOff), screen: screenOf(child) };
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
  confinement: Confinement,
  isIsolated: boolean,
  log: (message: string) => void,
): OpenMachine {
  const confined = openConfined(confinement, log);
  return (record, ...rest) =>
    isIsolated || tenantOf(record.name) !== OPERATOR ? confined(record, ...rest) : openHere(record, ...rest);
}

function machineOf(child: ConfinedProcess, isOff: boolean): SeatMachine {
  const exited = Promise.withResolvers<{ readonly reason: string }>();
  child.on('exited', ['text'], (reason) => exited.resolve({ reason }));
  void child.ended.then((reason) => exited.resolve({ reason }));
  const on: SeatMachine['on'] = (name: string, hear: (value: never) => unknown) => {
    if (name === 'error') child.on('error', ['text'], (message) => hear(new Error(message) as never));
    else if (name === 'limit') child.on('limit', ['text'], (limit) => hear(limit as never));
    else child.on(name, [], () => hear(undefined as never));
  };
  return {
    serial: {
      write: async (bytes) => await child.call('write', bytes),
      on: (name, hear) => child.on(name, ['bytes'], hear),
    },
    ...{ exited: exited.promise, isOff, on },
    start: () => child.call('start'),
    pause: () => child.call('pause'),
    reset: () => child.call('reset'),
    async stop() {
      // Its process may have a guest that lets it do nothing else.
      const late = wait(PATIENCE, undefined, { ref: false });
      await Promise.race([child.call('stop').catch(() => {}), late]);
      await child[Symbol.asyncDispose]();
    },
    snapshot: (settings) => child.call('snapshot', settings),
  };
}

function screenOf(child: ConfinedProcess): MachineScreen {
  const views = new Map<number, Duplex>();
  let next = 0;
  /** Continues what waits until a view takes more. */
  const wanted = new Map<number, () => void>();
  child.on('view', ['number', 'bytes'], async (id, bytes) => {
    if (views.get(id)?.push(bytes) === false) await new Promise<void>((resolve) => wanted.set(id, resolve));
  });
  child.on('viewed', ['number'], (id) => void views.get(id)?.push(null));
  return {
    async view() {
      const id = next++;
      const view = new Duplex({
        read: () => wanted.get(id)?.(),
        write(bytes: Buffer, _, done) {
          child.call('toView', id, bytes).then(() => done(), done);
        },
        destroy(error, done) {
          views.delete(id);
          wanted.get(id)?.();
          wanted.delete(id);
          child.call('endView', id).catch(() => {});
          done(error);
        },
      });
      views.set(id, view);
      await child.call('view', id);
      return view;
    },
    picture: () => child.call('picture'),
  };
}
