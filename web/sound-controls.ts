import type { RawironPc } from '../src/browser/element.ts';
import { byId } from './elements.ts';

/** Has the button and the slider say how loud a machine is played; what it gives makes that silent. */
export function addSoundControls(pc: RawironPc): () => void {
  const mute = byId('mute', HTMLButtonElement);
  const volume = byId('volume', HTMLInputElement);
  const show = () => mute.setAttribute('aria-pressed', String(pc.muted));
  const setMuted = (muted: boolean) => {
    pc.muted = muted;
    show();
  };
  mute.addEventListener('click', () => setMuted(!pc.muted));
  volume.addEventListener('input', () => {
    pc.volume = volume.valueAsNumber;
    setMuted(false);
  });
  return () => setMuted(true);
}
