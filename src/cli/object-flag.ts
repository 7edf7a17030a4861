import { ConfigurationError } from '../index.ts';
import type { Flag } from './flag.ts';
import { checkProperties, parseProperties, propertyList } from './properties.ts';
import type { Settings } from './settings.ts';

/** An object of QEMU's. */
interface ObjectKind {
  readonly usage: string;
  apply(settings: Settings, text: string): Settings;
}

/** By which QEMU names where random numbers come from: here they are always the host's. */
const randomSource: ObjectKind = { usage: 'id=ID', apply: addRandomSource };

const kinds: Readonly<Record<string, ObjectKind>> = {
  'filter-dump': { usage: 'netdev=ID,file=FILE', apply: addCapture },
  'rng-random': randomSource,
  'rng-builtin': randomSource,
  // Requests of disks are never the business of the guest's thread.
  iothread: { usage: 'id=ID', apply: ignoreThread },
  'memory-backend-ram': { usage: 'id=ID,size=SIZE', apply: checkMemoryBackend },
};

/** How they are written. */
export const objectUsages: readonly string[] = Object.entries(kinds).map(([name, { usage }]) => `${name},${usage}`);

export const objectFlag: Flag = {
  names: ['object'],
  argument: objectUsages.join('|'),
  list: 'list-objects',
  help: 'captures frames, or names what a -device refers to',
  details:
    'filter-dump: all frames of a -netdev go to a file, in the format of pcap. rng-random, rng-builtin: where -device virtio-rng-pci has its numbers from, always the host. iothread: a thread for -device virtio-blk-pci,iothread=ID, which has one anyway. memory-backend-ram: the memory that -m gives.',
  apply(settings, text) {
    const [[, type]] = propertyList(text, 'qom-type') as [[string, string]];
    if (!Object.hasOwn(kinds, type))
      throw new ConfigurationError(
        `the object '${type}' is not supported; give ${objectUsages.slice(0, -1).join(', ')} or ${objectUsages.at(-1)}`,
      );
    return kinds[type]!.apply(settings, text);
  },
};

/** The settings with a file for the frames of a network. */
function addCapture(settings: Settings, text: string): Settings {
  const { netdev, file } = parseProperties(text, 'qom-type', ['id', 'netdev', 'file']);
  if (netdev === undefined || file === undefined)
    throw new ConfigurationError('filter-dump needs a network and a file; give netdev=ID and file=FILE');
  return { ...settings, captures: { ...settings.captures, [netdev]: file } };
}

function addRandomSource(settings: Settings, text: string): Settings {
  const instead = "random numbers are the host's; leave filename out, or give filename=/dev/urandom";
  const { id } = checkProperties(text, { 'qom-type': /./, id: /./, filename: /^\/dev\/u?random$/ }, instead);
  return id === undefined ? settings : { ...settings, randomSources: [...settings.randomSources, id] };
}

/** The memory of -m, as it is described for -machine memory-backend=ID. */
function checkMemoryBackend(settings: Settings, text: string): Settings {
  parseProperties(text, 'qom-type', ['id', 'size']);
  return settings;
}

function ignoreThread(settings: Settings, text: string): Settings {
  parseProperties(text, 'qom-type', ['id']);
  return settings;
}
