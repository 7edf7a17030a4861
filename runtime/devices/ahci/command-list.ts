import type { Cable, DataMover, DriveEvent } from '../../ata/cable.ts';
import { queuedCommands } from '../../ata/disk/commands.ts';
import type { QueueHost } from '../../ata/disk/queue.ts';
import type { Drive } from '../../ata/drive.ts';
import { Command, Control, Status } from '../../ata/registers.ts';
import type { ReportGuestError } from '../../bus/guest-error.ts';
import type { BusMemory } from '../../memory/bus-memory.ts';
import { address64 } from '../../memory/descriptors.ts';
import type { StateOf } from '../../snapshot/describe.ts';
import { COMMAND_BYTES, type CommandFis, pioSetupFis, readCommandFis } from './fis.ts';
import type { ReceivedFises } from './received.ts';
import { Regions } from './regions.ts';
import { Header, Interrupt, LinkError, PortCommand, SLOTS, Table } from './registers.ts';
import { NONE, type portState } from './state.ts';

/** A command's header as the driver wrote it. */
interface CommandHeader {
  readonly at: number;
  readonly flags: number;
  readonly table: number;
  readonly regions: Regions;
}

export interface CommandListOptions {
  readonly state: StateOf<typeof portState>;
  readonly memory: BusMemory;
  readonly received: ReceivedFises;
  readonly guestError: ReportGuestError;
}

/** The commands that a driver has listed for a port's drive: what sends them, and moves their data (AHCI 1.3.1, 5.3 and 5.6). */
export class CommandList implements Cable, QueueHost {
  readonly guestError: ReportGuestError;
  readonly mover: DataMover;
  /** Wiring: set when it is made. */
  drive: Drive | null = null;
  readonly #state: StateOf<typeof portState>;
  readonly #memory: BusMemory;
  readonly #received: ReceivedFises;
  /** Derived: headers of slots whose commands are under way. */
  readonly #headers = new Map<number, CommandHeader>();
  /** Derived, as it lasts no longer than a call: commands are being chosen. */
  #isChoosing = false;
  /** Derived, likewise: blocks are being moved. */
  #isMoving = false;
  /** Derived, likewise: the command has ended meanwhile. */
  #hasEnded = false;

  constructor({ state, memory, received, guestError }: CommandListOptions) {
    this.#state = state;
    this.#memory = memory;
    this.#received = received;
    this.guestError = guestError;
    this.mover = this.#makeMover();
  }

  /** Drops the command that is being executed. */
  clear(): void {
    Object.assign(this.#state, { slot: NONE, moved: 0 });
    this.#headers.clear();
  }

  /** A state was loaded: headers are read again. */
  restored(): void {
    this.#headers.clear();
  }

  // Choosing.

  /** Sends commands while there are some that the drive can take. */
  run(): void {
    if (this.#isChoosing) return;
    this.#isChoosing = true;
    for (let slot = this.#nextSlot(); slot !== NONE; slot = this.#nextSlot()) this.#send(slot, this.drive!);
    this.#isChoosing = false;
  }

  /** The next one behind that of the last command: each has its turn. */
  #nextSlot(): number {
    const { command, issue, slot, lastSlot, halted, taskFile } = this.#state;
    const isBusy = slot !== NONE || (taskFile & (Status.busy | Status.dataRequest)) !== 0;
    if (this.drive === null || issue === 0 || isBusy || halted || (command & PortCommand.runs) === 0) return NONE;
    let next = lastSlot;
    do next = (next + 1) % SLOTS;
    while ((issue & (1 << next)) === 0);
    return next;
  }

  #send(slot: number, drive: Drive): void {
    const state = this.#state;
    state.lastSlot = slot;
    const header = this.#header(slot);
    const bytes = new Uint8Array(COMMAND_BYTES);
    if (!this.#memory.has(header.at, Header.bytes) || !this.#memory.has(header.table, COMMAND_BYTES)) {
      this.#fail('AHCI: a command is not in memory, slot', slot, LinkError.internal, Interrupt.hostBusFatal);
      return;
    }
    this.#memory.read(header.table, bytes);
    const fis = readCommandFis(bytes);
    if (fis === null || !fits(fis, slot, header)) {
      const error = LinkError.handshake | LinkError.protocol;
      this.#fail('AHCI: a command that no drive takes, slot', slot, error, Interrupt.interfaceFatal);
      return;
    }
    Object.assign(state, { slot, moved: 0 });
    if (fis.code === undefined) this.#sendControl(fis, header, drive);
    else {
      state.taskFile |= Status.busy;
      fis.fill(drive.taskFile);
      this.#execute(fis.code, drive);
    }
  }

  #fail(what: string, slot: number, error: number, interrupt: number): void {
    this.#headers.delete(slot);
    this.guestError(what, slot);
    this.#state.error = (this.#state.error | error) >>> 0;
    this.#received.stop(interrupt);
  }

