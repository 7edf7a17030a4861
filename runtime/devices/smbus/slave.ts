/** A device on the SMBus as the host sees it. */
export interface SmbusSlave {
  /**
   * Takes the bytes that the host sends after the address, of which the first is the command; none: the host only asks whether
   * somebody is there (quick command). False: it does not acknowledge them.
   */
  write(bytes: readonly number[]): boolean;
  /** The next byte that it sends. */
  read(): number;
}
