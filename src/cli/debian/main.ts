import { once } from 'node:events';
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { ConfigurationError } from '../../index.ts';
import { isMadeLabel, labelPlace } from '../../node/linux/debian-disk/disk.ts';
import { systemMessage } from '../../node/process/system-message.ts';
import { nodeStorage } from '../../node/storage.ts';
import { openDisk } from '../../storage/open.ts';
import { parseArguments } from '../arguments.ts';
import { print } from '../print.ts';
import type { Task } from '../program.ts';
import { runMachine } from '../run.ts';
import { type DebianArguments, parseDebianArguments } from './arguments.ts';
import { makeDisk } from './make.ts';

/** The port that help and checks name; the one that is taken is free. */
const SSH_PORT = 2222;

const HELP = `Usage: rawiron debian [OPTIONS] [DISK.qcow2] [-- FLAGS]

Makes a disk with Debian for i386, and boots it; a disk that is there is only booted. Without a name it is debian.qcow2 here.
The host needs an apt client (apt-get, apt-cache, dpkg-deb); nobody needs to be root. Packages come from the host's own sources
if these have Debian's kernels for i386, else from Debian's; they are downloaded once, and kept.

Of a new disk:
  --size SIZE         such as 8G; the file begins small and grows. Default: 4G
  --packages NAMES    packages besides, with commas between
  --user NAME         a user who becomes root by sudo, without a password
  --key FILE          public keys for ssh; default: your own, where ~/.ssh has one
  --hostname NAME     default: debian
  --release NAME      a release of Debian; default: the one that apt knows, else bookworm, the last one for i386
Each time:
  --share FOLDER      a folder of yours, which the guest has as /host; default: none
  FLAGS               flags of the machine, such as -m 1G

Root has no password on the console; by ssh only keys are taken. Ctrl-A x leaves at once, "poweroff" in the guest is better.
With flags alone the same machine is: rawiron -m 512 -hda DISK.qcow2 -nographic
  -nic user,model=virtio-net-pci,hostfwd=tcp:127.0.0.1:${SSH_PORT}-:22
  -virtfs local,mount_tag=host,path=FOLDER,security_model=mapped-file
`;

/**
 * Parses the arguments of `rawiron debian …`.
 * @throws ConfigurationError for an option that is unknown or wrong
 */
export function parseDebian(args: readonly string[]): Task {
  if (args.some((word) => ['--help', '-help', '-h'].includes(word))) return () => print(HELP);
  const wanted = parseDebianArguments(args);
  // What is wrong with the machine is said before a disk is made for it.
  machineSettings(wanted, SSH_PORT);
  checkFolders(wanted);
  return async () => {
    if (existsSync(wanted.disk)) await checkDisk(wanted.disk);
    else await makeDisk(wanted);
    return await boot(wanted);
  };
}

/** @throws ConfigurationError if a disk has no system that this command made */
async function checkDisk(disk: string): Promise<void> {
  const image = await openDisk(nodeStorage, disk, { access: 'read' });
  const { offset, length } = labelPlace;
  const label = new Uint8Array(length);
  try {
    if (image.size >= offset + length) await image.read(offset, label);
  } finally {
    await image.close();
  }
  if (!isMadeLabel(label))
    throw new ConfigurationError(
      `debian: ${disk} is there and has no Debian that this command made: give another name, or boot it by rawiron ${disk}`,
    );
}

async function boot(wanted: DebianArguments): Promise<number> {
  const { disk, share, user } = wanted;
  const port = await freePort();
  const folder = share === undefined ? '' : ' The folder is /host.';
  process.stderr.write(
    `Booting ${disk}. When it is up: ssh -p ${port} ${user ?? 'root'}@localhost.${folder} Ctrl-A x leaves.\n`,
  );
  return await runMachine(machineSettings(wanted, port));
}

function machineSettings({ disk, share, flags }: DebianArguments, port: number): ReturnType<typeof parseArguments> {
  return parseArguments([...machineFlags(disk, port, share), ...flags]);
}

/** @throws ConfigurationError for a folder that is not there */
function checkFolders({ disk, share }: DebianArguments): void {
  for (const folder of [dirname(disk), ...(share === undefined ? [] : [share])])
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
      throw new ConfigurationError(`debian: there is no folder ${folder}`);
  if (!existsSync(disk)) checkWritable(dirname(disk));
}

/** @throws ConfigurationError for a folder in which no disk can be made: that would be known only when all packages are there */
function checkWritable(folder: string): void {
  try {
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw new ConfigurationError(`debian: no disk can be made in ${folder}: ${systemMessage(error)}`);
  }
}

/** As `rawiron debian --help` shows them. */
export function machineFlags(disk: string, port: number, share?: string): string[] {
  const doubled = (path: string): string => path.replaceAll(',', ',,');
  const network = `user,model=virtio-net-pci,hostfwd=tcp:127.0.0.1:${port}-:22`;
  const folder = share === undefined ? [] : [`local,mount_tag=host,path=${doubled(share)},security_model=mapped-file`];
  return [
    ...['-m', '512', '-hda', disk, '-nographic', '-nic', network],
    ...folder.flatMap((value) => ['-virtfs', value]),
  ];
}

/** A port of the host that nobody listens at. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