  #execute(code: number, drive: Drive): void {
    if (code === Command.executeDeviceDiagnostic) {
      drive.taskFile.identify();
      this.#end();
    } else drive.taskFile.command(code);
  }

  /** A software reset lasts as long as its bit is set in the last such FIS (Serial ATA 2.6, 11.4). */
  #sendControl({ control }: CommandFis, { flags }: CommandHeader, drive: Drive): void {
    const state = this.#state;
    if ((control & Control.softReset) !== 0) {
      drive.taskFile.holdReset();
      state.taskFile = (flags & Header.clearBusy) === 0 ? state.taskFile | Status.busy : state.taskFile & ~Status.busy;
      state.isHeld = true;
    } else if (state.isHeld) {
      state.isHeld = false;
      this.#headers.clear();
      drive.taskFile.identify();
      state.signatureWaits = true;
      this.#received.signature(drive.taskFile);
    }
    this.#headers.delete(state.slot);
    this.#release();
  }

  #header(slot: number): CommandHeader {
    const { commandList, commandListUpper } = this.#state;
    const known = this.#headers.get(slot);
    if (known !== undefined) return known;
    const at = address64(commandList, commandListUpper) + slot * Header.bytes;
    const view = new DataView(new ArrayBuffer(Header.bytes));
    this.#memory.read(at, new Uint8Array(view.buffer));
    const flags = view.getUint32(0, true);
    const low = (view.getUint32(Header.table, true) & -Table.alignment) >>> 0;
    const table = address64(low, view.getUint32(Header.table + 4, true));
    const regions = new Regions(this.#memory, table + Table.regions, flags >>> Header.entriesShift);
    const header = { at, flags, table, regions };
    this.#headers.set(slot, header);
    return header;
  }

  // The drive's end of the cable.

  /** Nothing to do: a drive's requests for an interrupt arrive in the FISes that it sends. */
  interruptChanged(): void {}

  happened(event: DriveEvent): void {
    if (event === 'block') this.#moveBlocks();
    else if (event === 'queued') this.#queued();
    else if (this.#isMoving) this.#hasEnded = true;
    else this.#end();
  }

  /** The drive has taken the command, and tells of its end by its tag. */
  #queued(): void {
    this.#received.registers(this.drive!.taskFile, false);
    this.#release();
  }

  /** A drive tells of the end by its registers. A command that its port has forgotten meanwhile ends, too. */
  #end(): void {
    const { taskFile } = this.drive!;
    this.#countMoved();
    taskFile.acknowledge();
    this.#received.registers(taskFile, true);
    this.#leave();
  }

  #countMoved(): void {
    const { slot, moved } = this.#state;
    if (slot === NONE) return;
    const { at } = this.#header(slot);
    this.#memory.write(at + Header.moved, Uint8Array.of(moved, moved >> 8, moved >> 16, moved >> 24));
    this.#headers.delete(slot);
  }

  /** The command is over. What has failed stays in the list. */
  #leave(): void {
    if (this.#state.halted) this.#state.slot = NONE;
    else this.#release();
    this.run();
  }

  /** The slot may get another command. */
  #release(): void {
    const { slot, issue } = this.#state;
    if (slot !== NONE) Object.assign(this.#state, { issue: (issue & ~(1 << slot)) >>> 0, slot: NONE });
  }

  /** A block goes the way of the data port: where the command's packet is, or its regions are (5.6.4). */
  #moveBlocks(): void {
    if (this.#isMoving) return;
    this.#isMoving = true;
    while (!this.#hasEnded && this.drive!.data.waitingBlock > 0 && this.mover.active) this.#moveBlock(this.drive!);
    this.#isMoving = false;
    if (this.#hasEnded) this.#endByBlocks(this.drive!);
  }

  /** The PIO Setup FIS of the last block to the host has had the status at the end: there is no other (Serial ATA 2.6, 11.7). */
  #endByBlocks({ taskFile }: Drive): void {
    this.#hasEnded = false;
    if (taskFile.interrupt) this.#end();
    else {
      this.#countMoved();
      this.#leave();
    }
  }

  #moveBlock(drive: Drive): void {
    const fis = pioSetupFis(drive);
    const { taskFile, data } = drive;
    const block = new Uint8Array(data.waitingBlock);
    taskFile.acknowledge();
    if (data.givesBlock) {
      data.readBlock(1, block);
      if (this.mover.toMemory(block) < block.length) this.#overflow();
    } else {
      const header = this.#header(this.#state.slot);
      if (data.wantsPacket && (header.flags & Header.atapi) !== 0)
        this.#memory.read(header.table + Table.packet, block);
      else if (this.mover.fromMemory(block) < block.length) this.#overflow();
      data.writeBlock(1, block);
    }
    this.#received.pioSetup(fis, taskFile);
  }

  /** More data than the regions have room for: it is lost (6.1.3). */
  #overflow(): void {
    this.#received.interrupt(Interrupt.overflow);
  }

  #makeMover(): DataMover {
    const state = this.#state;
    const move = (length: number, by: (regions: Regions, offset: number) => number): number => {
      const done = by(this.#header(state.slot).regions, state.moved);
      state.moved += done;
      if (done < length) this.#overflow();
      return done;
    };
    return {
      get active() {
        return state.slot !== NONE;
      },
      toMemory: (bytes) => move(bytes.length, (regions, offset) => regions.toMemory(offset, bytes)),
      fromMemory: (target) => move(target.length, (regions, offset) => regions.fromMemory(offset, target)),
      finish: () => {},
    };
  }

  // Queued commands: their tags are the numbers of their slots.

  queuedToMemory(tag: number, offset: number, bytes: Uint8Array): number {
    const done = this.#header(tag).regions.toMemory(offset, bytes);
    if (done < bytes.length) this.#overflow();
    return done;
  }

  queuedFromMemory(tag: number, offset: number, target: Uint8Array): number {
    const done = this.#header(tag).regions.fromMemory(offset, target);
    if (done < target.length) this.#overflow();
    return done;
  }

  queuedDone(tag: number): void {
    this.#headers.delete(tag);
    this.#received.deviceBits(this.drive!.taskFile.status, 0, (1 << tag) >>> 0);
    this.run();
  }

  queuedFailed(status: number, error: number): void {
    this.#headers.clear();
    this.#received.deviceBits(status, error, 0);
  }
}

/** A FIS is whole, and what it says of its place is so. */
function fits({ code, tag }: CommandFis, slot: number, { flags }: CommandHeader): boolean {
  const isQueued = code !== undefined && code in queuedCommands;
  return (flags & Header.lengthMask) * 4 >= COMMAND_BYTES && (!isQueued || tag === slot);
}
