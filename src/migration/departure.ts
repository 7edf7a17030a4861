import type { Saved } from '../../runtime/snapshot/describe.ts';
import { type LeavingBlocks, nothingLeaves } from '../drives/leaving-disks.ts';
import type { MemoryPart } from '../machine-core.ts';
import { OVERLAY_PAGE, type SavedPages } from '../storage/overlay-pages.ts';
import { messageOf } from '../util/errors.ts';
import { Answers, RefusedError } from './answers.ts';
import { CancelledError } from './cancelled.ts';
import { ChannelError, type MigrationChannel } from './channel.ts';
import type { MachineEnd } from './machine-end.ts';
import { Pace } from './pace.ts';
import type { MigrationParameters } from './parameters.ts';
import { inTime, LateError } from './patience.ts';
import { MOST_BLOCKS, MOST_FRAMES, RecordStream } from './records.ts';
import { StandsStillError } from './stands-still.ts';
import type { TransferCounters } from './statistics.ts';

/** How long the other end may take for an answer while the guest stands still, in milliseconds. */
const ANSWER_LIMIT = 30_000;
/** How long it may take nothing of what it is sent then, in milliseconds. */
const STILL_LIMIT = 10_000;
/** How long it may take to say goodbye, in milliseconds. */
const GOODBYE_LIMIT = 1_000;
/** How long to wait for images that a process had which was killed, in milliseconds. */
const PATIENCE = 3_000;

/** A block of a disk takes as long as so many frames of memory. */
const BLOCK_FRAMES = OVERLAY_PAGE / 4096;

/** Events of a departure while it goes on. */
export interface DepartureEvents {
  /** Memory is being sent. */
  begun(): void;
  /** Memory is being looked through once more. */
  pass(number: number): void;
}

/**
 * A machine on its way out: memory goes over while the guest runs, what it has written meanwhile goes again, then the guest
 * stands still for the rest (docs/migration.md). Either the other end has confirmed that it has all of the machine, and it stands
 * still here, or it goes on here. What is sent last lets the other end go on, so after that it goes on here only if the other end
 * hears of it first.
 */
export class Departure {
  readonly #machine: MachineEnd;
  readonly #channel: MigrationChannel;
  readonly #counters: TransferCounters;
  readonly #events: DepartureEvents;
  readonly #stream: RecordStream;
  readonly #pace: Pace;
  readonly #cancelled = Promise.withResolvers<never>();
  #answers: Answers | undefined;
  /** Names of the drives whose contents go over. */
  #disks: readonly string[] = [];
  /** The guest stands still for the last part. */
  isPastStop = false;
  /** The other end may go on, for all that is known here. */
  #mayGoOnThere = false;

  constructor(
    machine: MachineEnd,
    channel: MigrationChannel,
    options: {
      readonly counters: TransferCounters;
      readonly parameters: () => MigrationParameters;
      readonly events: DepartureEvents;
    },
  ) {
    this.#machine = machine;
    this.#channel = channel;
    this.#counters = options.counters;
    this.#events = options.events;
    this.#stream = new RecordStream(channel, machine.host);
    this.#pace = new Pace(options.parameters, () => performance.now());
    this.#cancelled.promise.catch(() => {});
  }

  /** Has `run` reject with a CancelledError, unless the other end has the machine already. */
  cancel(): void {
    this.#cancelled.reject(new CancelledError());
  }

