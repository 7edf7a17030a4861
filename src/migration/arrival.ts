import type { SavedComponents } from '../../runtime/snapshot/components.ts';
import { drivesGoingOn } from '../drives/options.ts';
import type { SavedMedia } from '../drives/saved-medium.ts';
import type { Host } from '../host.ts';
import type { MemoryPart } from '../machine-core.ts';
import { differencesText } from '../options/differences.ts';
import type { MachineOptions } from '../options/options.ts';
import { sharesGoingOn } from '../shares/options.ts';
import { SnapshotError } from '../snapshot/layout.ts';
import { checkedShares } from '../snapshot/machine.ts';
import { checkedMedia } from '../snapshot/media.ts';
import { isRecord, restoredOptions } from '../snapshot/options.ts';
import { ConfigurationError, messageOf } from '../util/errors.ts';
import { type AnnouncedMedia, announcedDrive, checkedAnnouncement } from './announced-media.ts';
import { CancelledError } from './cancelled.ts';
import { ChannelError, type MigrationChannel } from './channel.ts';
import type { MachineEnd } from './machine-end.ts';
import { type Kind, NAME, RecordStream, type StreamRecord, type StreamStart } from './records.ts';

/** How a machine has arrived. */
export interface Arrived {
  /** It ran where it comes from, so it is to run on. */
  readonly wasRunning: boolean;
}

/** The announcement of a machine before it comes. */
interface About {
  readonly options: MachineOptions;
  readonly media: AnnouncedMedia;
  /** Frames of its memory. */
  readonly frames: number;
}

/** The rest of a machine besides its memory, sent when all of that is there. */
interface Rest {
  readonly media: SavedMedia;
  readonly wasRunning: boolean;
}

/** A machine on its way in. It goes on here when the other end has given it up, or is there no more. */
export class Arrival {
  readonly #about: About;
  readonly #channel: MigrationChannel;
  readonly #stream: RecordStream;
  readonly #start: StreamStart;
  #rest: Rest | null = null;
  /** All of it has come, so that it may go on here if the process that it comes from ends. */
  #isWhole = false;
  /** Its images are open here. */
  #isTaken = false;

  private constructor(channel: MigrationChannel, stream: RecordStream, start: StreamStart, about: About) {
    this.#channel = channel;
    this.#stream = stream;
    this.#start = start;
    this.#about = about;
  }

  /**
   * Reads what sort of machine comes.
   * @throws ConfigurationError if there is none, or the channel breaks
   */
  static async open(channel: MigrationChannel, host: Host): Promise<Arrival> {
    const stream = new RecordStream(channel, host);
    try {
      const start = await stream.readStart();
      const record = await stream.read();
      if (record?.kind !== 'machine') throw new SnapshotError(NAME, 'what arrives is no machine');
      return new Arrival(channel, stream, start, checkedAbout(record.value));
    } catch (error) {
      await fail(stream, channel, error);
      throw error;
    }
  }

  /**
   * The options of the machine here.
   * @param changes options that are to be others; drives at other places than these are as they were
   * @throws ConfigurationError if an image has to be named
   */
  optionsWith(changes: Partial<MachineOptions>): MachineOptions {
    const { options, media } = this.#about;
    const drives = drivesGoingOn(options.drives, changes.drives, (drive) => announcedDrive(drive, media));
    return { ...options, ...changes, drives, shares: sharesGoingOn(options.shares, changes.shares) };
  }

  /** Tells the other end that the machine cannot be had here. */
  async refuse(error: unknown): Promise<void> {
    await fail(this.#stream, this.#channel, error);
  }

  /**
   * Takes all of it into a machine that was made like it.
   * @throws ConfigurationError if it cannot be had: it goes on where it comes from
   */
  async into(machine: MachineEnd): Promise<Arrived> {
    try {
      if ((await machine.transfer('size')) !== this.#about.frames)
        throw this.#unfit(machine, 'it is of a machine with other memory, or another display adapter');
      const wasRunning = await this.#receive(machine);
      await this.#channel.close().catch(() => {});
      return { wasRunning };
    } catch (error) {
      // Whoever made this machine may let it stand, and the other one wants its images back.
      await machine.release().catch(() => {});
      await this.refuse(error);
      throw error;
    }
  }

  /** Takes all that comes; whether the machine runs on here. */
  async #receive(machine: MachineEnd): Promise<boolean> {
    try {
      while (!(await this.#isOver(machine)));
    } catch (error) {
      if (!(error instanceof ChannelError && this.#mayGoOn)) throw error;
      await this.#leftAlone(machine, error);
      return false;
    }
    await this.#take(machine);
    return this.#rest!.wasRunning;
  }

  /** All of it is here, and the process that it comes from waits for an answer, so that it may have ended without a last word. */
  get #mayGoOn(): boolean {
    return this.#isWhole && this.#start.isAnswered;
  }

  /** Takes the next record; whether it was the last one. */
  async #isOver(machine: MachineEnd): Promise<boolean> {
    const record = await this.#next();
    if (record === null) {
      machine.log('the process that the machine comes from has ended before it said goodbye: the machine goes on here');
      return true;
    }
    await this.#accept(record, machine);
    return record.kind === 'end';
  }

  /** Null: the process at the other end is there no more, and all of the machine is here. */
  async #next(): Promise<StreamRecord | null> {
    const mayGoOn = this.#mayGoOn;
    const record = await this.#stream.read().catch((error: unknown) => {
      if (mayGoOn && error instanceof ChannelError && error.isPeerGone) return null;
      throw error;
    });
    if (record === null && !mayGoOn) throw new SnapshotError(NAME, 'it ends too early');
    return record;
  }

