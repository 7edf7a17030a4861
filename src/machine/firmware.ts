import type { Host, OwnFirmware } from '../host.ts';

/** Folders of sources that decide how the images come out: nothing in these folders imports anything else. */
const sources = ['../../runtime/', '../../translator/'].map((folder) => new URL(folder, import.meta.url));

/**
 * The firmware of our own. Assembling it takes a moment, so the host keeps the images. In the package this module has
 * them itself (scripts/assembled-modules.ts).
 */
export function ownFirmware({ keep }: Pick<Host, 'keep'>): Promise<OwnFirmware> {
  return keep('firmware', sources, async () => (await import('../../runtime/firmware/images.ts')).assembleImages());
}
