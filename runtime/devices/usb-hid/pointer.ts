import type { HostStream } from '../../host/stream.ts';
import type { Component } from '../../snapshot/describe.ts';
import { type PointerState, pointerState } from './pointer-state.ts';
import { Protocol } from './registers.ts';
import { mouseReports, tabletReports } from './report-descriptors.ts';
import type { Reports } from './reports.ts';

/**
 * To the host. In: six bytes for what has happened: x and y in 16 bits each, low byte first; the wheel towards the user; buttons that are
 * down, left, right, middle and the two at the side in bits 0-4. A mouse gets movements, y upwards, as that of the i8042; a tablet
 * places from 0 to 32767, y down. Out: a byte, 1 when the guest begins to use it, 0 when it ends.
 */
export type PointerLine = HostStream;

const EVENT_BYTES = 6;
const MOST_MOVED = 127;

interface Event {
  readonly x: number;
  readonly y: number;
  readonly wheel: number;
  readonly buttons: number;
}

/** The part that mice and tablets share: events wait until the guest has seen the ones before. */
abstract class Pointer implements Reports {
  abstract readonly product: string;
  abstract readonly descriptor: readonly number[];
  abstract readonly bootProtocol: number;
  abstract readonly packet: number;
  readonly interval = 8;
  readonly component: Component;
  onReady: () => void = () => {};
  protected readonly state: PointerState = pointerState.create();
  readonly #line: PointerLine;

  constructor(name: string, line: PointerLine) {
    this.#line = line;
    this.component = pointerState.bind(name, this.state);
    line.onInput = (bytes) => {
      this.state.waiting.push(bytes);
      this.#nextEvents();
      if (this.isReady) this.onReady();
    };
  }

  get isReady(): boolean {
    return this.state.isNew;
  }

  /**
   * Resets the device. Waiting events stay, because the host gets an acknowledgement for each one that was taken, and
   * limits how many it sends ahead.
   */
  reset(): void {
    const { waiting } = this.state;
    Object.assign(this.state, pointerState.create(), { waiting });
    this.#nextEvents();
  }

  setUsed(isUsed: boolean): void {
    this.#line.write(Uint8Array.of(Number(isUsed)));
  }

  next(isBoot: boolean): Uint8Array {
    const report = this.report(isBoot);
    this.state.isNew = this.#hasMoved;
    this.#nextEvents();
    return report;
  }

  get #hasMoved(): boolean {
    return this.moves !== 0;
  }

  /** Movements add up; a change of the buttons must have been reported before the next one: a click would be lost. */
  #nextEvents(): void {
    const { state } = this;
    while (state.waiting.length >= EVENT_BYTES) {
      const event = eventOf(state.waiting.peek(EVENT_BYTES));
      if (state.isNew && event.buttons !== state.buttons) return;
      state.waiting.drop(EVENT_BYTES);
      this.#line.taken(EVENT_BYTES);
      this.take(event);
      state.buttons = event.buttons;
      state.wheel -= event.wheel;
      state.isNew = true;
    }
  }

  /** Steps of the wheel that fit into a report, away from the user; the rest stays for the next. */
  protected takeWheel(): number {
    return this.takeMovement('wheel');
  }

  protected takeMovement(axis: 'x' | 'y' | 'wheel'): number {
    const moved = Math.max(-MOST_MOVED, Math.min(MOST_MOVED, this.state[axis]));
    this.state[axis] -= moved;
    return moved & 0xff;
  }

  /** Movement that was not reported yet; 0 for none. */
  protected abstract get moves(): number;
  protected abstract take(event: Event): void;
  protected abstract report(isBoot: boolean): Uint8Array;
  abstract current(isBoot: boolean): Uint8Array;
}

function eventOf(bytes: Uint8Array): Event {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return {
    x: view.getInt16(0, true),
    y: view.getInt16(2, true),
    wheel: view.getInt8(4),
    buttons: view.getUint8(5) & 0x1f,
  };
}

/** A mouse with five buttons and a wheel. */
export class MouseReports extends Pointer {
  readonly product = 'USB Mouse';
  readonly descriptor = mouseReports;
  readonly bootProtocol = Protocol.mouse;
  readonly packet = 4;

  protected override get moves(): number {
    const { x, y, wheel } = this.state;
    return Math.abs(x) + Math.abs(y) + Math.abs(wheel);
  }

  protected override take({ x, y }: Event): void {
    this.state.x += x;
    this.state.y -= y;
  }

  protected override report(isBoot: boolean): Uint8Array {
    const moved = [this.takeMovement('x'), this.takeMovement('y'), this.takeWheel()];
    return Uint8Array.of(this.state.buttons, ...moved.slice(0, isBoot ? 2 : 3));
  }

  override current(isBoot: boolean): Uint8Array {
    return Uint8Array.of(this.state.buttons, 0, 0, ...(isBoot ? [] : [0]));
  }
}

/** A pointer that tells its place. Firmware knows no such device. */
export class TabletReports extends Pointer {
  readonly product = 'USB Tablet';
  readonly descriptor = tabletReports;
  readonly bootProtocol = Protocol.none;
  readonly packet = 8;

  protected override get moves(): number {
    return this.state.wheel;
  }

  protected override take({ x, y }: Event): void {
    this.state.x = Math.max(x, 0);
    this.state.y = Math.max(y, 0);
  }

  protected override report(): Uint8Array {
    return this.#bytes(this.takeWheel());
  }

  override current(): Uint8Array {
    return this.#bytes(0);
  }

  #bytes(wheel: number): Uint8Array {
    const { x, y, buttons } = this.state;
    return Uint8Array.of(buttons, x & 0xff, x >> 8, y & 0xff, y >> 8, wheel);
  }
}
