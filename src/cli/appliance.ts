import { ConfigurationError } from '../index.ts';
import { type Settings, warned } from './settings.ts';

/** Whether a file is an appliance, by its name: an archive, or a descriptor. */
export function isAppliance(file: string): boolean {
  return /\.(ova|ovf)$/i.test(file);
}

/** Descriptions of machines that are read by one program alone, by the ends of their names. */
const descriptions: Readonly<Record<string, string>> = { vmx: 'VMware', vbox: 'VirtualBox', vmcx: 'Hyper-V' };

/** @throws ConfigurationError for a file that is no disk but describes a machine of another hypervisor */
export function checkNoDescription(file: string): void {
  const [, end = ''] = /\.(\w+)$/.exec(file.toLowerCase()) ?? [];
  if (!Object.hasOwn(descriptions, end)) return;
  throw new ConfigurationError(
    `${file} describes a machine of ${descriptions[end]}; give its disks, by -hda FILE for example, or an export of it (.ova)`,
  );
}

/**
 * The settings of a machine that an appliance describes.
 * @throws ConfigurationError for a second one
 */
export function withAppliance(settings: Settings, file: string): Settings {
  if (settings.appliance !== undefined)
    throw new ConfigurationError(
      `${settings.appliance} and ${file} are two appliances; each needs a machine of its own`,
    );
  return { ...settings, appliance: file };
}

/** The settings with all that the appliance says, and no flag does. Cards of flags take the place of its network cards, and are of their models where they name none; its disks come before those of flags. */
export async function opened(settings: Settings): Promise<Settings> {
  const { appliance: file, machine, cards, net } = settings;
  if (file === undefined) return settings;
  // Few command lines name one.
  const { openAppliance } = await import('../node/appliance/index.ts');
  const { options, notes } = await openAppliance(file);
  const { drives = [], network = [], ...others } = options;
  const hasCards = cards.length > 0 || net !== undefined || settings.nodefaults === true;
  const unconnected =
    network.length > 0 && !hasCards ? ['its network cards are connected to nothing; give -nic user'] : [];
  const told = [...notes, ...unconnected, 'changes to its disks are forgotten at the end'];
  const taken: Settings = {
    ...settings,
    machine: { ...others, ...machine, drives: [...drives, ...(machine.drives ?? [])] },
    cards: hasCards
      ? cards.map((one, n) => ({ ...(network[n]?.card && { card: network[n].card }), ...one }))
      : network.map(({ card = 'e1000' }) => ({ card })),
  };
  return told.reduce((all, note) => warned(all, `${file}: ${note}`), taken);
}
