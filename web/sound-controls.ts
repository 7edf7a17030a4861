import type { RawironPc } from '../src/browser/element.ts';
import { byId } from './elements.ts';

/** Has the button and the slider say how loud a machine is played. */
export function addSoundControls(pc: RawironPc): void {
  const mute = byId('mute', HTMLButtonElement);
  const volume = byId('volume', HTMLInputElement);
  const show = () => mute.setAttribute('aria-pressed', String(pc.muted));
  mute.addEventListener('click', () => {
    pc.muted = !pc.muted;
    show();
  });
  volume.addEventListener('input', () => {
    pc.volume = volume.valueAsNumber;
    pc.muted = false;
    show();
  });
}
