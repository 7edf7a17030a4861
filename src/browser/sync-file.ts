/** The methods of workers' files (File System Standard, FileSystemSyncAccessHandle), which the types of pages lack. */
export interface SyncFile {
  getSize(): number;
  read(target: Uint8Array, options: { at: number }): number;
  write(source: Uint8Array, options: { at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}

/** Locks a file: nobody else can write it meanwhile. */
export async function openSync(handle: FileSystemFileHandle, mode: 'readwrite' | 'read-only'): Promise<SyncFile> {
  type Opens = { createSyncAccessHandle(options: { mode: string }): Promise<SyncFile> };
  return await (handle as unknown as Opens).createSyncAccessHandle({ mode });
}
