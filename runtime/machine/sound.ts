import type { HostDoor } from '../host/door.ts';
import { ports } from '../host/ports.ts';
import { SoundMixer } from '../sound/mixer.ts';
import type { VirtualClock } from '../time/clock.ts';
import type { EventQueue } from '../time/events.ts';
import type { MachineConfig } from './config.ts';
import { DEFAULT_SOUND_RATE } from './resources.ts';

interface SoundParts {
  readonly config: MachineConfig;
  readonly clock: VirtualClock;
  readonly events: EventQueue;
  readonly door: HostDoor;
}

/** The mix of all that sounds. The host gets its frames, and tells whether anybody listens. */
export function soundMixer({ config, clock, events, door }: SoundParts): SoundMixer {
  const { rate = DEFAULT_SOUND_RATE, isHeard = false } = config.sound ?? {};
  const mixer = new SoundMixer({ clock, events, rate, isHeard, stream: door.stream(ports.sound) });
  door.requests(ports.soundControl).onInput = (isHeard) => mixer.setHeard(isHeard);
  return mixer;
}
