import type { Machine } from '../machine/machine.ts';
import { openSound, type SoundOutput } from './sound-output.ts';

/** Events of the user that let a page play sound (HTML, "user activation"). */
const gestures = ['keydown', 'mousedown', 'pointerup'] as const;

/**
 * Plays what a machine sounds. A browser lets a page sound only after its user has done something there; nothing is heard until then. The
 * machine mixes nothing while nothing is heard.
 */
export class Loudspeaker {
  #machine: Machine | null = null;
  #output: SoundOutput | null = null;
  #volume = 1;
  #isMuted = false;
  #isListening = false;
  readonly #play = (samples: Int16Array): void => this.#output?.play(samples);
  readonly #onGesture = (): void => this.#update();

  /** Plays this machine from now on, or none. */
  attach(machine: Machine | null): void {
    this.#listen(false);
    void this.#output?.close();
    this.#output = null;
    this.#machine = machine;
    machine?.on('exit', () => machine === this.#machine && this.attach(null));
    this.#update();
  }

  /** From 0 to 1. */
  get volume(): number {
    return this.#volume;
  }

  /** @throws RangeError for what is not from 0 to 1 */
  set volume(volume: number) {
    if (!(volume >= 0 && volume <= 1)) throw new RangeError(`volume is ${volume}; it must be from 0 to 1`);
    this.#volume = volume;
    this.#output?.setVolume(volume);
  }

  get isMuted(): boolean {
    return this.#isMuted;
  }

  set isMuted(isMuted: boolean) {
    this.#isMuted = isMuted;
    this.#update();
  }

  #update(): void {
    const machine = this.#machine;
    const { hasBeenActive } = navigator.userActivation;
    const isHeard = machine !== null && !this.#isMuted && hasBeenActive;
    this.#awaitGesture(machine !== null && !hasBeenActive);
    if (isHeard && !this.#output) this.#output = openSound(machine.sound.rate, this.#volume);
    this.#listen(isHeard);
  }

  /** The window holds no loudspeaker whose machine is gone. */
  #awaitGesture(waits: boolean): void {
    for (const gesture of gestures) {
      if (waits) window.addEventListener(gesture, this.#onGesture, { capture: true });
      else window.removeEventListener(gesture, this.#onGesture, { capture: true });
    }
  }

  #listen(isHeard: boolean): void {
    if (isHeard === this.#isListening) return;
    this.#isListening = isHeard;
    if (isHeard) this.#machine?.sound.on('samples', this.#play);
    else this.#machine?.sound.off('samples', this.#play);
  }
}
