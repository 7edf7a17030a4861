import type { MachineLimits } from 'rawiron';
import { FleetError } from '../error.ts';

/** The fate of a machine whose host is lost: it goes on elsewhere from its last checkpoint, or stays as it was there until it is resumed. */
export type LossPolicy = 'restart' | 'lost';

/** The state that a machine's owner wants; "gone": it is to be removed. */
export type Wanted = 'running' | 'suspended' | 'gone';

/**
 * What a machine does. waiting: for a host with room for it. starting: a host has taken it. lost: its host was lost, and its owner wants to decide what comes next. ended: the guest
 * has turned it off.
 */
export type MachineState = 'waiting' | 'starting' | 'running' | 'suspended' | 'lost' | 'ended';

/** A machine of the fleet, as the registry has it. */
export interface MachineRecord {
  readonly name: string;
  /** A random number that no other machine of this name has had. */
  readonly born: string;
  /** Name of the image that it began from. */
  readonly image: string;
  /** Bytes of the guest's memory. */
  readonly memory: number;
  readonly limits: MachineLimits;
  /** Seconds between two checkpoints; 0: there are none but those that are asked for. */
  readonly every: number;
  /** Seconds after which it is suspended when nobody has used its console; 0: never. */
  readonly idle: number;
  readonly policy: LossPolicy;
  readonly wanted: Wanted;
  readonly state: MachineState;
  /** Why it is so, in words; empty: there is nothing to say. */
  readonly problem: string;
  /** The host that has it; empty: none. */
  readonly owner: string;
  /** How often a host has taken it: whoever has an older number has it no more. */
  readonly token: number;
  /** Its last checkpoint: the digest of the list of its pieces. */
  readonly manifest: string;
  /** Bytes that it had sent on COM1 by then. */
  readonly offset: number;
  /** Time of the last checkpoint, in milliseconds since 1970, by the clock of Redis. */
  readonly saved: number;
  /** How many checkpoints were asked for, and which of them was made last. */
  readonly asked: number;
  readonly answered: number;
  /** Goes up while somebody uses its console. */
  readonly used: number;
  /** It was suspended as nobody has used it, and goes on when somebody does. */
  readonly isAsleep: boolean;
  /** The host that it is to move to; empty: none. */
  readonly target: string;
  /** How often it has moved: a token that is higher for another reason says that it went on from a checkpoint. */
  readonly moves: number;
  /** Its last move; undefined: there was none, or nobody knows. */
  readonly moved: MoveFigures | undefined;
  readonly network: MachineNetwork;
  /** "open": a gateway has its ports; empty: none has told of them yet; else why a gateway has not. */
  readonly ports: string;
}

/** How a machine has moved. Times are in milliseconds. */
export interface MoveFigures {
  /** Its token after that. */
  readonly token: number;
  readonly from: string;
  readonly to: string;
  /** How long the guest stood still. */
  readonly stop: number;
  readonly total: number;
  /** Bytes of memory and of disks that were sent. */
  readonly memory: number;
  readonly disk: number;
  /** How often what the guest had changed was sent. */
  readonly passes: number;
}

/** A network card of a machine, as it was made. */
export interface MachineCard {
  readonly model: string;
  readonly mac: string;
}

/** A port of the gateway that leads to a TCP port of a machine. */
export interface PortForward {
  readonly port: number;
  readonly guestPort: number;
}

/** A machine's network: its first card is connected to the gateway. */
export interface MachineNetwork {
  readonly cards: readonly MachineCard[];
  readonly forwards: readonly PortForward[];
}

/** No card, or an image that was added before images told of theirs. */
export const noNetwork: MachineNetwork = { cards: [], forwards: [] };

/** A gateway has the ports of a machine. */
export const OPEN = 'open';

/** The reason for which a machine was suspended by itself. */
export const UNUSED = 'nobody has used its console';

