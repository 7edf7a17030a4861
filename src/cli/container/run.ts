import { ConfigurationError, Container } from '../../index.ts';
import { messageOf } from '../../util/errors.ts';
import { ExitError } from '../exit-error.ts';
import { ProgressLine } from '../progress-line.ts';
import { passSignals } from '../signals.ts';
import { parseRun, type RunWords } from './flags.ts';

/** Docker's exit code where the container could not be run at all. */
const CANNOT_RUN = 125;

/** Runs a container with this process's streams; gives its exit code. */
export async function runContainer(words: readonly string[]): Promise<number> {
  const progress = new ProgressLine();
  try {
    const { settings, image, command } = parseRun(words);
    const { isTerminal, ...options } = settings;
    // The end of a file would not end a shell at a terminal.
    if (isTerminal && options.input && !process.stdin.isTTY)
      throw new ConfigurationError('the input device is not a terminal; leave out -t');
    const terminal = isTerminal ? terminalSize() : undefined;
    const container = await Container.run(
      { ...options, image, ...(command.length > 0 && { command }), ...(terminal && { terminal }) },
      progress.report,
    );
    progress.end();
    return await attached(container, { settings, image, command });
  } catch (error) {
    progress.end();
    throw new ExitError(messageOf(error), CANNOT_RUN, { cause: error });
  }
}

function terminalSize() {
  const { rows, columns } = process.stdout;
  return { rows: rows || 24, columns: columns || 80 };
}

/** The container has this process's streams and signals until it ends. */
async function attached(container: Container, { settings: { input, isTerminal } }: RunWords): Promise<number> {
  await using _ = container;
  // As a program in a pipe whose reader has gone.
  const end = () => void container.kill();
  using _signals = passSignals({
    pass: (signal) => void container.kill(signal),
    warn: () => process.stderr.write('rawiron: the next signal ends the container\n'),
    end,
  });
  using _size = isTerminal ? passSize(container) : undefined;
  using _input = input ? passInput(container, isTerminal === true) : undefined;
  const [code] = await Promise.all([
    container.exited,
    copy(container.stdout, process.stdout, end),
    copy(container.stderr, process.stderr, end),
  ]);
  return code;
}

/** The container's terminal has this one's size, until the result is disposed of. */
function passSize(container: Container): Disposable {
  const resize = () => void container.resize(terminalSize());
  process.stdout.on('resize', resize);
  return { [Symbol.dispose]: () => process.stdout.off('resize', resize) };
}

/** Standard input goes to the container, until the result is disposed of. */
function passInput(container: Container, isTerminal: boolean): Disposable {
  const { stdin } = process;
  const isRaw = isTerminal && stdin.isTTY;
  if (isRaw) stdin.setRawMode(true);
  const writer = container.stdin.getWriter();
  const take = async (bytes: Uint8Array) => {
    stdin.pause();
    await writer.write(bytes);
    stdin.resume();
  };
  const close = () => void writer.close().catch(() => {});
  stdin.on('data', take).on('end', close);
  return {
    [Symbol.dispose]() {
      stdin.off('data', take).off('end', close).pause();
      if (isRaw) stdin.setRawMode(false);
    },
  };
}

/** Copies what comes until its end. `gone` is called where nobody reads it any more, as after `head`. */
async function copy(from: ReadableStream<Uint8Array>, to: NodeJS.WriteStream, gone: () => void): Promise<void> {
  let isGone = false;
  const ended = new Promise<void>((resolve) => {
    to.once('error', () => {
      isGone = true;
      gone();
      resolve();
    });
  });
  for await (const bytes of from) {
    if (isGone || to.write(bytes)) continue;
    await Promise.race([ended, new Promise((resolve) => to.once('drain', resolve))]);
  }
}
