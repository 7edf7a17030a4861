import type { DmaChannel } from '../../bus/dma.ts';
import type { BlockError } from '../../host/block.ts';
import type { Clock } from '../../time/clock.ts';
import type { EventQueue, Timer } from '../../time/events.ts';
import type { FloppyDrive } from './drive.ts';
import {
  CODE_MASK,
  Code,
  Configuration,
  Modifier,
  NON_DMA,
  SECTOR_BYTES,
  SIZE_CODE,
  Status0,
  Status1,
  Status2,
  Unit,
} from './registers.ts';
import { Scan } from './scan.ts';
import { type FloppyState, Step, type TransferState } from './state.ts';

export interface TransferOptions {
  readonly state: FloppyState;
  readonly drives: readonly FloppyDrive[];
  readonly dma: DmaChannel;
  readonly clock: Clock;
  readonly events: EventQueue;
  /** A byte is to be had, or wanted, at the data port. */
  readonly request: () => void;
  /** The command is done; its ST0 without head and drive, ST1 and ST2. */
  readonly finished: (status0: number, status1: number, status2: number) => void;
}

/** The steps that a command takes for each sector: it is read, bytes go to or come from the guest, it is written. */
interface Kind {
  readonly reads?: true;
  readonly guest?: 'gets' | 'gives';
  readonly writes?: true;
}

const kinds: Readonly<Record<number, Kind>> = {
  [Code.read]: { reads: true, guest: 'gets' },
  [Code.readDeleted]: { reads: true, guest: 'gets' },
  [Code.readTrack]: { reads: true, guest: 'gets' },
  [Code.verify]: { reads: true },
  [Code.write]: { guest: 'gives', writes: true },
  [Code.writeDeleted]: { guest: 'gives', writes: true },
  [Code.format]: { guest: 'gives', writes: true },
  [Code.scanEqual]: { reads: true, guest: 'gives' },
  [Code.scanLowOrEqual]: { reads: true, guest: 'gives' },
  [Code.scanHighOrEqual]: { reads: true, guest: 'gives' },
};

/** Nanoseconds until a sector is under the head: a disk turns faster here than the 11 ms that 18 sectors take. */
const SECTOR_TIME = 100_000;
/** How often a channel that is not enabled is looked at, and for how long: a turn of the disk. */
const LOOK_TIME = 100_000;
const MOST_LOOKS = 2000;
/** C, H, R and N, which FORMAT TRACK wants for each sector. */
const ADDRESS_BYTES = 4;

/** A command that reads or writes sectors, while it is executed. */
export class Transfer {
  readonly #options: TransferOptions;
  readonly #state: FloppyState;
  readonly #sector: TransferState;
  readonly #scan: Scan;
  readonly #timer: Timer;

  constructor(options: TransferOptions) {
    this.#options = options;
    this.#state = options.state;
    this.#sector = options.state.transfer;
    this.#scan = new Scan(options.state);
    this.#timer = options.events.timer('floppy sector', () => this.#timeCame());
  }

  /** The command has come whole; `delay` nanoseconds until the drive's heads stand. */
  begin(delay: number): void {
    const { command, transfer } = this.#state;
    const [, unit, cylinder, head, sector] = command;
    const isFormat = this.#code === Code.format;
    const formatted = { cylinder: this.#drive.writtenCylinder, head: (unit & Unit.head) === 0 ? 0 : 1, sector: 1 };
    const first = this.#code === Code.readTrack ? 1 : sector;
    Object.assign(transfer, isFormat || this.#isReadId ? formatted : { cylinder, head, sector: first });
    Object.assign(transfer, { count: 0, ended: false, looks: 0, side: transfer.head });
    if (!isFormat && !this.#isReadId && (this.#state.configuration & Configuration.impliedSeek) !== 0) {
      this.#drive.moveTo(cylinder);
    }
    this.#position(delay);
  }

  /** Forgets what is under way. */
  cancel(): void {
    this.#timer.disarm();
    this.#sector.step = Step.none;
    this.#cancelRequests();
  }

  #cancelRequests(): void {
    for (const drive of this.#options.drives) drive.cancel();
  }

  /** After a load: requests of before it are forgotten, and what was under way in the loaded state is asked for again. */
  restored(): void {
    this.#cancelRequests();
    const isDisk = this.#sector.step === Step.diskRead || this.#sector.step === Step.diskWrite;
    // A state that was made up may select a drive that there is not.
    if (isDisk && !this.#drive.isPresent) this.cancel();
    else if (this.#sector.step === Step.diskRead) this.#readDisk();
    else if (this.#sector.step === Step.diskWrite) this.#writeDisk();
  }

  /** A byte is to be had, or wanted, at the data port. */
  get wantsGuest(): boolean {
    return this.#sector.step === Step.guest;
  }

  get givesGuest(): boolean {
    return this.#kind.guest === 'gets';
  }

  /** The guest reads the data port. */
  readByte(): number {
    const byte = this.#sector.buffer[this.#sector.position++];
    this.#movedByte();
    return byte;
  }

  /** The guest writes to it. */
  writeByte(byte: number): void {
    this.#accept(byte);
    this.#movedByte();
  }

  #movedByte(): void {
    if (this.#sector.position === this.#length) this.#exchanged();
    else this.#options.request();
  }

  get #code(): number {
    return this.#state.command[0] & CODE_MASK;
  }

  get #kind(): Kind {
    return kinds[this.#code] ?? {};
  }

  get #isReadId(): boolean {
    return this.#code === Code.readId;
  }

  get #drive(): FloppyDrive {
    return this.#options.drives[this.#state.command[1] & Unit.drive];
  }

  /** Bytes that the guest gets or gives for each sector. */
  get #length(): number {
    return this.#code === Code.format ? ADDRESS_BYTES : SECTOR_BYTES;
  }

  #position(delay = 0): void {
    this.#sector.step = Step.position;
    this.#timer.arm(this.#options.clock.now() + delay + SECTOR_TIME);
  }

