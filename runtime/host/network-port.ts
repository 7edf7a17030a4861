import type { ReportGuestError } from '../bus/guest-error.ts';
import { byteQueue, describe, flag, starting } from '../snapshot/describe.ts';
import type { HostDoor } from './door.ts';
import { FRAME_CREDIT, frameAt, framedLength, LARGEST_FRAME, putFrame } from './frames.ts';
import type { FollowingFrames, NetworkPort } from './network.ts';

const networkPortState = describe({
  isLinkUp: starting(flag, true),
  /** Frames that the card had no room for (host/frames.ts). */
  waiting: byteQueue,
});

/** Bytes of waiting frames that a card sees at once: it may put so many together. */
const OFFERED = framedLength(new Uint8Array(0)) + 2 * LARGEST_FRAME;

/** Framed bytes, of which whole frames are taken one after the other. */
class WaitingFrames implements FollowingFrames {
  readonly #bytes: Uint8Array;
  /** Bytes of those that were taken. */
  length = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  peek(): Uint8Array | undefined {
    return frameAt(this.#bytes, this.length);
  }

  take(): void {
    this.length += framedLength(this.peek()!);
  }

  putBack(): void {
    this.length = 0;
    this.take();
  }
}

/** The name of the request port of a card: its host is asked by it where answers have a virtual time, and tells of the link. */
export function controlPortName(name: string): string {
  return `${name} control`;
}

/**
 * A card's cable whose other end is at the host. Frames go out as a stream. With instruction time each is a request
 * instead: what the network has to say to it at once comes at a virtual time, so that runs are alike.
 */
export function hostNetworkPort(door: HostDoor, name: string, guestError: ReportGuestError): NetworkPort {
  const state = networkPortState.create();
  const stream = door.stream(name, FRAME_CREDIT);
  const control = door.requestPort<Uint8Array, Uint8Array>(controlPortName(name));
  const message = new Uint8Array(framedLength(new Uint8Array(0)) + LARGEST_FRAME);
  const { waiting } = state;

  function offer(): void {
    for (;;) {
      const frames = new WaitingFrames(waiting.peek(OFFERED));
      const frame = frames.peek();
      if (frame === undefined) return;
      frames.take();
      if (state.isLinkUp && !port.onFrame(frame, frames)) return;
      stream.taken(frames.length);
      waiting.drop(frames.length);
    }
  }
  function enter(frames: Uint8Array): void {
    waiting.push(frames);
    offer();
  }
  /** The host has used up credit for what it answers, as for the stream's input. */
  function enterAnswer(frames: Uint8Array): void {
    stream.arrived(frames.length);
    enter(frames);
  }

  const port: NetworkPort = {
    component: networkPortState.bind(`${name} cable`, state),
    get isLinkUp() {
      return state.isLinkUp;
    },
    send(frame) {
      if (!state.isLinkUp) return;
      if (frame.length > LARGEST_FRAME) {
        guestError(`${name}: a frame is too large, bytes`, frame.length);
        return;
      }
      const bytes = message.subarray(0, putFrame(message, 0, frame));
      if (!door.hasLatency) {
        stream.write(bytes);
        return;
      }
      const question = bytes.slice();
      control.request(() => question, enterAnswer);
    },
    onFrame: () => true,
    resume: offer,
    onLinkChanged: () => {},
  };
  stream.onInput = enter;
  control.onInput = (value) => {
    if (value === state.isLinkUp) return;
    state.isLinkUp = value as boolean;
    port.onLinkChanged();
    offer();
  };
  return port;
}
