import { parseArgs } from 'node:util';
import { ConfigurationError } from '../../index.ts';
import { messageOf, within } from '../../util/errors.ts';
import { similarNames } from '../../util/similar.ts';
import { parseSize } from '../image/size.ts';

/** The parsed arguments of `rawiron debian`. */
export interface DebianArguments {
  readonly disk: string;
  /** In bytes. */
  readonly size: number;
  readonly release?: string;
  readonly packages: readonly string[];
  readonly user?: string;
  /** A file with public keys for ssh. */
  readonly key?: string;
  readonly hostname: string;
  /** A folder of the host that the guest has as /host. */
  readonly share?: string;
  /** Flags of the machine besides. */
  readonly flags: readonly string[];
}

const options = {
  size: { type: 'string', default: '4G' },
  release: { type: 'string' },
  packages: { type: 'string', default: '' },
  user: { type: 'string' },
  key: { type: 'string' },
  hostname: { type: 'string', default: 'debian' },
  share: { type: 'string' },
} as const;

/** The system does not fit into less. */
const LEAST_SIZE = 2 ** 30;
/** The partition table ends at 2 TB. */
const MOST_SIZE = 2 ** 41 - 2 ** 20;

/** Users and groups that every Debian has (its package base-passwd), and the group that gets sudo's rights. */
const systemNames =
  'daemon bin sys sync games man lp mail news uucp proxy www-data backup list irc gnats nobody nogroup adm tty disk kmem dialout fax voice cdrom floppy tape sudo audio dip operator src shadow utmp video sasl plugdev staff users input sgx kvm render messagebus sshd crontab netdev'.split(
    ' ',
  );

const isOfSystem = (name: string): boolean => systemNames.includes(name) || /^(systemd-|_)/.test(name);

/** @throws ConfigurationError that names the option and what it takes */
export function parseDebianArguments(args: readonly string[]): DebianArguments {
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  const { values, positionals } = parsed(args.slice(0, end));
  if (positionals.length > 1)
    throw new ConfigurationError(
      `debian: '${positionals[1]}' is too much: give one disk, and flags of the machine behind --`,
    );
  const size = within(`debian: --size ${values.size}`, () => parseSize(values.size));
  if (size < LEAST_SIZE || size > MOST_SIZE)
    throw new ConfigurationError(`debian: --size ${values.size} is not between 1G and 2T; 4G is usual`);
  checkName('hostname', values.hostname, /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i);
  checkName('user', values.user, /^[a-z_][a-z0-9_-]{0,30}$/);
  if (values.user === 'root') throw new ConfigurationError('debian: --user root: it is there without being asked for');
  if (values.user !== undefined && isOfSystem(values.user))
    throw new ConfigurationError(
      `debian: --user ${values.user}: Debian has a user or group of that name; give another one`,
    );
  checkName('release', values.release, /^[a-z][a-z0-9-]*$/);
  const packages = values.packages.split(/[\s,]+/).filter((name) => name !== '');
  for (const name of packages) checkName('packages', name, /^[a-z0-9][a-z0-9+.-]+$/);
  const { release, user, key, share, hostname } = values;
  return {
    disk: positionals[0] ?? 'debian.qcow2',
    size,
    packages,
    hostname,
    ...(release !== undefined && { release }),
    ...(user !== undefined && { user }),
    ...(key !== undefined && { key }),
    ...(share !== undefined && { share }),
    flags: args.slice(end + 1),
  };
}

function parsed(args: readonly string[]) {
  const names = Object.keys(options).map((name) => `--${name}`);
  const unknown = args.find((word) => word.startsWith('-') && !names.includes(word.split('=')[0]!));
  if (unknown !== undefined) {
    const similar = similarNames(unknown, names);
    throw new ConfigurationError(
      `debian: unknown option ${unknown}${similar}; debian --help lists them. Flags of the machine stand behind --`,
    );
  }
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new ConfigurationError(`debian: ${messageOf(error)}; debian --help says more`);
  }
}

function checkName(option: string, text: string | undefined, pattern: RegExp): void {
  if (text !== undefined && !pattern.test(text))
    throw new ConfigurationError(`debian: --${option} takes no '${text}'; debian --help says more`);
}