  #timeCame(): void {
    if (this.#sector.step === Step.channel) this.#exchangeByDma();
    else if (this.#readable()) this.#atSector();
  }

  /** Whether anything can be read or written; finishes with an error if not. */
  #readable(): boolean {
    const { geometry, isWriteProtected } = this.#drive;
    if (geometry === null || !geometry.rates.includes(this.#state.rate)) this.#fail(Status1.missingAddressMark);
    else if (this.#kind.writes && isWriteProtected) this.#fail(Status1.notWritable);
    else return true;
    return false;
  }

  #atSector(): void {
    this.#sector.side = this.#sector.head;
    if (this.#isReadId) this.#identify();
    else if (this.#code === Code.format) this.#exchange();
    else if (this.#place === undefined || this.#sizeCode !== SIZE_CODE) this.#fail(Status1.noData);
    else if (this.#isSkipped) this.#next();
    else if (this.#kind.reads) this.#readDisk();
    else this.#exchange();
  }

  /** READ ID finds one sector after the other. */
  #identify(): void {
    const { sectors, heads } = this.#drive.geometry!;
    if (this.#sector.head >= heads) {
      this.#fail(Status1.missingAddressMark);
      return;
    }
    this.#sector.rotation = (this.#sector.rotation + 1) % sectors;
    this.#sector.sector = this.#sector.rotation + 1;
    this.#finish(0);
  }

  get #place(): number | undefined {
    return this.#drive.place(this.#sector);
  }

  get #sizeCode(): number {
    return this.#state.command[5];
  }

  /** No sector of an image has the mark of deleted data. */
  get #isSkipped(): boolean {
    return this.#code === Code.readDeleted && (this.#state.command[0] & Modifier.skip) !== 0;
  }

  #readDisk(): void {
    this.#sector.step = Step.diskRead;
    this.#drive.read(this.#place!, this.#sector.buffer, (error) => {
      if (error === null) this.#exchange();
      else this.#failOn(error);
    });
  }

