import { nodeStorage } from '../../node/storage.ts';
import { commitImage } from '../../storage/commit-image.ts';
import { formatNamed } from '../../storage/formats.ts';
import type { Arguments } from './arguments.ts';
import { progressLine } from './progress.ts';

/** `image commit`: puts what an image has of its own into its backing file, and empties it unless it is to be kept. */
export async function commitImageFile({ values, words: [file] }: Arguments): Promise<string> {
  let line: ReturnType<typeof progressLine> | undefined;
  await commitImage(nodeStorage, file, {
    format: formatNamed(values.format),
    afterwards: values.keep ? 'keep' : 'clear',
    ...(values.progress &&
      !values.quiet && {
        progress: (done, size) => {
          line ??= progressLine(size);
          line.show(done);
        },
      }),
  });
  line?.end();
  return 'Image committed.\n';
}
