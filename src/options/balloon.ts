import type { BalloonConfig } from '../../runtime/devices/virtio/balloon/index.ts';
import { checkedBoolean, checkObject } from '../util/checks.ts';
import { atOption } from '../util/errors.ts';

/** Options of a virtio balloon. */
export interface BalloonOptions {
  /** Whether the driver may take pages out of the balloon when the guest has no memory left. Default: false. */
  readonly deflateOnOom?: boolean;
  /** Whether the driver tells of pages that nobody in the guest uses, whose memory the host gets. Default: false. */
  readonly freePageReporting?: boolean;
}

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
    deflateOnOom: atOption('deflateOnOom', () => checkedBoolean('balloon.deflateOnOom', deflateOnOom)),
    freePageReporting: atOption('freePageReporting', () =>
      checkedBoolean('balloon.freePageReporting', freePageReporting),
    ),
  };
}
