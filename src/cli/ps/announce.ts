import { announceMachine, ConfigurationError, type Machine, type RunningMachine, type VncServer } from '../../index.ts';
import { announceAwaited, type MachineTitle } from '../../node/running/announce.ts';
import { type ListenAddress, placeText } from '../../options/listen-address.ts';
import type { Backend } from '../backends/backend.ts';
import type { BackendPlan } from '../backends/plan.ts';
import type { Settings } from '../settings.ts';

type Sockets = RunningMachine['sockets'];

/** The places where one reaches a machine of the command line. */
interface Places {
  readonly plan: BackendPlan;
  readonly settings: Settings;
  readonly vnc: VncServer | undefined;
  /** Where inspectors may attach. */
  readonly inspector: string | undefined;
}

/** Lets `rawiron ps` show a machine, unless this user has no place for that. */
export function announce(machine: Machine, places: Places): Disposable {
  const { name } = places.settings.machine;
  return ifPossible(() => announceMachine(machine, { name, sockets: socketsOf(places) }));
}

/** Lets it show where one is waited for. */
export function announceWaiting(name: MachineTitle['name'], address: ListenAddress): Disposable {
  return ifPossible(() => announceAwaited({ name, sockets: [{ kind: 'incoming', place: placeText(address) }] }));
}

function ifPossible(announce: () => Disposable): Disposable {
  try {
    return announce();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return { [Symbol.dispose]: () => {} };
  }
}

function socketsOf({ plan, settings: { gdb }, vnc, inspector }: Places): Sockets {
  return [
    ...listening('monitor', plan.monitors),
    ...listening('qmp', plan.controls),
    ...plan.serials.flatMap((backend, n) => listening(`com${n + 1}`, [backend])),
    ...(gdb ? [{ kind: 'gdb', place: placeText(gdb) }] : []),
    ...(vnc ? [{ kind: 'vnc', place: placeText(vnc.address) }] : []),
    ...(inspector === undefined ? [] : [{ kind: 'inspector', place: inspector }]),
  ];
}

function listening(kind: string, backends: readonly Backend[]): Sockets {
  return backends.flatMap((backend) =>
    backend.type === 'socket' && backend.isServer ? [{ kind, place: placeText(backend.address) }] : [],
  );
}