  /**
   * Resolves when the machine has gone over.
   * @throws ConfigurationError if it has not: it goes on here then, or stands still where the error says so
   */
  async run(): Promise<void> {
    try {
      this.#machine.checkWhole();
      await this.#unlessBroken(this.#stream.start());
      if (this.#channel.answers) this.#answers = new Answers(this.#stream);
      const frames = await this.#machine.transfer('size');
      await this.#unlessBroken(this.#stream.write('machine', this.#machine.about(frames)));
      await this.#sendContents(frames);
      await this.#handOver();
    } catch (error) {
      if (!this.#mayGoOnThere) await this.#sayGoodbye();
      throw error;
    } finally {
      await Promise.all([this.#machine.transfer('end'), this.#machine.contents.end()]).catch(() => {});
      this.#channel.destroy();
    }
  }

  /** Memory and disks, until what is left can be sent in the time that the guest may stand still. */
  async #sendContents(frames: number): Promise<void> {
    await this.#machine.transfer('begin');
    this.#disks = await this.#unlessBroken(this.#machine.contents.begin());
    this.#counters.setUp(frames);
    this.#events.begun();
    // The other end has them from now on, though all in them may be zeros.
    for (const drive of this.#disks) await this.#unlessBroken(this.#sendBlocks(drive, nothingLeaves.blocks));
    let remaining = frames;
    while (this.#pace.hasToGoOn(remaining)) {
      await this.#pass();
      await this.#caughtUp();
      this.#pace.passEnds();
      this.#counters.remainingFrames = await this.#unlessBroken(this.#machine.transfer('remaining'));
      const blocks = await this.#unlessBroken(this.#machine.contents.left());
      remaining = this.#counters.remainingFrames + blocks * BLOCK_FRAMES;
      this.#counters.expectedDowntime = this.#pace.timeFor(remaining);
    }
  }

  /** Sends all blocks and frames that have changed, the next ones while the former are on their way. */
  async #pass(): Promise<void> {
    this.#events.pass(++this.#counters.passes);
    this.#pace.passBegins();
    let sending: Promise<void> = Promise.resolve();
    for (const drive of this.#disks) await this.#passOver(drive);
    for (let from = 0; from < this.#counters.totalFrames; ) {
      const { part, next } = await this.#unlessBroken(this.#machine.transfer('changed', from, MOST_FRAMES));
      from = next;
      await this.#unlessBroken(sending);
      sending = this.#sendPart(part);
      sending.catch(() => {});
    }
    await this.#unlessBroken(sending);
  }

  /** Sends all blocks of a drive that have changed, in the same way. */
  async #passOver(drive: string): Promise<void> {
    let sending: Promise<void> = Promise.resolve();
    for (let from: number | null = 0; from !== null; ) {
      const leaving: LeavingBlocks = await this.#unlessBroken(this.#machine.contents.leaving(drive, from, MOST_BLOCKS));
      from = leaving.next;
      await this.#unlessBroken(sending);
      sending = leaving.blocks.numbers.length > 0 ? this.#sendBlocks(drive, leaving.blocks) : Promise.resolve();
      sending.catch(() => {});
    }
    await this.#unlessBroken(sending);
  }

  /** Waits until the other end has taken all that was sent. The guest would otherwise stand still until it arrives. */
  async #caughtUp(): Promise<void> {
    if (this.#answers === undefined) return;
    const answered = this.#answers.word('pong');
    await this.#unlessBroken(this.#stream.write('ping'));
    await this.#unlessBroken(answered);
  }

  async #sendBlocks(drive: string, blocks: SavedPages): Promise<void> {
    await this.#sendPaced('disk', { drive, ...blocks }, (blocks.numbers.length / 4) * BLOCK_FRAMES);
    this.#counters.diskBytes += blocks.contents.length;
  }

  async #sendPart(part: MemoryPart): Promise<void> {
    const [normal, empty] = [part.frames.length / 4, part.zeros.length / 4];
    if (normal + empty === 0) return;
    await this.#sendPaced('memory', { ...part }, normal + empty);
    this.#counters.normalFrames += normal;
    this.#counters.zeroFrames += empty;
    this.#counters.remainingFrames = Math.max(0, this.#counters.remainingFrames - normal - empty);
  }

  /** @param frames so many 4 KB are in it */
  async #sendPaced(kind: 'disk' | 'memory', value: Saved, frames: number): Promise<void> {
    const before = this.#stream.sent;
    await this.#stream.write(kind, value);
    this.#counters.transferredBytes = this.#stream.sent;
    const wait = this.#pace.sent(frames, this.#stream.sent - before);
    // While the guest stands still nothing holds up what is sent.
    if (!this.isPastStop && wait > 0) await sleep(wait);
  }

