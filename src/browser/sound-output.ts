/** A way to the host's loudspeakers. */
export interface SoundOutput {
  /** Plays samples, left and right in turn, after those before. */
  play(samples: Int16Array): void;
  /** From 0 to 1. */
  setVolume(volume: number): void;
  close(): Promise<void>;
}

/**
 * Opens one. The browser converts the rate. Where it has no sound, or forbids the file for its thread (content security policy), nothing
 * is heard, and the console has the reason.
 * @param rate frames a second
 */
export function openSound(rate: number, volume: number): SoundOutput {
  const context = new AudioContext({ sampleRate: rate, latencyHint: 'interactive' });
  const gain = new GainNode(context, { gain: volume });
  gain.connect(context.destination);
  const loaded = connectPlayer(context, gain).catch((error: Error) => {
    console.warn(`no sound: ${error.message}`);
    return undefined;
  });
  return {
    play(samples) {
      // What comes meanwhile waits.
      void loaded.then((player) => player?.port.postMessage(samples));
    },
    setVolume(value) {
      gain.gain.value = value;
    },
    close: () => context.close(),
  };
}

/**
 * The address stands in the call, as in that of a worker. Vite would make a short file part of the address (`data:`), which content
 * security policies forbid; servers take no notice of what stands after `?`.
 */
async function connectPlayer(context: AudioContext, output: AudioNode): Promise<AudioWorkletNode> {
  await context.audioWorklet.addModule(new URL('./sound-worklet.mjs?no-inline', import.meta.url));
  const options = { numberOfInputs: 0, outputChannelCount: [2] };
  const player = new AudioWorkletNode(context, 'machine-sound', options);
  player.connect(output);
  return player;
}
