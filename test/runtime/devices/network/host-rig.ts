import { HostDoor } from '../../../../runtime/host/door.ts';
import { frameAt, framedLength, putFrame } from '../../../../runtime/host/frames.ts';
import type { ToHost } from '../../../../runtime/host/messages.ts';
import type { NetworkPort } from '../../../../runtime/host/network.ts';
import { hostNetworkPort } from '../../../../runtime/host/network-port.ts';
import { FRAME_CREDIT, ports } from '../../../../runtime/host/ports.ts';
import { CardRig } from './card-rig.ts';

/** A card whose cable leads through the host door, as in a machine. */
export class HostRig extends CardRig {
  /** Frames that came to the host. */
  sent = 0;
  #credit = FRAME_CREDIT;
  readonly #door = new HostDoor({ clock: this.clock, events: this.events, send: (message) => this.#take(message) });
  readonly #port: NetworkPort = hostNetworkPort(this.#door, 'card', this.guestError);

  override get board() {
    return { ...super.board, port: this.#port };
  }

  /** A frame comes, if the card has taken enough of those before. */
  arrive(frame: Uint8Array): void {
    if (framedLength(frame) > this.#credit) return;
    this.#credit -= framedLength(frame);
    const value = new Uint8Array(framedLength(frame));
    putFrame(value, 0, frame);
    this.#door.arrive({ type: 'input', port: 'card', value });
    this.advance(0);
  }

  setLink(isUp: boolean): void {
    this.#door.arrive({ type: 'input', port: ports.cardControl('card').name, value: isUp });
    this.advance(0);
  }

  #take(message: ToHost): void {
    if (message.type === 'output') this.sent += framesIn(message.bytes);
    if (message.type === 'taken') this.#credit += message.length;
  }
}

/** Whole frames of a message. */
function framesIn(bytes: Uint8Array): number {
  let count = 0;
  let at = 0;
  for (let frame = frameAt(bytes, 0); frame !== undefined; frame = frameAt(bytes, at)) {
    at += framedLength(frame);
    count++;
  }
  return count;
}
