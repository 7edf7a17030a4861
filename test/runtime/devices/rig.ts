import { type IrqLine, irqLine } from '../../../runtime/bus/irq.ts';
import { PortBus } from '../../../runtime/bus/ports.ts';
import type { PowerControl } from '../../../runtime/bus/power.ts';
import type { HostStream } from '../../../runtime/host/stream.ts';
import { SoundMixer } from '../../../runtime/sound/mixer.ts';
import type { Voice } from '../../../runtime/sound/voice.ts';
import { VirtualClock } from '../../../runtime/time/clock.ts';
import { EventQueue } from '../../../runtime/time/events.ts';

/** A line that remembers: `level`, and how often it rose. */
export interface RecordedLine extends IrqLine {
  readonly level: boolean;
  readonly rises: number;
}

export function recordedLine(): RecordedLine {
  const record = { level: false, rises: 0 };
  const line = irqLine((high) => {
    if (high && !record.level) record.rises++;
    record.level = high;
  });
  return Object.defineProperties(line, {
    level: { get: () => record.level },
    rises: { get: () => record.rises },
  }) as RecordedLine;
}

/** A stream that remembers what the device has sent, and how much it has taken. */
export interface RecordedStream extends HostStream {
  readonly sent: number[];
  readonly takenBytes: number;
}

export function recordedStream(): RecordedStream {
  const stream = {
    sent: [] as number[],
    takenBytes: 0,
    write(bytes: Uint8Array) {
      stream.sent.push(...bytes);
    },
    writeWhole(bytes: Uint8Array) {
      stream.write(bytes);
    },
    arrived() {},
    taken(length: number) {
      stream.takenBytes += length;
    },
    onInput: () => {},
  };
  return stream;
}

/** The surroundings of devices, with time that moves only when told. */
export class Rig {
  readonly ports = new PortBus();
  readonly events = new EventQueue();
  readonly irq = recordedLine();
  readonly requests: string[] = [];
  readonly mistakes: string[] = [];
  readonly guestError = (what: string, value: number): void => void this.mistakes.push(`${what} ${value.toString(16)}`);
  readonly power: PowerControl = {
    powerOff: () => this.requests.push('power off'),
    suspend: () => this.requests.push('suspend'),
    wake: () => this.requests.push('wake'),
    reset: () => this.requests.push('reset'),
    exit: (code) => this.requests.push(`exit ${code}`),
  };
  readonly clock: VirtualClock = new VirtualClock({ nanoseconds: () => this.#time });
  /** The mixed samples: left and right of each frame, in turn. None before `listen`. */
  readonly samples: number[] = [];
  readonly mixer: SoundMixer;
  readonly voice: Voice;
  #time = 0;

  constructor(rate = 44_100) {
    const { clock, events, samples } = this;
    const write = (bytes: Uint8Array) => void samples.push(...new Int16Array(bytes.slice().buffer));
    this.mixer = new SoundMixer({ clock, events, rate, isHeard: false, stream: { write } });
    this.voice = this.mixer.voice('test');
    this.clock.resume();
  }

  /** Lets time pass, in nanoseconds, and runs each event at its deadline. */
  advance(nanoseconds: number): void {
    const end = this.#time + nanoseconds;
    while (this.events.nextDeadline() <= end) {
      this.#time = Math.max(this.#time, this.events.nextDeadline());
      this.events.runDue(this.clock.now());
    }
    this.#time = end;
  }

  /** Lets time pass while nobody runs events. */
  pass(nanoseconds: number): void {
    this.#time += nanoseconds;
  }

  /** The guest has nothing to do. */
  idle(): void {
    this.events.runIdle(this.clock.now());
  }

  /** As `advance`, with a host that is busy meanwhile: events run when it is over. */
  stall(nanoseconds: number): void {
    this.pass(nanoseconds);
    this.events.runDue(this.clock.now());
  }

  /** Frames are collected from now on. */
  listen(): void {
    this.mixer.setHeard(true);
  }

  /** The left side of what was mixed. */
  get left(): number[] {
    return this.samples.filter((_, n) => n % 2 === 0);
  }

  in8(port: number): number {
    return this.ports.read(port, 1);
  }

  out8(port: number, ...values: number[]): void {
    for (const value of values) this.ports.write(port, 1, value);
  }
}
