import type { Cable } from '../../ata/cable.ts';
import type { Drive } from '../../ata/drive.ts';
import { Command, Control, Device, Register } from '../../ata/registers.ts';
import type { ReportGuestError } from '../../bus/guest-error.ts';
import type { Line } from '../../bus/irq.ts';
import type { AccessSize, PortBus } from '../../bus/ports.ts';
import type { BusMemory } from '../../memory/bus-memory.ts';
import { type Component, describe, flag, u8 } from '../../snapshot/describe.ts';
import { BusMaster, busMasterState } from './bus-master.ts';
import type { channelPorts } from './registers.ts';

const channelState = describe({ deviceControl: u8, device: u8, interruptLevel: flag, busMaster: busMasterState });

export interface ChannelOptions {
  readonly place: (typeof channelPorts)[number];
  readonly ports: PortBus;
  readonly memory: BusMemory;
  readonly irq: Line;
  readonly guestError?: ReportGuestError | undefined;
  /** Makes the drives on its cable: first (master) and second (slave). */
  readonly drives: (cable: Cable) => readonly [Drive | null, Drive | null];
  /** Whether a drive is on the cable now. */
  readonly isThere: (drive: Drive) => boolean;
}

/** One channel: a cable with two drives, the registers that both hear, and a bus master. */
export class Channel implements Cable {
  /** Its own state, and that of its drives. */
  readonly components: readonly Component[];
  readonly busMaster: BusMaster;
  readonly guestError: ReportGuestError | undefined;
  readonly #state = channelState.create();
  readonly #drives: readonly [Drive | null, Drive | null];
  readonly #all: readonly Drive[];
  readonly #isThere: (drive: Drive) => boolean;
  readonly #irq: Line;

  constructor({ place, ports, memory, irq, drives, isThere, guestError }: ChannelOptions) {
    this.guestError = guestError;
    this.#irq = irq;
    this.busMaster = new BusMaster(this.#state.busMaster, memory, {
      started: () => {
        for (const drive of this.#present) drive.data.moverStarted();
      },
    });
    this.#drives = drives(this);
    this.#all = this.#drives.filter((drive) => drive !== null);
    this.#isThere = isThere;
    const own = channelState.bind(place.name, this.#state);
    this.components = [own, ...this.#all.map(({ component }) => component)];
    this.#registerPorts(ports, place);
    this.reset();
  }

  #registerPorts(ports: PortBus, { name, command, control }: ChannelOptions['place']): void {
    ports.register({
      name: `${name} data`,
      first: command,
      count: 1,
      sizes: [2, 4],
      read: (_port, size) => this.#selected?.data.read(size) ?? 0,
      write: (_port, size, value) => this.#selected?.data.write(size, value),
      readBlock: (_port, size, target) => this.#selected?.data.readBlock(size, target) ?? 0,
      writeBlock: (_port, size, source) => this.#selected?.data.writeBlock(size, source) ?? 0,
    });
    ports.register({
      name,
      first: command + 1,
      count: 7,
      read: (port) => this.#read(port - command),
      write: (port, _size: AccessSize, value) => this.#write(port - command, value),
    });
    ports.register({
      name: `${name} control`,
      first: control,
      count: 1,
      read: () => this.#pollStatus(),
      write: (_port, _size, value) => this.#writeControl(value),
    });
  }

  get mover(): BusMaster {
    return this.busMaster;
  }

  /** The host polls the status, or waits for the interrupt. */
  happened(): void {}

  /** Power on and hard reset. */
  reset(): void {
    this.#state.deviceControl = 0;
    this.#state.device = Device.ones;
    this.busMaster.reset();
    for (const drive of this.#all) drive.reset();
    this.interruptChanged();
  }

  /** Only the selected drive drives the line, and it rises for the bus master too. */
  interruptChanged(): void {
    const enabled = (this.#state.deviceControl & Control.noInterrupts) === 0;
    const level = enabled && this.#selected?.taskFile.interrupt === true;
    if (level === this.#state.interruptLevel) return;
    this.#state.interruptLevel = level;
    if (level) this.busMaster.interrupted();
    this.#irq.set(level);
  }

  get #present(): readonly Drive[] {
    return this.#all.filter((drive) => this.#isThere(drive));
  }

  get #selected(): Drive | null {
    const drive = this.#drives[(this.#state.device & Device.second) === 0 ? 0 : 1];
    return drive !== null && this.#isThere(drive) ? drive : null;
  }

  /** Nothing is ever busy where no drive is. */
  get #status(): number {
    return this.#selected?.taskFile.status ?? 0;
  }

  #read(register: number): number {
    if (register === Register.status) return this.#readStatus();
    const high = (this.#state.deviceControl & Control.highOrderByte) !== 0;
    return this.#selected?.taskFile.read(register, high) ?? this.#readForAbsent(register, high);
  }

  /** The other drive answers, but tells of no error and has no signature (ATA/ATAPI-6, 9.16); 0 where there is none. */
  #readForAbsent(register: number, high: boolean): number {
    const other = this.#present[0];
    if (other === undefined || register === Register.error) return 0;
    const isSignature = register === Register.lbaMid || register === Register.lbaHigh;
    return isSignature ? 0xff : other.taskFile.read(register, high);
  }

  #pollStatus(): number {
    this.#selected?.port.polled();
    return this.#status;
  }

  #readStatus(): number {
    const status = this.#pollStatus();
    this.#selected?.taskFile.acknowledge();
    return status;
  }

  /** Both drives hear all registers; a command is for the selected one. */
  #write(register: number, value: number): void {
    this.#state.deviceControl &= ~Control.highOrderByte;
    if (register === Register.status) this.#command(value);
    else this.#writeBoth(register, value);
  }

  #writeBoth(register: number, value: number): void {
    const kept = register === Register.device ? value | Device.ones : value;
    for (const drive of this.#present) drive.taskFile.write(register, kept);
    if (register !== Register.device) return;
    this.#state.device = kept;
    this.interruptChanged();
  }

  #command(code: number): void {
    if (code === Command.executeDeviceDiagnostic) this.#diagnose();
    else this.#selected?.taskFile.command(code);
  }

  /** Both drives execute it, and the first one tells of the end (ATA/ATAPI-6, 9.10). */
  #diagnose(): void {
    if (this.#present.some((drive) => drive.taskFile.busy)) return;
    this.#writeBoth(Register.device, 0);
    for (const drive of this.#present) drive.taskFile.identify();
    this.#selected?.taskFile.askForInterrupt();
  }

  /** A software reset lasts as long as its bit is set. */
  #writeControl(value: number): void {
    const changed = this.#state.deviceControl ^ value;
    this.#state.deviceControl = value;
    if ((changed & Control.softReset) !== 0) this.#softReset((value & Control.softReset) !== 0);
    this.interruptChanged();
  }

  #softReset(begins: boolean): void {
    this.#writeBoth(Register.device, 0);
    for (const drive of this.#present) {
      if (begins) drive.taskFile.holdReset();
      else drive.taskFile.identify();
    }
  }
}
