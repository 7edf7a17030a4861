import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Progress } from '../../util/progress.ts';
import { isInstalled, run } from '../process/process.ts';

/** True if this host can get and unpack Debian packages. */
export async function hasApt(): Promise<boolean> {
  return (await isInstalled('apt-get')) && (await isInstalled('apt-cache')) && (await isInstalled('dpkg-deb'));
}

/**
 * The host's apt client with lists, status and cache in a folder of their own and i386 as its architecture, so that
 * nothing of the host's own state is read as installed or changed. Proxies, keys and (unless others are given) sources
 * are the host's. Its cryptographic checks stay on: of lists by signature, of packages by their hash.
 */
export class AptClient {
  readonly #configuration: string;
  readonly #packages: string;
  /** Where apt itself puts what it would install. */
  readonly #archives: string;

  private constructor(configuration: string, directory: string) {
    this.#configuration = configuration;
    this.#packages = join(directory, 'packages');
    this.#archives = join(directory, 'cache', 'archives');
  }

  /** A client that works in this folder. `sources` is the text of a sources.list that stands in for the host's. */
  static async create(directory: string, sources?: string): Promise<AptClient> {
    await mkdir(join(directory, 'lists', 'partial'), { recursive: true });
    await mkdir(join(directory, 'packages'), { recursive: true });
    await writeFile(join(directory, STATUS), '');
    let configuration = clientConfiguration(directory);
    if (sources !== undefined) {
      const list = join(directory, 'sources.list');
      await writeFile(list, sources);
      configuration += `Dir::Etc::SourceList "${list}";\nDir::Etc::SourceParts "/dev/null";\n`;
    }
    const file = join(directory, 'apt.conf');
    await writeFile(file, configuration);
    return new AptClient(file, directory);
  }

  /** Gets the lists of packages. Throws if any list could not be had; others may be there all the same. */
  async update(progress: Progress): Promise<void> {
    await this.#get(['update'], (percent) => progress('Getting lists of Debian packages', percent));
  }

  /** The first package that this one depends on, or undefined if there is no such package. */
  async dependency(name: string): Promise<string | undefined> {
    const text = await this.#run('apt-cache', ['depends', '--important', name]).catch(() => '');
    return /^\s*Depends: (\S+)$/m.exec(text)?.[1];
  }

  /** Gets one package and returns the path of its file. */
  async download(name: string, progress: Progress): Promise<string> {
    await this.#get(['download', name], (percent) => progress(`Getting ${name}`, percent));
    const file = (await readdir(this.#packages)).find((entry) => entry.startsWith(`${name}_`));
    if (file === undefined) throw new Error(`apt-get download ${name} left no file`);
    return join(this.#packages, file);
  }

  /** Gets packages and all that they depend on (what they only recommend not), and returns the paths of their files. */
  async downloadAll(names: readonly string[], progress: Progress): Promise<string[]> {
    await mkdir(join(this.#archives, 'partial'), { recursive: true });
    const args = ['install', '--download-only', '--no-install-recommends', '--yes', ...names];
    await this.#get(args, (percent) => progress('Getting Debian packages', percent));
    const files = (await readdir(this.#archives)).filter((file) => file.endsWith('.deb'));
    return files.map((file) => join(this.#archives, file));
  }

  /** Gets the files of a source package and returns their paths. The sources must be of the kind deb-src. */
  async downloadSource(name: string, progress: Progress): Promise<string[]> {
    await this.#get(['source', '--download-only', name], (percent) =>
      progress(`Getting the source of ${name}`, percent),
    );
    return (await readdir(this.#packages)).map((file) => join(this.#packages, file));
  }

  async #get(args: readonly string[], onPercent: (percent: number) => void): Promise<void> {
    await this.#run('apt-get', ['-q', '-oAPT::Status-Fd=3', ...args], (line) => {
      // apt's README.progress-reporting: "dlstatus:<file>:<percent of all>:<text>"
      const match = /^dlstatus:\d+:([\d.]+):/.exec(line);
      if (match) onPercent(Number(match[1]));
    });
  }

  #run(command: string, args: readonly string[], onStatus?: (line: string) => void): Promise<string> {
    return run(command, ['-c', this.#configuration, ...args], {
      directory: this.#packages,
      ...(onStatus && { onStatus }),
    });
  }
}

/** The list of installed packages, which is empty. The lock that an installation takes is made beside it. */
const STATUS = 'status';

/** apt.conf(5). The hooks are cleared because some of them change what the host knows of its own packages. */
function clientConfiguration(directory: string): string {
  return `#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear APT::Architectures;
APT::Architecture "i386";
APT::Architectures { "i386"; };
APT::Sandbox::User "root";
APT::Update::Error-Mode "any";
Acquire::Languages "none";
Dir::State::Lists "${directory}/lists";
Dir::State::status "${directory}/${STATUS}";
Dir::Cache "${directory}/cache";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
`;
}

/** Unpacks the files of a package that match these patterns (tar's; paths start with "./") below a folder. */
export async function unpack(file: string, patterns: readonly string[], directory: string): Promise<void> {
  const archive = `${file}.tar`;
  await run('sh', ['-c', 'dpkg-deb --fsys-tarfile "$0" > "$1"', file, archive]);
  await run('tar', ['-x', '-f', archive, '-C', directory, '--wildcards', ...patterns]);
}
