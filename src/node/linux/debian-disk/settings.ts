/** Settings of a Debian on a disk. */
export interface MakingSettings {
  /** Size of the disk in bytes. */
  readonly size: number;
  /** Debian's name of it, such as "bookworm"; none: the one that the host's apt client knows. */
  readonly release?: string;
  /** Packages besides those that every system has. */
  readonly packages: readonly string[];
  /** The name of a user who may become root by sudo. */
  readonly user?: string;
  /** Public keys of those who may log in by ssh, a line for each. */
  readonly keys?: string;
  readonly hostname: string;
}
