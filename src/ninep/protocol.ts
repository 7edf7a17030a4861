/**
 * The protocol 9P2000.L: the Plan 9 manual, section 5 (version, walk, read and so on), and for what Linux adds the Linux kernel's
 * include/net/9p/9p.h and "9P2000.L" of the diod project.
 */

export const VERSION = '9P2000.L';

/** Linux's options for a folder that a machine shares; the largest messages make the fewest exits from the guest. */
export const MOUNT_OPTIONS = 'trans=virtio,version=9p2000.L,msize=512000';

/** Types of requests; that of a reply is one more. */
export const Message = {
  error: 6,
  statFileSystem: 8,
  open: 12,
  create: 14,
  symlink: 16,
  makeNode: 18,
  rename: 20,
  readLink: 22,
  getAttributes: 24,
  setAttributes: 26,
  xattrWalk: 30,
  xattrCreate: 32,
  readDirectory: 40,
  sync: 50,
  lock: 52,
  getLock: 54,
  link: 70,
  makeDirectory: 72,
  renameAt: 74,
  unlinkAt: 76,
  version: 100,
  authenticate: 102,
  attach: 104,
  flush: 108,
  walk: 110,
  read: 116,
  write: 118,
  clunk: 120,
  remove: 122,
} as const;

/** A message begins with its length in bytes, its type and its tag. */
export const HEADER_BYTES = 7;
/** The reply to what fails: the header and a number. There must be room for it. */
export const ERROR_BYTES = HEADER_BYTES + 4;

/** Bytes of a message: what a client must allow at least, as in QEMU, and what is allowed at most. */
export const LEAST_MESSAGE = 4096;
export const MOST_MESSAGE = 512 << 10;

/** Names in one walk at most. */
export const MOST_NAMES = 16;

/** Kinds of files in a qid. */
export const QidType = { directory: 0x80, symbolicLink: 0x02, file: 0x00 } as const;

/** Flags of open and create: Linux's, as on x86. */
export const OpenFlag = {
  access: 0o3,
  readOnly: 0o0,
  writeOnly: 0o1,
  readWrite: 0o2,
  exclusive: 0o200,
  truncate: 0o1000,
  append: 0o2000,
  dataSync: 0o10000,
  directory: 0o200000,
  sync: 0o4000000,
} as const;

/** Bits of setAttributes for the attributes to change. */
export const Change = {
  mode: 0x001,
  user: 0x002,
  group: 0x004,
  size: 0x008,
  accessTime: 0x010,
  modificationTime: 0x020,
  changeTime: 0x040,
  accessTimeGiven: 0x080,
  modificationTimeGiven: 0x100,
} as const;

/** The attributes that getAttributes gives: all of stat(2). */
export const BASIC_ATTRIBUTES = 0x7ffn;

/** A flag of unlinkAt: it is a directory. */
export const REMOVE_DIRECTORY = 0x200;

/** The answer to a lock is always this: only one client has the folder, and it knows its own locks. */
export const LOCKED = 0;
export const UNLOCKED_TYPE = 2;
