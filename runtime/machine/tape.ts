import type { HostDoor } from '../host/door.ts';
import type { Delivery, ToHost } from '../host/messages.ts';
import { ports } from '../host/ports.ts';
import type { GuestRam } from '../memory/ram.ts';
import { decodeEntries, type Moment } from '../replay/entries.ts';
import type { Journal } from '../replay/journal.ts';
import { Divergence, type PlayedSoFar, Player } from '../replay/player.ts';
import { Recorder } from '../replay/recorder.ts';
import { StateChecksums } from '../replay/state-checksums.ts';
import type { Component } from '../snapshot/describe.ts';
import type { Clock } from '../time/clock.ts';
import type { MachineConfig, RecordingConfig, RunResult } from './config.ts';
import type { InstructionTime } from './instruction-time.ts';
import type { Schedule } from './schedule.ts';

export interface TapeOptions {
  readonly recording: RecordingConfig;
  readonly instructionTime: InstructionTime;
  readonly clock: Clock;
  /** Takes messages to the host. */
  readonly send: (message: ToHost) => void;
}

/** The parts of the machine that is recorded, or replays. */
export interface TapedParts {
  /** All state but memory. */
  devices(): readonly Component[];
  readonly ram: GuestRam;
  readonly door: HostDoor;
}

const ends: readonly RunResult['reason'][] = ['poweroff', 'exit', 'shutdown', 'reset-requested'];

/** The recorder of a machine, or the player of its recording. */
export class Tape {
  readonly #options: TapeOptions;
  #recorder: Recorder | null = null;
  #player: Player | null = null;
  #hasBegun = false;

  constructor(options: TapeOptions) {
    this.#options = options;
  }

  /** The machine has been made. Throws RecordingDamage. */
  connect({ devices, ram, door }: TapedParts): void {
    const { recording, send } = this.#options;
    const checksums = new StateChecksums(devices, ram);
    if (recording.mode === 'replay') {
      this.#player = new Player({ entries: decodeEntries(recording.entries), checksums, door });
    } else {
      const write = (bytes: Uint8Array) => send({ type: 'output', port: ports.recording.name, bytes });
      this.#recorder = new Recorder({ checksums, markEvery: recording.markEvery, write });
    }
  }

  get #journal(): Journal {
    return (this.#recorder ?? this.#player)!;
  }

  /** Number of instructions at which guest code must be left. */
  get nextStop(): number {
    return this.#journal.nextStop;
  }

  get moment(): Moment {
    const { instructionTime, clock } = this.#options;
    return { instructions: instructionTime.instructions, time: clock.now() };
  }

  /** Before anything runs or arrives. */
  begin(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    this.left();
    this.#player?.begin();
  }

  /** Guest code was left, and nothing was done yet of what is due. */
  left(): void {
    this.#journal.left(this.moment);
  }

  delivered(delivery: Delivery): void {
    this.#journal.delivered(delivery, this.moment);
  }

  /** `run` comes back with this. */
  leaves({ reason }: RunResult): void {
    if (ends.includes(reason)) this.#recorder?.reached(this.moment);
  }

  /** The machine stands still: it may end without another word. */
  stands(): void {
    if (this.#hasBegun) this.#recorder?.reached(this.moment);
  }

  /** Whether a message to the host is not for it. */
  takes(message: ToHost): boolean {
    return this.#player?.takes(message) ?? false;
  }

  /** Gives the answers to requests, if a recording has them. */
  answer(): void {
    this.#player?.answer();
  }

  /** How far a recording has been played. */
  get soFar(): PlayedSoFar {
    return this.#player!.soFar;
  }

  /** Plays on from there. The door has nothing under way. */
  goTo(played: PlayedSoFar): void {
    this.#player!.goTo(played);
  }

  get isReplay(): boolean {
    return this.#player !== null;
  }

  /** All of a recording has been replayed. */
  get isOver(): boolean {
    return this.#player?.isOver(this.moment.instructions) ?? false;
  }

  /** The CPU waits, and nothing will come. Throws Divergence in a replay. */
  checkSleep(): void {
    const { instructions } = this.moment;
    if (this.#player && !this.isOver)
      throw new Divergence(instructions, `the guest sleeps for ever; it came to ${this.#player.end.instructions} then`);
  }
}

/** The tape of a machine with this configuration; null: it is neither recorded nor does it replay. */
export function makeTape(
  { recording }: MachineConfig,
  { instructionTime, clock }: Schedule,
  send: TapeOptions['send'],
): Tape | null {
  if (recording === undefined || instructionTime === null) return null;
  return new Tape({ recording, instructionTime, clock, send });
}
