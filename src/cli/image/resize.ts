import { ConfigurationError } from '../../index.ts';
import { nodeStorage } from '../../node/storage.ts';
import { formatNamed } from '../../storage/formats.ts';
import { resizeFile } from '../../storage/resize.ts';
import type { Arguments } from './arguments.ts';
import { parseSize } from './size.ts';

/** `image resize`: returns what it says. */
export async function resizeImage({ values, words: [file, text] }: Arguments): Promise<string> {
  if ((values.preallocation ?? 'off') !== 'off')
    throw new ConfigurationError(
      `--preallocation=${values.preallocation} is not supported: what is added takes no space; give --preallocation=off`,
    );
  await resizeFile(nodeStorage, file, formatNamed(values.format), (old) => {
    const size = newSize(old, text);
    if (size >= old || values.shrink) return size;
    throw new ConfigurationError(`${file}: this would cut off what is beyond ${size} bytes; --shrink allows that`);
  });
  return 'Image resized.\n';
}

/** @param text a size, or with a sign how much more or less */
function newSize(old: number, text: string): number {
  const sign = /^[+-]/.exec(text)?.[0];
  if (sign === undefined) return parseSize(text);
  const size = old + (sign === '+' ? 1 : -1) * parseSize(text.slice(1));
  if (size >= 0) return size;
  throw new ConfigurationError(`the image has ${old} bytes: it cannot become smaller by ${text.slice(1)}`);
}
