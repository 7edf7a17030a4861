import { ConfigurationError } from '../util/errors.ts';
import { Mount } from './mount-flags.ts';

/** A directory in memory, as mount(2) takes it. */
export interface TmpfsMount {
  readonly flags: number;
  /** Options of its own, with commas between. */
  readonly options: string;
}

/** Options that are flags of every mount: which ones they set, and which ones they take away (mount(8)). */
const flagOptions: Readonly<Record<string, { readonly set?: number; readonly clear?: number }>> = {
  ro: { set: Mount.readOnly },
  rw: { clear: Mount.readOnly },
  nosuid: { set: Mount.noSetUser },
  suid: { clear: Mount.noSetUser },
  nodev: { set: Mount.noDevices },
  dev: { clear: Mount.noDevices },
  noexec: { set: Mount.noExecution },
  exec: { clear: Mount.noExecution },
  noatime: { set: Mount.noAccessTimes },
  atime: { clear: Mount.noAccessTimes },
  nodiratime: { set: Mount.noDirectoryAccessTimes },
  diratime: { clear: Mount.noDirectoryAccessTimes },
  relatime: { set: Mount.relativeAccessTimes },
  strictatime: { set: Mount.strictAccessTimes },
  sync: { set: Mount.synchronous },
  async: { clear: Mount.synchronous },
  defaults: {},
};

const wordsOf = (text: string): string[] => text.split(',').filter((word) => word !== '');

/** Whether options such as "rw,size=64m" bound how much there can be. */
export const hasSize = (text: string): boolean => wordsOf(text).some((word) => /^(size|nr_blocks)=/.test(word));

/**
 * The mount that options such as "rw,noexec,size=64m" mean; the later of two that contradict each other counts.
 * @param size what it has where they give none, such as "20%"
 * @throws ConfigurationError
 */
export function tmpfsMount(text: string, size: string): TmpfsMount {
  if (!/^[\w=%:,.-]*$/.test(text)) throw new ConfigurationError(`'${text}' are no options of a tmpfs`);
  const words = wordsOf(text);
  const isFlag = (word: string) => Object.hasOwn(flagOptions, word);
  const flags = words.filter(isFlag).reduce((all, word) => {
    const { set = 0, clear = 0 } = flagOptions[word]!;
    return (all | set) & ~clear;
  }, 0);
  const own = words.filter((word) => !isFlag(word));
  const hasMode = own.some((word) => word.startsWith('mode='));
  const usual = [...(hasMode ? [] : ['mode=1777']), ...(hasSize(text) ? [] : [`size=${size}`])];
  return { flags, options: [...usual, ...own].join(',') };
}
