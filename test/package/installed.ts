import { type ChildProcess, execFile, execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { lockFile } from '../../src/node/files/file-lock.ts';

export const root = join(import.meta.dirname, '../..');
/** Versions of Node: one that is too old, and those that the package is for; the clone's own is the last. */
const versions = ['20', '22', '24'];

/** A program's output, and the way it has ended. */
export interface Ended {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

/** A Node to run the package with: the folder of its executable. */
export interface Runtime {
  readonly name: string;
  readonly bin: string;
}

/** An empty folder with nothing but the package in it, as somebody who uses it has it. */
export class Installation {
  readonly folder = mkdtempSync(join(tmpdir(), 'rawiron-package-'));
  readonly tarball: string;
  /** Paths in the tarball. */
  readonly files: readonly string[];
  /** Warnings of npm when it installed the package. */
  readonly warnings: string;

  /** One at a time, in all processes: to pack the clone makes its dist/ anew. */
  static async create(): Promise<Installation> {
    for (;;) {
      const lock = await lockFile(`pack ${root}`, 'write');
      if (lock === undefined) {
        await setTimeout(100);
        continue;
      }
      try {
        return new Installation();
      } finally {
        await lock.release();
      }
    }
  }

  private constructor() {
    const tarballs = join(this.folder, 'tarball');
    mkdirSync(tarballs);
    const parsed: unknown = JSON.parse(npm(root, 'pack', '--json', '--silent', '--pack-destination', tarballs));
    const [{ filename, files }] = Object.values(parsed as object) as [{ filename: string; files: { path: string }[] }];
    this.files = files.map(({ path }) => path);
    this.tarball = join(tarballs, filename);
    this.write('package.json', '{ "name": "user", "private": true, "type": "module" }');
    const install = ['install', '--no-audit', '--no-fund', '--prefer-offline', this.tarball];
    const { status, stderr } = spawnSync('npm', install, { cwd: this.folder, encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    this.warnings = stderr;
  }

  /** Installs it for all of a user's folders; the folder that stands for the user's prefix of npm. */
  installGlobally(): string {
    const prefix = join(this.folder, 'prefix');
    npm(
      this.folder,
      'install',
      '--global',
      '--prefix',
      prefix,
      '--no-audit',
      '--no-fund',
      '--prefer-offline',
      this.tarball,
    );
    return prefix;
  }

  /** Packages that are installed. */
  packages(): string[] {
    return readdirSync(join(this.folder, 'node_modules')).filter((name) => !name.startsWith('.'));
  }

  write(path: string, text: string): void {
    const file = join(this.folder, path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, text);
  }

  copy(from: string, to: string): void {
    cpSync(join(root, from), join(this.folder, to), { recursive: true });
  }

  /** Runs a file with a Node. */
  run(runtime: Runtime, file: string, ...args: readonly string[]): Promise<Ended> {
    return this.#start(runtime, join(runtime.bin, 'node'), [file, ...args]);
  }

  /** Runs a line of a shell whose `node` is that Node. */
  shell(runtime: Runtime, line: string): Promise<Ended> {
    return this.#start(runtime, '/bin/sh', ['-c', line]);
  }

  #start(runtime: Runtime, program: string, args: readonly string[]): Promise<Ended> {
    const options = { cwd: this.folder, env: environment(runtime), encoding: 'utf8' } as const;
    return new Promise((resolve) => {
      execFile(program, args, options, (error, output, errors) => {
        resolve({ code: error ? Number(error.code ?? -1) : 0, output, errors });
      });
    });
  }

  /** Starts a line of a shell and talks to it. */
  talk(runtime: Runtime, line: string): Conversation {
    return new Conversation(spawn('/bin/sh', ['-c', line], { cwd: this.folder, env: environment(runtime) }));
  }

  /** Lets programs there import a package of the clone's. */
  lend(name: string): void {
    symlinkSync(join(root, 'node_modules', name), join(this.folder, 'node_modules', name));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A program whose output is waited for and answered. */
export class Conversation {
  readonly #child: ChildProcess;
  #output = '';
  #heard = Promise.withResolvers<void>();
  /** Its exit code, when it has ended. */
  readonly ended: Promise<number | null>;

  constructor(child: ChildProcess) {
    this.#child = child;
    const hear = (chunk: Buffer | string): void => {
      this.#output += chunk.toString();
      this.#heard.resolve();
    };
    child.stdout!.on('data', hear);
    child.stderr!.on('data', hear);
    this.ended = new Promise((resolve) => child.on('close', resolve));
    this.ended.then(() => hear(''));
  }

  /** Waits for this in what it says, from the beginning on. Throws if it ends without. */
  async expect(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.#output)) {
      if (this.#child.exitCode !== null) throw new Error(`no ${pattern} in:\n${this.#output}`);
      await this.#heard.promise;
      this.#heard = Promise.withResolvers<void>();
    }
  }

  type(text: string): void {
    this.#child.stdin!.write(text);
  }
}

function environment({ bin }: Runtime): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };
}

/** The clone's own Node. */
export const ownNode: Runtime = { name: 'own', bin: join(root, 'node_modules/.bin') };

/** All Nodes that the package is for, from npm, each in a folder of its own below this one. */
export function installNodes(folder: string): Runtime[] {
  const others = versions.map((name) => {
    const prefix = join(folder, `node-${name}`);
    mkdirSync(prefix, { recursive: true });
    writeFileSync(join(prefix, 'package.json'), '{ "private": true, "allowScripts": { "node": true } }');
    npm(prefix, 'install', '--no-audit', '--no-fund', '--prefer-offline', `node@${name}`);
    return { name, bin: join(prefix, 'node_modules/.bin') };
  });
  return [...others, ownNode];
}

function npm(cwd: string, ...args: readonly string[]): string {
  return execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
