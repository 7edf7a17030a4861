import { defaultGeometry, type Geometry } from '../../disks/geometry.ts';
import { type BlockError, type BlockPort, SECTOR_BYTES } from '../../host/block.ts';
import { joinComponents } from '../../snapshot/components.ts';
import type { Component } from '../../snapshot/describe.ts';
import type { Cable } from '../cable.ts';
import type { CommandSet, Outcome } from '../command-set.ts';
import { DataPhase } from '../data-phase.ts';
import type { Drive } from '../drive.ts';
import { Command, ErrorBit, READY, Register, Status } from '../registers.ts';
import { CHUNK_BYTES, Phase } from '../state.ts';
import { TaskFile } from '../task-file.ts';
import { addressIn, countIn, extendedAddress, putAddress } from './address.ts';
import {
  AtaCommand,
  currentCode,
  FORCE_UNIT_ACCESS,
  type MediaCommand,
  mediaCommands,
  queuedCommands,
} from './commands.ts';
import { type DiskNames, diskIdentity } from './identity.ts';
import { logPages } from './logs.ts';
import { CommandQueue, type QueuedCommand, type QueueHost, queueState } from './queue.ts';
import {
  checkPower,
  Feature,
  idleFeatures,
  initializeParameters,
  readNativeMax,
  setMultiple,
  setTransferMode,
} from './settings.ts';
import { idleSmartCommands, SMART_KEY, SmartCommand, smartPage } from './smart.ts';
import { diskState } from './state.ts';
import { nextRange, RANGE_BYTES, TRIM } from './trim.ts';

export interface AtaDiskOptions {
  /** Names the component. */
  readonly name: string;
  readonly model?: string;
  readonly serial?: string;
  readonly firmware?: string;
  readonly port: BlockPort;
  /** The host of a disk with a queue of commands. */
  readonly queueHost?: QueueHost;
}

const CHUNK_SECTORS = CHUNK_BYTES / SECTOR_BYTES;

/** An ATA disk. */
export class AtaDisk implements Drive, CommandSet {
  readonly component: Component;
  readonly port: BlockPort;
  readonly taskFile: TaskFile;
  readonly data: DataPhase;
  readonly kind = { signature: { mid: 0, high: 0, status: READY }, hasDeviceReset: false };
  readonly #state: ReturnType<typeof diskState.create>;
  readonly #names: DiskNames;
  /** It stays, though the disk may become larger or smaller. */
  readonly #geometry: Geometry;
  /** Null: it is at a cable on which a command ends before the next one is sent. */
  readonly queue: CommandQueue | null;

