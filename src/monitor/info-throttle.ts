import type { Drive } from '../drives/drive.ts';
import { isLimited } from '../drives/throttle/limits.ts';
import { limitsByCommandName } from '../drives/throttle/names.ts';

/** Names of the limits in `info block`, in its order. */
const shownNames = [...rates('bps'), ...rates('iops'), 'iops_size'];

function rates(unit: string): string[] {
  return ['', '_rd', '_wr', '_max', '_rd_max', '_wr_max'].map((suffix) => unit + suffix);
}

/** A line of `info block` for a drive with limits. */
export function throttleLines({ limits, name }: Pick<Drive, 'limits' | 'name'>): string[] {
  if (!isLimited(limits)) return [];
  const shown = shownNames.map((one) => `${one}=${limits[limitsByCommandName.get(one)!] ?? 0}`);
  return [`    I/O throttling:   ${shown.join(' ')} group=${limits.group ?? name}`];
}
