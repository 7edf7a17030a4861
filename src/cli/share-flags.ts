import { ConfigurationError, type SecurityModelName, type ShareOptions, securityModels } from '../index.ts';
import type { Flag } from './flag.ts';
import { withAddress } from './pci-addresses.ts';
import { parseProperties, parseSwitch } from './properties.ts';
import { type FolderDescription, machine, type Settings } from './settings.ts';

const PROPERTIES = 'path=FOLDER,security_model=mapped-file|passthrough|none[,readonly=on]';
/** Properties of QEMU's that ask for what is so anyway. */
const ignored = ['writeout', 'multidevs'];

/** Flags of shared folders, as QEMU has them. */
export const shareFlags: readonly Flag[] = [
  {
    names: ['virtfs'],
    argument: `local,mount_tag=TAG,${PROPERTIES}`,
    last: true,
    help: 'a folder of the host that the guest mounts',
    details:
      'In the guest: mount -t 9p -o trans=virtio TAG /mnt. mapped-file: owners and permissions are kept in files beside. passthrough, none: they are those of the host.',
    apply: (settings, text) => {
      const { mount_tag = '', ...folder } = folderProperties(text, ['mount_tag', 'id']);
      if (mount_tag === '') throw new ConfigurationError('what is the guest to mount it by? give mount_tag=TAG');
      const shared = addShare(settings, { ...described(folder), tag: mount_tag });
      return withAddress(shared, 'virtio-9p-pci', undefined);
    },
  },
  {
    names: ['fsdev'],
    argument: `local,id=ID,${PROPERTIES}`,
    help: 'a folder for -device virtio-9p-pci,fsdev=ID',
    details: 'The device names the tag, by mount_tag=TAG; -virtfs is short for both.',
    apply: (settings, text) => {
      const { id = '', ...folder } = folderProperties(text, ['id']);
      if (id === '') throw new ConfigurationError('the folder needs a name; give id=ID');
      return { ...settings, waitingFolders: { ...settings.waitingFolders, [id]: described(folder) } };
    },
  },
];

/** The settings with a folder of -fsdev shared: by `-device virtio-9p-pci,fsdev=ID,mount_tag=TAG`. */
export function shareFolder(settings: Settings, id: string, tag: string): Settings {
  const { [id]: folder, ...others } = settings.waitingFolders;
  if (folder === undefined)
    throw new ConfigurationError(
      `there is no folder '${id}'; give -fsdev local,id=${id || 'ID'},path=FOLDER,security_model=mapped-file`,
    );
  if (tag === '') throw new ConfigurationError('what is the guest to mount it by? give mount_tag=TAG');
  return addShare({ ...settings, waitingFolders: others }, { ...folder, tag });
}

/** The folders of all flags. Throws ConfigurationError if one waits for a -device that did not come. */
export function sharesOf({ machine: { shares = [] }, waitingFolders }: Settings): readonly ShareOptions[] {
  const [waiting] = Object.keys(waitingFolders);
  if (waiting !== undefined)
    throw new ConfigurationError(
      `the folder '${waiting}' is shared with nobody; give -device virtio-9p-pci,fsdev=${waiting},mount_tag=TAG`,
    );
  return shares;
}

function addShare(settings: Settings, share: ShareOptions): Settings {
  return machine(settings, { shares: [...(settings.machine.shares ?? []), share] });
}

function folderProperties(text: string, own: readonly string[]): Record<string, string> {
  const known = ['path', 'security_model', 'readonly', ...ignored, ...own];
  const { driver, ...properties } = parseProperties(text, 'driver', known);
  if (driver === undefined) throw new ConfigurationError('what is the folder shared by? give local,path=FOLDER');
  if (driver !== 'local') throw new ConfigurationError(`'${driver}' is not supported; give local,path=FOLDER`);
  return properties;
}

function described({ path = '', security_model, readonly }: Readonly<Record<string, string>>): FolderDescription {
  if (path === '') throw new ConfigurationError('which folder? give path=FOLDER');
  return {
    folder: path,
    securityModel: checkedModel(security_model),
    ...(readonly !== undefined && { readOnly: parseSwitch('readonly', readonly) }),
  };
}

/** As in QEMU there is no default: what fits is for the user to say. */
function checkedModel(model = ''): SecurityModelName {
  if (securityModels.includes(model as SecurityModelName)) return model as SecurityModelName;
  if (model === 'mapped' || model === 'mapped-xattr')
    throw new ConfigurationError(
      `security_model=${model} needs extended attributes, which Node cannot read; give security_model=mapped-file`,
    );
  const choice = securityModels.map((name) => `security_model=${name}`).join(', ');
  throw new ConfigurationError(
    model === '' ? `give one of ${choice}` : `there is no '${model}'; give one of ${choice}`,
  );
}