  constructor(options: AtaDiskOptions, cable: Cable) {
    const state = diskState.create();
    this.#state = state;
    this.port = options.port;
    this.taskFile = new TaskFile(state.common, cable, this);
    this.data = new DataPhase(state.common, cable, this.taskFile, this);
    const { name, model = 'rawiron HARDDISK', serial = name, firmware = '1.0' } = options;
    this.#names = { model, serial, firmware };
    this.#geometry = defaultGeometry(this.#sectors);
    const { port, queueHost } = options;
    this.queue = queueHost === undefined ? null : new CommandQueue(port, queueHost);
    const own = diskState.bind(name, state, { restored: () => this.#restored() });
    const queued = this.queue && queueState.bind(`${name} queue`, this.queue.state);
    this.component = queued === null ? own : joinComponents(name, [own, queued]);
  }

  get #sectors(): number {
    return this.port.medium?.sectors ?? 0;
  }

  /** Power on and hard reset. */
  reset(): void {
    const { common } = this.#state;
    Object.assign(this.#state, diskState.create(), { common });
    Object.assign(this.#state.geometry, this.#geometry);
    this.queue?.reset();
    this.taskFile.reset();
  }

  /** Requests of before the load are forgotten; those that were under way when the state was saved are made again. */
  #restored(): void {
    this.port.cancel();
    if (this.#state.common.phase >= Phase.reading) this.#request();
    this.queue?.restored();
  }

  cancel(): void {
    this.port.cancel();
    this.queue?.clear();
  }

  execute(code: number): Outcome {
    const queued = queuedCommands[code];
    if (queued !== undefined && this.queue !== null) return this.#enqueue(queued, this.queue);
    if (this.queue?.isEmpty === false) {
      // It must not come while there is a queue: all are aborted (Serial ATA 2.6, 13.6.4).
      this.queue.abandon();
      return ErrorBit.abort;
    }
    const media = mediaCommands.get(code);
    if (media !== undefined) return this.#start(media);
    return this.#others[currentCode(code)]?.() ?? this.taskFile.reject('unknown command of a disk', code);
  }

  // Queued commands: the count is where others have their features, and the tag where they have their count.

  #enqueue(kind: QueuedCommand['kind'], queue: CommandQueue): Outcome {
    const { registers, previous } = this.#state.common;
    const tag = registers[Register.sectorCount] >> 3;
    const count = registers[Register.error] | (previous[Register.error] << 8) || 0x10000;
    const sector = extendedAddress(registers, previous);
    const isThere = sector + count <= this.#sectors;
    if (queue.has(tag) || !isThere) {
      const error = isThere ? ErrorBit.abort : ErrorBit.notFound;
      queue.failed({ tag, status: READY | Status.error, error, sector, count });
      return error;
    }
    const isForced = (registers[Register.device] & FORCE_UNIT_ACCESS) !== 0;
    queue.begin({ kind, tag, sector, count, flushes: kind === 'write' && (isForced || !this.#state.writeCache) });
    return 'queued';
  }

  // Commands that move sectors.

  #start(command: MediaCommand): Outcome {
    const state = this.#state;
    const { common, multiple } = state;
    const { registers, previous } = common;
    const sector = addressIn(registers, previous, command.extended, state.geometry);
    const count = countIn(registers, previous, command.extended);
    if (sector === null || sector >= this.#sectors) return ErrorBit.notFound;
    if (command.unit === 'multiple' && multiple === 0) return ErrorBit.abort;
    Object.assign(state, { sector, remaining: count, single: false, first: true });
    common.dma = command.unit === 'dma';
    common.blockBytes = command.unit === 'multiple' ? multiple * SECTOR_BYTES : SECTOR_BYTES;
    this.#nextChunk(command);
    return 'pending';
  }

  #nextChunk({ kind }: MediaCommand): void {
    const state = this.#state;
    const there = this.#sectors - state.sector;
    // What is before the end has been moved all the same.
    if (there <= 0) {
      this.#mediaError(ErrorBit.notFound);
      return;
    }
    state.chunk = state.single ? 1 : Math.min(state.remaining, CHUNK_SECTORS, there);
    if (kind === 'write') {
      state.common.buffer.begin(state.chunk * SECTOR_BYTES);
      this.data.begin(Phase.fromHost);
    } else this.#begin(Phase.reading);
  }

  /** The host notices each block but the first that it is to write. */
  blockBegins(): void {
    const state = this.#state;
    if (state.common.phase === Phase.toHost || !state.first) this.taskFile.askForInterrupt();
    state.first = false;
  }

  moved(): void {
    const { phase, command } = this.#state.common;
    if (command === AtaCommand.dataSetManagement) this.#beginDiscarding();
    else if (phase === Phase.fromHost) this.#begin(Phase.writing);
    else if (mediaCommands.has(command)) this.#chunkDone();
    else this.taskFile.endWithoutInterrupt();
  }

  /** Asks the medium for something; `phase` says for what. */
  #begin(phase: number): void {
    this.taskFile.waitForMedium(phase);
    this.#request();
  }

  /** Makes the request of the phase. */
  #request(): void {
    const { common, sector, chunk } = this.#state;
    const { buffer, phase } = common;
    if (phase === Phase.reading) {
      this.port.read(sector, buffer.room(chunk * SECTOR_BYTES), (error) => this.#read(error));
    } else if (phase === Phase.writing) {
      this.port.write(sector, buffer.contents, (error) => this.#written(error));
    } else if (phase === Phase.flushing) this.port.flush((error) => this.#flushed(error));
    else this.#discardNext();
  }

  #read(error: BlockError | null): void {
    const { common, chunk } = this.#state;
    const command = mediaCommands.get(common.command)!;
    if (error !== null) this.#readError(error, command);
    else if (command.kind === 'verify') this.#chunkDone();
    else {
      common.buffer.begin(chunk * SECTOR_BYTES);
      this.data.begin(Phase.toHost);
    }
  }

  /** Sectors before a bad one are still good. */
  #readError(error: BlockError, command: MediaCommand): void {
    const state = this.#state;
    if (state.chunk > 1) {
      state.single = true;
      this.#nextChunk(command);
    } else this.#mediaError(error === 'io' ? ErrorBit.uncorrectable : ErrorBit.abort);
  }

  #written(error: BlockError | null): void {
    if (error === null) this.#chunkDone();
    else this.#mediaError(ErrorBit.abort);
  }

  #flushed(error: BlockError | null): void {
    if (error === null) this.taskFile.end(READY);
    else this.taskFile.fail(ErrorBit.abort);
  }

  #mediaError(bit: number): void {
    this.#putAddress();
    this.taskFile.fail(bit);
  }