/** Names in Redis. */
/** The fleet: its epoch, and the lease of its hosts. */
export const FLEET = 'rawiron:fleet';
export const MACHINES = 'rawiron:machines';
/** Machines that have ports of the gateway. */
export const WITH_PORTS = 'rawiron:machines:ports';
export const HOSTS = 'rawiron:hosts';
/** Names of hosts that are drained: one that begins again under its name stays so. */
export const DRAINED = 'rawiron:drained';
/** Machines that wait for a host, by the memory that they need. */
export const WAITING = 'rawiron:waiting';
/** Hosts that take machines, by the memory that they have left. */
export const ROOM = 'rawiron:room';
/** Tells gateways names of machines that have changed. */
export const NEWS = 'rawiron:news';
export const machineKey = (name: string): string => `rawiron:machine:${name}`;
export const outputKey = (name: string): string => `rawiron:machine:${name}:output`;
export const inputChannel = (name: string): string => `rawiron:machine:${name}:input`;
/** The gateway that has a machine's network. */
export const networkKey = (name: string): string => `rawiron:machine:${name}:network`;
export const hostKey = (id: string): string => `rawiron:host:${id}`;
export const hostMachinesKey = (id: string): string => `rawiron:host:${id}:machines`;
/** The machines that a host has which does not find its fleet in Redis. */
export const hostHeldKey = (id: string): string => `rawiron:host:${id}:held`;
/** Machines that are to move to a host. */
export const hostComingKey = (id: string): string => `rawiron:host:${id}:coming`;
/** Tells a host names of machines that have something for it to do. */
export const newsChannel = (id: string): string => `rawiron:host:${id}:news`;

/** The name of a machine, which may have its tenant before it. @throws FleetError for what is none */
export function checkedName(name: string): string {
  if (/^([a-z0-9][a-z0-9-]{0,30}\/)?[a-zA-Z0-9][\w.-]{0,62}$/.test(name)) return name;
  throw new FleetError(`'${name}' is no name of a machine; give letters, digits, . _ -, up to 63 of them`);
}

/** Undefined: there is none. */
export function recordOf(name: string, fields: Readonly<Record<string, string>>): MachineRecord | undefined {
  if (fields.state === undefined) return undefined;
  const number = (field: string) => Number(fields[field] ?? 0);
  const isAsleep = fields.asleep === '1';
  return {
    name,
    born: fields.born ?? 'first',
    image: fields.image!,
    memory: number('memory'),
    limits: JSON.parse(fields.limits!) as MachineLimits,
    every: number('every'),
    idle: number('idle'),
    policy: fields.policy as LossPolicy,
    wanted: fields.wanted as Wanted,
    state: fields.state as MachineState,
    problem: fields.problem || (isAsleep ? UNUSED : ''),
    owner: fields.owner ?? '',
    token: number('token'),
    manifest: fields.manifest!,
    offset: number('offset'),
    saved: number('saved'),
    asked: number('asked'),
    answered: number('answered'),
    used: number('used'),
    isAsleep,
    target: fields.target ?? '',
    moves: number('moves'),
    moved: fields.moved === undefined ? undefined : (JSON.parse(fields.moved) as MoveFigures),
    ports: fields.ports ?? '',
    network: fields.network === undefined ? noNetwork : (JSON.parse(fields.network) as MachineNetwork),
  };
}

/** The fields that `recordOf` reads. */
export function fieldsOf(record: MachineRecord): Record<string, string> {
  const { name: _, isAsleep, problem, limits, network, moved, ...rest } = record;
  const plain = Object.entries(rest).map(([field, value]) => [field, `${value}`]);
  return {
    ...(Object.fromEntries(plain) as Record<string, string>),
    ...{ asleep: isAsleep ? '1' : '0', problem: problem === UNUSED ? '' : problem },
    ...{ limits: JSON.stringify(limits), network: JSON.stringify(network) },
    ...(moved !== undefined && { moved: JSON.stringify(moved) }),
  };
}

/** A host, as it has told last. */
export interface HostRecord {
  readonly id: string;
  /** Its name, which one that begins again has, too; empty: none. */
  readonly name: string;
  /** Goes up as long as it lives. */
  readonly beat: number;
  /** Milliseconds of silence after which others may take its machines. */
  readonly lease: number;
  /** Bytes of memory for machines, and how many are free. */
  readonly memory: number;
  readonly free: number;
  readonly machines: number;
  /** Its processors, and what its machines may take of one, in percent. */
  readonly processors: number;
  readonly share: number;
  /** It is emptied, and takes no machines: nothing is free. */
  readonly isDrained: boolean;
}

/** Where a host is reached by others, and the word that they have to say there. */
export interface HostPlace {
  readonly address: string;
  readonly port: number;
  readonly pass: string;
}
