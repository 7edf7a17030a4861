import type { BalloonConfig } from '../../runtime/devices/virtio/balloon/index.ts';
import { checkedBoolean, checkObject } from '../util/checks.ts';

/** Options of a virtio balloon. */
export type BalloonOptions = Partial<BalloonConfig>;

/**
 * The balloon that the option asks for; undefined: none.
 * @throws ConfigurationError that names the option
 */
export function checkedBalloon(balloon: boolean | BalloonOptions): BalloonConfig | undefined {
  if (typeof balloon === 'object') checkObject('balloon', balloon, ['deflateOnOom', 'freePageReporting']);
  else if (!checkedBoolean('balloon', balloon)) return undefined;
  const { deflateOnOom = false, freePageReporting = false }: BalloonOptions =
    typeof balloon === 'object' ? balloon : {};
  return {
    deflateOnOom: checkedBoolean('balloon.deflateOnOom', deflateOnOom),
    freePageReporting: checkedBoolean('balloon.freePageReporting', freePageReporting),
  };
}