  /** The guest stands still for the rest, in no state that somebody saves or loads. */
  async #handOver(): Promise<void> {
    const locked = this.#machine.lock();
    try {
      await this.#unlessBroken(locked);
      await this.#handOverLocked();
    } finally {
      void locked.then((unlock) => unlock());
    }
  }

  async #handOverLocked(): Promise<void> {
    const wasRunning = this.#machine.isRunning;
    this.#counters.stopped();
    this.isPastStop = true;
    try {
      await this.#unlessBroken(this.#machine.stop());
      await this.#sendRest(wasRunning);
      await this.#awaitTaken();
    } catch (error) {
      throw await this.#takenBack(error, wasRunning);
    }
    await this.#machine.stay();
    if (this.#answers === undefined) return;
    // It may have ended already: it had the machine then.
    await this.#stream.write('end').catch(() => {});
    this.#counters.handedOver();
    await inTime(this.#channel.close(), GOODBYE_LIMIT, 'takes nothing').catch(() => {});
  }

  async #sendRest(wasRunning: boolean): Promise<void> {
    // Each answer takes a turn of another thread: all are asked for at once.
    const rest = Promise.all([
      this.#machine.transfer('devices'),
      this.#machine.contents.saveRest(),
      this.#machine.shares(),
    ]);
    rest.catch(() => {});
    this.#stream.limit = STILL_LIMIT;
    await this.#pass();
    const [components, media, shares] = await this.#unlessBroken(rest);
    this.#machine.checkWhole();
    const state = { components, media: media as object, shares, running: wasRunning };
    await this.#unlessBroken(this.#stream.write('state', state as never));
  }

  /** Where nobody answers, whoever keeps the stream must have taken all of it. */
  async #awaitTaken(): Promise<void> {
    if (this.#answers === undefined) return await this.#end();
    if (this.#channel.settle) await this.#unlessBroken(this.#channel.settle());
    await this.#permit('whole');
    await this.#word('loaded');
    await this.#machine.release();
    await this.#permit('released');
    await this.#word('taken');
  }

  async #end(): Promise<void> {
    await this.#machine.release();
    await this.#unlessBroken(this.#stream.write('released'));
    await this.#permit('end');
    // Whoever has had all of the machine may have handed it on, however it ends.
    const closed = this.#channel.close().catch((error: unknown) => {
      throw new ChannelError(messageOf(error), { isPeerGone: false });
    });
    await this.#unlessBroken(closed);
  }

  /** Says what lets the other end go on if this one ends. All that was to be sent before it has left this process. */
  async #permit(word: 'whole' | 'released' | 'end'): Promise<void> {
    this.#mayGoOnThere = true;
    await this.#unlessBroken(this.#stream.write(word));
  }

  async #word(kind: 'loaded' | 'taken'): Promise<void> {
    await this.#unlessBroken(inTime(this.#answers!.word(kind), ANSWER_LIMIT, 'has not answered'));
  }

  /** It goes on here, unless it may go on there. */
  async #takenBack(error: unknown, wasRunning: boolean): Promise<unknown> {
    try {
      await this.#forbid(error);
      await this.#machine.retake(PATIENCE);
    } catch (reason) {
      await this.#machine.stay().catch(() => {});
      return new StandsStillError(`${messageOf(error)}; the machine stands still: ${messageOf(reason)}`);
    }
    await (wasRunning ? this.#machine.goOn() : this.#machine.stay()).catch(() => {});
    return error;
  }

  /**
   * The other end may not go on. It hears of that before all that it may hear later, if it is still there.
   * @throws ChannelError if it cannot be told, as where the connection is lost: something between may tell the other end that this
   * process has ended
   */
  async #forbid(error: unknown): Promise<void> {
    if (!this.#mayGoOnThere) return;
    if (this.#channel.recall) return await this.#channel.recall(messageOf(error));
    if (isPeerGone(error) || error instanceof RefusedError) return;
    if (this.#answers !== undefined && !isLost(error) && (await this.#sayGoodbye())) return;
    throw new ChannelError('nobody knows whether it goes on there; let it go on here (cont) if it does not', {
      isPeerGone: false,
    });
  }

  /** Whether it is on its way, or nobody is there to hear it. */
  async #sayGoodbye(): Promise<boolean> {
    try {
      await inTime(this.#stream.write('cancelled'), GOODBYE_LIMIT, 'takes nothing');
      // A program may take its time to end; nobody waits for that.
      this.#channel.close().catch(() => {});
      return true;
    } catch (error) {
      return isPeerGone(error);
    }
  }

  async #unlessBroken<Result>(result: Promise<Result>): Promise<Result> {
    // If another one comes first, nobody waits for this one.
    result.catch(() => {});
    const others = [this.#cancelled.promise, ...(this.#answers ? [this.#answers.broken] : [])];
    try {
      return await Promise.race([...others, result]);
    } catch (error) {
      throw await this.#lastWord(error);
    }
  }

  /** Why a connection is lost: what the other end said before it went may not have been read yet. */
  async #lastWord(error: unknown): Promise<unknown> {
    if (this.#answers === undefined || !isLost(error)) return error;
    const end = inTime(this.#answers.broken, GOODBYE_LIMIT, 'says nothing');
    return await end.catch((reason: unknown) => (reason instanceof RefusedError ? reason : error));
  }
}

function isPeerGone(error: unknown): boolean {
  return error instanceof ChannelError && error.isPeerGone;
}

/** The connection is broken, and nobody knows what the other end does. */
function isLost(error: unknown): boolean {
  return error instanceof ChannelError && !(error instanceof LateError);
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
