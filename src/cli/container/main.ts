import { ConfigurationError, Container, type ContainerImage } from '../../index.ts';
import { row, terminalWidth, wrapped } from '../layout.ts';
import { print } from '../print.ts';
import type { Task } from '../program.ts';
import { ProgressLine } from '../progress-line.ts';
import { imagesFlags, machineFlags, pullFlags, runFlags } from './flags.ts';
import { runContainer } from './run.ts';
import { readFlags } from './words.ts';

const description = `Runs images of containers for linux/386, each in a machine of its own. IMAGE is an archive (docker save, or OCI's), a folder in OCI's layout, or a name in a registry, such as localhost:5000/x:1. What it writes is in memory, and gone when it ends. The exit code is the command's; 125: it could not be run.`;

const helpText = (
  width = terminalWidth(),
): string => `Usage: rawiron container run [FLAGS] IMAGE [COMMAND [ARGUMENT...]]
       rawiron container machine [-m SIZE] FILE
       rawiron container pull [--creds NAME:PASSWORD] [--platform linux/386] IMAGE
       rawiron container images [--json]
       rawiron container inspect IMAGE
       rawiron container rm IMAGE...

${wrapped(description, width)}

Flags of run, as Docker has them:
${runFlags.map(({ names, argument, help }) => row([names.join(', '), argument].filter(Boolean).join(' '), help, width)).join('\n')}
`;

const isHelp = (word: string): boolean => word === '--help' || word === '-help';

/**
 * Parses the arguments of `rawiron container …`.
 * @throws ConfigurationError for an unknown command
 */
export function parseContainer(args: readonly string[]): Task {
  const [name, ...words] = args;
  // What follows the image is the command's own.
  if (name === undefined || isHelp(name) || (words[0] !== undefined && isHelp(words[0])))
    return () => print(helpText());
  switch (name) {
    case 'run':
      return () => runContainer(words);
    case 'machine':
      return () => machine(words);
    case 'pull':
      return () => pull(words);
    case 'images':
      return () => images(words);
    case 'inspect':
      return () => inspect(words);
    case 'rm':
      return () => remove(words);
  }
  throw new ConfigurationError(`container: unknown command '${name}'; container --help says more`);
}

async function pull(words: readonly string[]): Promise<number> {
  const { settings, rest } = readFlags('pull', pullFlags, words, {});
  const [image, ...more] = rest;
  if (image === undefined || more.length > 0) throw new ConfigurationError('container pull: give one image');
  const progress = new ProgressLine();
  const { id, name } = await Container.pull({ image, ...settings }, progress.report).finally(() => progress.end());
  return await print(`${name}\n${id}\n`);
}

/** Makes a file of a machine that waits for a container. */
async function machine(words: readonly string[]): Promise<number> {
  const { settings, rest } = readFlags<{ readonly memory?: number }>('machine', machineFlags, words, {});
  const [file, ...more] = rest;
  if (file === undefined || more.length > 0)
    throw new ConfigurationError('container machine: give a file, and the memory by -m SIZE in front of it');
  const progress = new ProgressLine();
  try {
    await Container.saveMachine(file, settings, progress.report);
  } finally {
    progress.end();
  }
  return 0;
}

async function images(words: readonly string[]): Promise<number> {
  const { settings, rest } = readFlags('images', imagesFlags, words, { isJson: false });
  const [unexpected] = rest;
  if (unexpected !== undefined) throw new ConfigurationError(`container images: unexpected argument '${unexpected}'`);
  const all = await Container.images();
  if (settings.isJson) return await print(`${JSON.stringify(all, null, 2)}\n`);
  const rows = [['NAME', 'ID', 'SIZE'], ...all.map(cellsOf)];
  const widths = [0, 1].map((n) => Math.max(...rows.map((cells) => cells[n]!.length)));
  return await print(
    rows.map(([name, id, size]) => `${name!.padEnd(widths[0]!)}  ${id!.padEnd(widths[1]!)}  ${size}\n`).join(''),
  );
}

const cellsOf = ({ name, id, bytes }: ContainerImage): string[] => [
  name,
  id.slice('sha256:'.length, 'sha256:'.length + 12),
  `${(bytes / 2 ** 20).toFixed(1)} MB`,
];

async function inspect(words: readonly string[]): Promise<number> {
  const { rest } = readFlags('inspect', [], words, {});
  const [image, ...more] = rest;
  if (image === undefined || more.length > 0) throw new ConfigurationError('container inspect: give one image');
  return await print(`${JSON.stringify(await Container.inspect(image), null, 2)}\n`);
}

async function remove(words: readonly string[]): Promise<number> {
  const { rest } = readFlags('rm', [], words, {});
  if (rest.length === 0) throw new ConfigurationError('container rm: give images');
  for (const image of rest) await Container.remove(image);
  return 0;
}
