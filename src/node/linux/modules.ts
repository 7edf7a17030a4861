import type { ArchiveEntry } from './cpio.ts';

/** The data of a module's section `.modinfo` (modinfo(8)), and the module's path. */
export interface LinuxModule {
  /** From the folder of the kernel's release on, such as "kernel/fs/ext4/ext4.ko". */
  readonly path: string;
  /** Names of the modules whose symbols it uses. */
  readonly needs: readonly string[];
  /** Names or aliases of what is to be loaded before it where it is there. */
  readonly before: readonly string[];
  /** Names that the kernel asks for it by: patterns of `modules.alias`. */
  readonly aliases: readonly string[];
}

/** A module's name: that of its file, in which the kernel makes no difference between `-` and `_`. */
export function moduleName(path: string): string {
  return path.replace(/^.*\//, '').replace(/\.ko$/, '').replaceAll('-', '_');
}

/** @throws Error for a file that is no ELF module of a 32-bit kernel */
export function describeModule(path: string, bytes: Uint8Array): LinuxModule {
  const values = modinfo(path, bytes);
  const all = (key: string): string[] =>
    values.filter((value) => value.startsWith(`${key}=`)).map((value) => value.slice(key.length + 1));
  const words = (text: string): string[] => text.split(/[\s,]+/).filter((word) => word !== '');
  return {
    path,
    needs: all('depends').flatMap(words).map(moduleName),
    before: all('softdep').flatMap((text) => words(/\bpre:([^:]*)(?=\bpost:|$)/.exec(text)?.[1] ?? '')),
    aliases: all('alias'),
  };
}

/** The texts in `.modinfo`, each `key=value`. Offsets of ELF-32 headers: Tool Interface Standard, ELF 1.2, figures 1-3 and 1-8. */
function modinfo(path: string, bytes: Uint8Array): string[] {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (file.toString('latin1', 0, 5) !== '\x7fELF\x01') throw new Error(`${path} is no module of a 32-bit kernel`);
  const headers = file.readUInt32LE(32);
  const [size, , names] = [46, 48, 50].map((at) => file.readUInt16LE(at)) as [number, number, number];
  const section = (n: number) => {
    const at = headers + n * size;
    const start = file.readUInt32LE(at + 16);
    return { name: file.readUInt32LE(at), bytes: file.subarray(start, start + file.readUInt32LE(at + 20)) };
  };
  const strings = section(names).bytes;
  for (let n = 0; n < file.readUInt16LE(48); n++) {
    const { name, bytes: contents } = section(n);
    if (strings.toString('latin1', name, name + 9) === '.modinfo\0') return contents.toString('latin1').split('\0');
  }
  return [];
}

/** The modules of a kernel by their names, or some of them with all that these need. */
export class ModuleTree {
  /** The kernel's release, such as "6.1.0-50-686". */
  readonly release: string;
  readonly #list: () => readonly LinuxModule[];
  readonly #read: (paths: readonly string[]) => Promise<readonly Uint8Array[]>;
  #byName: ReadonlyMap<string, LinuxModule> | undefined;

  /**
   * @param list called when a module is asked for first
   * @param read gives the contents of modules by their paths
   */
  constructor(
    release: string,
    list: () => readonly LinuxModule[],
    read: (paths: readonly string[]) => Promise<readonly Uint8Array[]>,
  ) {
    this.release = release;
    this.#list = list;
    this.#read = read;
  }

  get #modules(): ReadonlyMap<string, LinuxModule> {
    this.#byName ??= new Map(this.#list().map((module) => [moduleName(module.path), module]));
    return this.#byName;
  }

  /** Whether there is a module of this name; what is built into the kernel is none. */
  has(name: string): boolean {
    return this.#modules.has(moduleName(name));
  }

  /**
   * These modules and all that they need, each after what it needs.
   * @throws Error that names a module which is not there
   */
  inOrder(names: readonly string[]): LinuxModule[] {
    const found = new Set<LinuxModule>();
    const visited = new Set<LinuxModule>();
    const visit = (module: LinuxModule): void => {
      if (visited.has(module)) return;
      visited.add(module);
      for (const name of module.needs) visit(this.#named(name));
      for (const name of module.before) {
        const first = this.#modules.get(moduleName(name)) ?? this.#generic(name);
        if (first) visit(first);
      }
      found.add(module);
    };
    for (const name of names) visit(this.#named(name));
    return [...found];
  }

  /** The files of modules. */
  read(modules: readonly LinuxModule[]): Promise<readonly Uint8Array[]> {
    return this.#read(modules.map(({ path }) => path));
  }

  /** Archive entries below `lib/modules` for modprobe(8) and insmod(8): these modules and all that they need. */
  async entries(names: readonly string[]): Promise<ArchiveEntry[]> {
    const modules = this.inOrder(names);
    const root = `lib/modules/${this.release}`;
    const contents = await this.read(modules);
    return [
      ...modules.map(({ path }, n): ArchiveEntry => ({ type: 'file', path: `${root}/${path}`, data: contents[n]! })),
      { type: 'file', path: `${root}/modules.dep`, data: this.#dependencies(modules) },
      { type: 'file', path: `${root}/modules.alias`, data: aliasLines(modules) },
    ];
  }

  #named(name: string): LinuxModule {
    const module = this.#modules.get(moduleName(name));
    if (module === undefined) throw new Error(`there is no module ${name} of the kernel ${this.release}`);
    return module;
  }

  /** The module for an alias. Where several have it, some are for processors of one kind; this is the one for all. */
  #generic(alias: string): LinuxModule | undefined {
    const modules = [...this.#modules.values()].filter(({ aliases }) => aliases.includes(alias));
    return modules.find(({ path }) => moduleName(path).endsWith('_generic')) ?? modules[0];
  }

  /** modules.dep(5): a line for each module, with all that it needs, the last to be loaded first. */
  #dependencies(modules: readonly LinuxModule[]): string {
    const lines = modules.map((module) => {
      const needs = this.inOrder([module.path]).slice(0, -1).reverse();
      return `${module.path}: ${needs.map(({ path }) => path).join(' ')}`.trimEnd();
    });
    return `${lines.join('\n')}\n`;
  }
}

/** modules.alias: "alias PATTERN MODULE" lines. */
function aliasLines(modules: readonly LinuxModule[]): string {
  const lines = modules.flatMap(({ path, aliases }) => aliases.map((alias) => `alias ${alias} ${moduleName(path)}\n`));
  return lines.join('');
}
