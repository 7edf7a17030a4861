/** Addresses of modules that import one of another origin. They stay: a worker reads its module later. */
const importers = new Map<string, string>();

/**
 * A worker of the library, where that comes from another origin than the page, as from a network that delivers files: no worker begins
 * with a module of there, but with one that imports it. Null: the worker is begun as any other, with its address in the call, which is how bundlers know it.
 * @param file the module's name beside this one
 */
export function foreignWorker(file: string, name: string): Worker | null {
  const { href, origin } = new URL(file, import.meta.url);
  if (origin === location.origin) return null;
  const importer =
    importers.get(href) ?? URL.createObjectURL(new Blob([`import ${JSON.stringify(href)};`], scriptType));
  importers.set(href, importer);
  return new Worker(importer, { type: 'module', name });
}

const scriptType = { type: 'text/javascript' } as const;
