import { MachineCards } from '../cards/index.ts';
import { type CardPlan, planCards } from '../cards/options.ts';
import { MachineDrives } from '../drives/index.ts';
import { type DrivePlan, planDrives } from '../drives/options.ts';
import type { Host } from '../host.ts';
import type { MachineConfig } from '../machine-core.ts';
import { checkOptions, type MachineOptions } from '../options/options.ts';
import { checkedPciSlots } from '../options/pci-slots.ts';
import { checkScsiDrives } from '../options/scsi.ts';
import { checkSmbiosTables } from '../options/smbios.ts';
import { portsOf, usbPlaces } from '../options/usb.ts';
import { MachineRecording } from '../recording/machine-recording.ts';
import { MachineShares } from '../shares/index.ts';
import { planShares, type SharePlan } from '../shares/options.ts';
import { checkUnrecorded } from '../snapshot/options.ts';
import { planSound } from '../sound/options.ts';
import { Sound } from '../sound/sound.ts';
import { checkBootIndices } from '../util/boot-index.ts';
import { atOption } from '../util/errors.ts';
import { loadImages } from './boot-images.ts';
import { disconnectOutside } from './connections.ts';
import { MachineGeneration } from './generation.ts';
import { openAll } from './opening.ts';
import type { MachineParts } from './types.ts';

/**
 * All that a machine is made of: its images are read, and what its drives and cards are connected to is open.
 * @param awaitsState it goes on from the state of another one
 * @throws ConfigurationError if an option is wrong, or a file cannot be read
 */
export async function prepareMachine(
  options: MachineOptions,
  host: Host,
  awaitsState: boolean,
): Promise<MachineParts & { readonly config: MachineConfig }> {
  const settings = checkOptions(options);
  if (settings.system) await checkSmbiosTables(settings.system);
  // What an earlier recording has in its file is still there then.
  if (awaitsState) atOption('icount', () => checkUnrecorded(options));
  const plans = planDrives(options.drives ?? []);
  const outside = planOutside(options);
  checkBootIndices([...plans, ...outside.cards.map(({ config }) => config)]);
  const { pciSlots: slots } = options;
  const devices = { settings, drives: plans, ...outside };
  const pciSlots = slots !== undefined && checkedPciSlots(slots, devices);
  const places = atOption('usb', () => usbPlaces(options, plans));
  atOption('drives', () => checkScsiDrives(options, plans));
  const images = await loadImages(options, host);
  const placed = places.length > 0 && { usbPorts: portsOf(places) };
  const drives = new MachineDrives(isReplay(options) ? plans.map(replayed) : plans, host);
  const cards = new MachineCards(outside.cards, host);
  const sound = new Sound(planSound(options.sound ?? {}), host);
  const shares = new MachineShares(outside.shares, host);
  // Another process has the images of a machine that is on its way here.
  const openDrives = () => atOption('drives', () => (options.incoming ? drives.look() : drives.open()));
  const openShares = () => atOption('shares', () => shares.open(awaitsState));
  const openCards = () => atOption('network', () => cards.open());
  const openSound = () => atOption('sound', () => sound.open());
  await openAll(
    { open: openCards, close: () => cards.close() },
    { open: openSound, close: () => sound.close() },
    { open: openDrives, close: () => drives.close() },
    { open: openShares, close: () => shares.close() },
  );
  const opened = { drives: drives.config, cards: cards.config, sound: sound.config, shares: shares.config };
  const parts = { ...images, drives: plans, cards: cards.config, shares: outside.shares };
  const recording = new MachineRecording(options, host);
  const generation = new MachineGeneration(options);
  const made = { options, host, drives, cards, sound, shares, recording, generation, parts };
  try {
    return {
      ...made,
      config: await recording.open({ ...settings, ...(pciSlots && { pciSlots }), ...placed, ...images, ...opened }),
    };
  } catch (error) {
    await Promise.all([drives.close(), disconnectOutside(made)]);
    throw error;
  }
}

function isReplay({ icount }: MachineOptions): boolean {
  return icount?.replay !== undefined;
}

/** The plans of cards and folders: in a replay they are connected to nothing, as all input comes from the recording. */
function planOutside(options: MachineOptions): { cards: CardPlan[]; shares: SharePlan[] } {
  const [cards, shares] = [planCards(options.network ?? []), planShares(options.shares ?? [])];
  if (!isReplay(options)) return { cards, shares };
  return {
    cards: cards.map((card) => ({ ...card, backend: undefined })),
    shares: shares.map((share) => ({ ...share, source: undefined })),
  };
}

/**
 * In a replay what is read from images comes from the recording, too. What was in a flash chip at the start is in none: its image must be as it
 * was, and stays so.
 */
function replayed({ options, ...plan }: DrivePlan): DrivePlan {
  return { ...plan, options: plan.interface === 'pflash' ? { ...options, readOnly: true } : {} };
}
