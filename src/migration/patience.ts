import { ChannelError } from './channel.ts';

/** The other end may be there, and does nothing. */
export class LateError extends ChannelError {
  constructor(message: string) {
    super(message, { isPeerGone: false });
  }
}

/**
 * Waits for the other end to do something in time.
 * @param limit milliseconds
 * @param fault the words after "the other end" for the error
 * @throws LateError if it takes longer
 */
export async function inTime<Result>(result: Promise<Result>, limit: number, fault: string): Promise<Result> {
  if (limit === Infinity) return await result;
  // Nobody may wait for it any more when it is late.
  result.catch(() => {});
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const giveUp = () => reject(new LateError(`the other end ${fault} for ${limit / 1000} seconds`));
    timer = setTimeout(() => {
      // This process may have been stopped meanwhile: what waits for it comes first.
      timer = setTimeout(giveUp);
    }, limit);
  });
  try {
    return await Promise.race([result, late]);
  } finally {
    clearTimeout(timer);
  }
}