  async #accept({ kind, value }: StreamRecord, machine: MachineEnd): Promise<void> {
    const isLoaded = this.#rest !== null;
    if (kind === 'cancelled') throw new CancelledError();
    if (kind === 'memory' && !isLoaded) await this.#store(value, machine);
    else if (kind === 'disk' && !isLoaded) await this.#takeBlocks(value, machine);
    else if (kind === 'state' && !isLoaded) await this.#load(value, machine);
    else if (kind === 'ping' && !isLoaded) await this.#answer('pong');
    else if (kind === 'whole' && isLoaded) this.#isWhole = true;
    else if (kind === 'released' && isLoaded) {
      await this.#take(machine);
      await this.#answer('taken');
    } else if (kind !== 'end' || !this.#isTaken) throw new SnapshotError(NAME, `'${kind}' comes at a wrong time`);
  }

  async #store(value: StreamRecord['value'], machine: MachineEnd): Promise<void> {
    await machine.transfer('store', checkedPart(value)).catch((error: unknown) => {
      throw new SnapshotError(NAME, `it is damaged: ${messageOf(error)}`);
    });
  }

  async #takeBlocks({ drive, numbers, contents }: StreamRecord['value'], machine: MachineEnd): Promise<void> {
    const isWhole = typeof drive === 'string' && numbers instanceof Uint8Array && contents instanceof Uint8Array;
    if (!isWhole) throw new SnapshotError(NAME, 'it is damaged: a part of a disk is none');
    await machine.contents.take(drive, { numbers, contents }).catch((error: unknown) => {
      if (error instanceof ConfigurationError) throw error;
      throw new SnapshotError(NAME, `it is damaged: ${messageOf(error)}`);
    });
  }

  async #load(
    { components, media = {}, shares = {}, running }: StreamRecord['value'],
    machine: MachineEnd,
  ): Promise<void> {
    if (!isRecord(components) || typeof running !== 'boolean') throw new SnapshotError(NAME, 'it holds no machine');
    const rest = { media: checkedMedia(media), wasRunning: running };
    await machine.load(components as SavedComponents, checkedShares(shares)).catch((error: unknown) => {
      if (error instanceof ConfigurationError) throw error;
      throw this.#unfit(machine, `it is of a machine with other options: ${messageOf(error)}`);
    });
    this.#rest = rest;
    this.#isWhole = !this.#start.saysWhole;
    await this.#answer('loaded');
  }

  /** @param problem what is told where no option is known to be the reason */
  #unfit(machine: MachineEnd, problem: string): SnapshotError {
    const differences = machine.differencesFrom(this.#about.options);
    if (differences.length === 0) return new SnapshotError(NAME, problem);
    return new SnapshotError(
      NAME,
      `it is of a machine with other options: ${differencesText(differences)}`,
      differences,
    );
  }

  async #take(machine: MachineEnd): Promise<void> {
    if (this.#isTaken) return;
    await machine.take(this.#rest!.media);
    // A stream that nobody answers may have been kept, and be read several times; any other machine is here alone.
    if (!this.#start.isAnswered) machine.beginGeneration();
    this.#isTaken = true;
  }

  async #answer(kind: Kind): Promise<void> {
    if (!this.#start.isAnswered) return;
    await this.#stream.write(kind).catch((error: unknown) => {
      // What the other end said before the connection ended comes first; then reading fails too.
      if (!(error instanceof ChannelError)) throw error;
    });
  }

  /** The connection is lost. Whether it goes on there nobody knows here. */
  async #leftAlone(machine: MachineEnd, error: ChannelError): Promise<void> {
    await this.#take(machine);
    machine.log(
      `${error.message}: the machine is here, but may go on where it comes from, so it stands still; let it go on (cont) if it does not`,
    );
  }
}

function checkedAbout({ options, media, frames }: StreamRecord['value']): About {
  if (!isRecord(options) || typeof frames !== 'number') throw new SnapshotError(NAME, 'it holds no machine');
  return { options: restoredOptions(options), media: checkedAnnouncement(media), frames };
}

function checkedPart({ frames, contents, zeros }: StreamRecord['value']): MemoryPart {
  if (frames instanceof Uint8Array && contents instanceof Uint8Array && zeros instanceof Uint8Array)
    return { frames, contents, zeros };
  throw new SnapshotError(NAME, 'it is damaged: a part of memory is none');
}

async function fail(stream: RecordStream, channel: MigrationChannel, error: unknown): Promise<void> {
  try {
    if (channel.answers && !(error instanceof CancelledError))
      await stream.write('failed', { message: messageOf(error) });
    await channel.close();
  } catch {
    // Nobody is there to be told.
  }
  channel.destroy();
}
