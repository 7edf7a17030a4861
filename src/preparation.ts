import { loadImages } from './boot-images.ts';
import { MachineCards } from './cards/index.ts';
import { planCards } from './cards/options.ts';
import { MachineDrives } from './drives/index.ts';
import { planDrives } from './drives/options.ts';
import type { Host } from './host.ts';
import type { MachineConfig } from './machine-core.ts';
import type { MachineParts } from './machine-types.ts';
import { openAll } from './opening.ts';
import { checkOptions, type MachineOptions } from './options.ts';
import { MachineShares } from './shares/index.ts';
import { planShares } from './shares/options.ts';
import { planSound } from './sound/options.ts';
import { Sound } from './sound/sound.ts';

/**
 * All that a machine is made of: its images are read, and what its drives and cards are connected to is open.
 * @throws ConfigurationError if an option is wrong, or a file cannot be read
 */
export async function prepareMachine(
  options: MachineOptions,
  host: Host,
): Promise<MachineParts & { readonly config: MachineConfig }> {
  const settings = checkOptions(options);
  const plans = planDrives(options.drives ?? []);
  const images = await loadImages(options, host);
  const drives = new MachineDrives(plans, host);
  const cards = new MachineCards(planCards(options.network ?? []), host);
  const sound = new Sound(planSound(options.sound ?? {}), host);
  const shares = new MachineShares(planShares(options.shares ?? []), host);
  // Another process has the images of a machine that is on its way here.
  const openDrives = options.incoming ? () => drives.look() : () => drives.open();
  await openAll(cards, sound, { open: openDrives, close: () => drives.close() }, shares);
  const devices = { drives: drives.config, cards: cards.config, sound: sound.config, shares: shares.config };
  const parts = { ...images, drives: plans, cards: cards.config, shares: shares.config };
  return { config: { ...settings, ...images, ...devices }, options, host, drives, cards, sound, shares, parts };
}
