import type { ReportGuestError } from '../bus/guest-error.ts';
import { byteQueue, describe, flag, starting } from '../snapshot/describe.ts';
import type { HostDoor } from './door.ts';
import { frameAt, framedLength, LARGEST_FRAME, putFrame } from './frames.ts';
import type { FollowingFrames, NetworkPort } from './network.ts';
import { ports } from './ports.ts';
import type { HostStream } from './stream.ts';

const networkPortState = describe({
  isLinkUp: starting(flag, true),
  /** Frames that the card had no room for (host/frames.ts). */
  waiting: byteQueue,
});

/** Bytes of waiting frames that a card sees at once: it may put so many together. */
const OFFERED = framedLength(new Uint8Array(0)) + 2 * LARGEST_FRAME;

/**
 * Frames that are sent together are given to the host when there are so many bytes of them. A network acknowledges what comes at once
 * together, and an acknowledgment costs the guest more than what is in it.
 */
const TOGETHER_BYTES = 64 << 10;

/** Frames for the host, which gets them one by one, or several at once. */
class FrameOutput {
  readonly #stream: HostStream;
  readonly #bytes = new Uint8Array(TOGETHER_BYTES + framedLength(new Uint8Array(0)) + LARGEST_FRAME);
  #length = 0;
  #isGathering = false;

  constructor(stream: HostStream) {
    this.#stream = stream;
  }

  send(frame: Uint8Array): void {
    this.#length = putFrame(this.#bytes, this.#length, frame);
    if (!this.#isGathering) this.#stream.write(this.#take());
    else if (this.#length >= TOGETHER_BYTES) this.#stream.writeWhole(this.#take());
  }

  together<Result>(act: () => Result): Result {
    this.#isGathering = true;
    const result = act();
    this.#isGathering = false;
    if (this.#length > 0) this.#stream.writeWhole(this.#take());
    return result;
  }

  #take(): Uint8Array {
    const bytes = this.#bytes.subarray(0, this.#length);
    this.#length = 0;
    return bytes;
  }
}

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

/**
 * A card's cable whose other end is at the host. Frames go out as a stream. With instruction time each is a request
 * instead: what the network has to say to it at once comes at a virtual time, so that runs are alike.
 */
export function hostNetworkPort(door: HostDoor, name: string, guestError: ReportGuestError): NetworkPort {
  const state = networkPortState.create();
  const stream = door.stream(ports.card(name));
  const control = door.requests(ports.cardControl(name));
  const output = new FrameOutput(stream);
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
      if (!door.hasLatency) {
        output.send(frame);
        return;
      }
      const question = new Uint8Array(framedLength(frame));
      putFrame(question, 0, frame);
      control.request(() => question, enterAnswer);
    },
    together: (act) => output.together(act),
    onFrame: () => true,
    resume: offer,
    onLinkChanged: () => {},
  };
  stream.onInput = enter;
  control.onInput = (value) => {
    if (value === state.isLinkUp) return;
    state.isLinkUp = value;
    port.onLinkChanged();
    offer();
  };
  return port;
}
