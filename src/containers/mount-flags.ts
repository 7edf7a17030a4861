/** Flags of mount(2): include/uapi/linux/mount.h. */
export const Mount = {
  readOnly: 1,
  noSetUser: 2,
  noDevices: 4,
  noExecution: 8,
  synchronous: 16,
  remount: 32,
  noAccessTimes: 1024,
  noDirectoryAccessTimes: 2048,
  bind: 4096,
  relativeAccessTimes: 1 << 21,
  strictAccessTimes: 1 << 24,
} as const;