  #chunkDone(): void {
    const state = this.#state;
    const command = mediaCommands.get(state.common.command)!;
    state.sector += state.chunk;
    state.remaining -= state.chunk;
    this.#putAddress();
    if (state.remaining > 0) this.#nextChunk(command);
    else this.#end(command);
  }

  /** The registers say how far a command came. */
  #putAddress(): void {
    const { common, sector, remaining, geometry } = this.#state;
    const { registers, previous } = common;
    const extended = mediaCommands.get(common.command)?.extended === true;
    putAddress(sector, registers, previous, extended, geometry);
    registers[Register.sectorCount] = remaining;
    if (extended) previous[Register.sectorCount] = remaining >> 8;
  }

  #end({ kind, unit }: MediaCommand): void {
    if (kind === 'write' && !this.#state.writeCache) this.#begin(Phase.flushing);
    else if (kind === 'read' && unit !== 'dma') this.taskFile.endWithoutInterrupt();
    else this.taskFile.end(READY);
  }

  // Other commands.

  readonly #others: Readonly<Record<number, () => Outcome>> = {
    // By these systems find out what is there.
    [Command.nop]: () => ErrorBit.abort,
    [Command.deviceReset]: () => ErrorBit.abort,
    [Command.identifyPacketDevice]: () => ErrorBit.abort,
    [AtaCommand.recalibrate]: () => 'done',
    [AtaCommand.seek]: () => 'done',
    [AtaCommand.initializeDeviceParameters]: () => initializeParameters(this.#state, this.#sectors),
    [AtaCommand.setMultipleMode]: () => setMultiple(this.#state),
    [AtaCommand.dataSetManagement]: () => this.#dataSetManagement(),
    [AtaCommand.smart]: () => this.#smart(),
    [AtaCommand.readNativeMaxAddress]: () => readNativeMax(this.#state, this.#sectors, false),
    [AtaCommand.readNativeMaxAddressExt]: () => readNativeMax(this.#state, this.#sectors, true),
    [AtaCommand.readLogExt]: () => this.#readLog(),
    [AtaCommand.flushCacheExt]: () => this.#flush(),
    [Command.flushCache]: () => this.#flush(),
    [Command.identifyDevice]: () => this.#identify(),
    [Command.setFeatures]: () => this.#setFeatures(),
    [Command.checkPowerMode]: () => checkPower(this.#state),
    [Command.standbyImmediate]: () => 'done',
    [Command.idleImmediate]: () => 'done',
    [Command.standby]: () => 'done',
    [Command.idle]: () => 'done',
    [Command.sleep]: () => 'done',
  };

  #identify(): Outcome {
    return this.#reply(diskIdentity(this.#state, this.#sectors, this.#geometry, this.#names, this.queue !== null));
  }

  /** Data that the host reads by the data port. */
  #reply(bytes: Uint8Array): Outcome {
    const { common } = this.#state;
    common.dma = false;
    common.blockBytes = SECTOR_BYTES;
    common.buffer.put(bytes);
    this.data.begin(Phase.toHost);
    return 'pending';
  }

  #readLog(): Outcome {
    const { registers, previous } = this.#state.common;
    const first = registers[Register.lbaMid] | (previous[Register.lbaMid] << 8);
    const pages =
      this.queue && logPages(registers[Register.lbaLow], first, countIn(registers, previous, true), this.queue);
    return pages === null ? ErrorBit.abort : this.#reply(pages);
  }

  #flush(): Outcome {
    this.#begin(Phase.flushing);
    return 'pending';
  }

  #setFeatures(): Outcome {
    const { registers } = this.#state.common;
    const feature = registers[Register.error];
    if (feature === Feature.transferMode) return setTransferMode(this.#state);
    if (feature === Feature.enableWriteCache || feature === Feature.disableWriteCache) {
      this.#state.writeCache = feature === Feature.enableWriteCache;
      return this.#flush();
    }
    return idleFeatures.includes(feature) ? 'done' : ErrorBit.abort;
  }

  #smart(): Outcome {
    const { registers } = this.#state.common;
    const command = registers[Register.error];
    const isMeant = registers[Register.lbaMid] === SMART_KEY.mid && registers[Register.lbaHigh] === SMART_KEY.high;
    const isOn = this.#state.smart || command === SmartCommand.enable;
    if (!isMeant || !isOn) return ErrorBit.abort;
    if (command === SmartCommand.enable || command === SmartCommand.disable) {
      this.#state.smart = command === SmartCommand.enable;
    }
    const page = smartPage(command, registers[Register.lbaLow]);
    if (page !== undefined) return this.#reply(page);
    return idleSmartCommands.includes(command) ? 'done' : ErrorBit.abort;
  }

  // DATA SET MANAGEMENT with its one use: sectors that the host doesn't need any more.

  #dataSetManagement(): Outcome {
    const { common } = this.#state;
    const length = countIn(common.registers, common.previous, true) * SECTOR_BYTES;
    if ((common.registers[Register.error] & TRIM) === 0 || length > CHUNK_BYTES) return ErrorBit.abort;
    common.dma = true;
    common.buffer.begin(length);
    this.data.begin(Phase.fromHost);
    return 'pending';
  }

  /** From now on the buffer's position is that of the next range. */
  #beginDiscarding(): void {
    const { buffer } = this.#state.common;
    buffer.begin(buffer.end);
    this.#begin(Phase.discarding);
  }

  #discardNext(): void {
    const { buffer } = this.#state.common;
    const range = nextRange(buffer);
    if (range === null) this.taskFile.end(READY);
    else if (range.sector + range.count > this.#sectors) this.taskFile.fail(ErrorBit.notFound);
    else this.port.discard(range.sector, range.count, (error) => this.#discarded(error));
  }

  #discarded(error: BlockError | null): void {
    this.#state.common.buffer.position += RANGE_BYTES;
    if (error === null) this.#discardNext();
    else this.taskFile.fail(ErrorBit.abort);
  }
}