  #writeDisk(): void {
    this.#sector.step = Step.diskWrite;
    this.#drive.write(this.#place!, this.#sector.buffer, (error) => {
      if (error === null) this.#next();
      else this.#failOn(error);
    });
  }

  /** Bytes between the sector's buffer and the guest. */
  #exchange(): void {
    const sector = this.#sector;
    sector.position = 0;
    this.#scan.begin();
    if (this.#kind.guest === undefined) this.#exchanged();
    else if (!this.#isByPorts) this.#exchangeByDma();
    else {
      sector.step = Step.guest;
      this.#options.request();
    }
  }

  get #isByPorts(): boolean {
    return (this.#state.specified[1] & NON_DMA) !== 0;
  }

  #exchangeByDma(): void {
    const { dma } = this.#options;
    if (!dma.enabled) {
      this.#waitForChannel();
      return;
    }
    const sector = this.#sector;
    const bytes = this.givesGuest ? sector.buffer : new Uint8Array(this.#length);
    const { done, ended } = this.givesGuest ? dma.give(bytes) : dma.take(bytes);
    // What is missing after terminal count is written as zeros.
    if (!this.givesGuest)
      for (const byte of bytes.subarray(0, this.#scan.isOn ? done : bytes.length)) this.#accept(byte);
    sector.ended = ended;
    sector.looks = 0;
    this.#exchanged();
  }

  #waitForChannel(): void {
    const sector = this.#sector;
    sector.step = Step.channel;
    if (++sector.looks > MOST_LOOKS) this.#fail(Status1.overrun);
    else this.#timer.arm(this.#options.clock.now() + LOOK_TIME);
  }

  /** A byte of the guest's. */
  #accept(byte: number): void {
    const sector = this.#sector;
    if (this.#scan.isOn) this.#scan.compare(byte);
    else sector.buffer[sector.position] = byte;
    sector.position++;
  }

  #exchanged(): void {
    if (this.#code === Code.format) this.#formatSector();
    else if (this.#kind.writes) this.#writeDisk();
    else this.#next();
  }

  /** The guest has said which sector comes next; what it is filled with is a parameter. */
  #formatSector(): void {
    const { buffer } = this.#sector;
    const [cylinder, head, sector, size] = buffer;
    Object.assign(this.#sector, { cylinder, head, sector });
    buffer.fill(this.#state.command[5]);
    if (this.#place === undefined || size !== SIZE_CODE) this.#fail(Status1.noData);
    else this.#writeDisk();
  }

  /** A sector is done. */
  #next(): void {
    const sector = this.#sector;
    sector.count++;
    const isLast = this.#isLast;
    if (this.#scan.isMet) this.#finish(0, 0, sector.equal ? Status2.scanEqual : 0);
    else if (this.#code === Code.format) this.#nextFormatted();
    else if (isLast || sector.ended) {
      this.#advance();
      this.#end(isLast);
    } else {
      this.#advance();
      this.#position();
    }
  }

  #nextFormatted(): void {
    if (this.#sector.ended || this.#sector.count >= this.#state.command[3]) this.#finish(0);
    else this.#position();
  }

  /** No more sectors are to follow, whatever the DMA controller says. */
  get #isLast(): boolean {
    const { command } = this.#state;
    const { head, sector, count } = this.#sector;
    if (this.#code === Code.readTrack) return count >= command[6];
    if (this.#code === Code.verify && (command[1] & Unit.enableCount) !== 0) return count >= command[8];
    if (this.#code === Code.readDeleted && !this.#isSkipped) return true;
    return sector >= command[6] && !(this.#isMultiTrack && head === 0);
  }

  get #isMultiTrack(): boolean {
    return (this.#state.command[0] & Modifier.multiTrack) !== 0;
  }

  /**
   * The last sector of a track before a command goes on to the next side or cylinder. A command for both sides may want more than
   * a track has: no sector is missed then, as with QEMU's controller, on which SeaBIOS counts.
   */
  get #lastOfTrack(): number {
    const last = this.#state.command[6];
    return this.#isMultiTrack ? Math.min(last, this.#drive.geometry?.sectors ?? last) : last;
  }

  /** The address of the sector after this one (data sheet, table 5-6). */
  #advance(): void {
    const sector = this.#sector;
    if (sector.sector < this.#lastOfTrack) {
      sector.sector += this.#scan.step;
      return;
    }
    sector.sector = 1;
    if (this.#isMultiTrack) sector.head ^= 1;
    if (!this.#isMultiTrack || sector.head === 0) sector.cylinder = (sector.cylinder + 1) & 0xff;
  }

  /** Without terminal count a cylinder's end is an error, as a PC's DMA should have told it. By ports nobody can tell. */
  #end(isLast: boolean): void {
    const status2 = this.#code === Code.readDeleted ? Status2.controlMark : 0;
    const isMarked = status2 !== 0 && !this.#isSkipped;
    const isUnexpected =
      isLast && !this.#sector.ended && this.#kind.guest !== undefined && !this.#isByPorts && !isMarked;
    if (this.#scan.isOn) this.#finish(0, 0, Status2.scanNotSatisfied);
    else if (isUnexpected) this.#fail(Status1.endOfCylinder, status2);
    else this.#finish(0, 0, status2);
  }

  #failOn(error: BlockError): void {
    if (error === 'no-medium') this.#fail(Status1.missingAddressMark);
    else if (error === 'read-only') this.#fail(Status1.notWritable);
    else this.#fail(Status1.dataError, Status2.dataError);
  }

  #fail(status1: number, status2 = 0): void {
    this.#finish(Status0.abnormal, status1, status2);
  }

  #finish(status0: number, status1 = 0, status2 = 0): void {
    this.#sector.step = Step.none;
    this.#options.finished(status0, status1, status2);
  }
}
