/**
 * LSI's SAS1068 with Fusion-MPT firmware: registers, and messages of its Message Passing Interface 1.5, as the headers of Linux'
 * drivers know them (drivers/message/fusion/lsi: mpi.h, mpi_ioc.h, mpi_init.h, mpi_cnfg.h).
 */

/** PCI identification: QEMU's controller. */
export const Id = {
  vendorId: 0x1000,
  deviceId: 0x0054,
  subsystemVendorId: 0x1000,
  subsystemId: 0x8000,
  revision: 0,
  classCode: 0x010000,
} as const;
export const MSI_AT = 0x40;

export const PORT_COUNT = 0x100;
export const MEMORY_BYTES = 0x4000;
export const DIAGNOSTIC_BYTES = 0x10000;

/** Each port (phy) of the controller has a target at most. */
export const PHYS = 8;

export const Register = {
  doorbell: 0x00,
  writeSequence: 0x04,
  diagnostic: 0x08,
  interruptStatus: 0x30,
  interruptMask: 0x34,
  requestQueue: 0x40,
  replyQueue: 0x44,
} as const;

/** States of the controller in the doorbell register; the low half of a fault is its code, one of IocStatus. */
export const IocState = { ready: 0x10000000, operational: 0x20000000, fault: 0x40000000 } as const;
/** The doorbell is in use for a message; who initialised the controller; and what a write of it asks for. */
export const DOORBELL_ACTIVE = 0x08000000;
export const WHO_SHIFT = 24;
export const WHO_MASK = 7;
export const DoorbellFunction = { messageUnitReset: 0x40, handshake: 0x42, shift: 24, wordsShift: 16 } as const;

/** Keys that, written one after the other, enable the diagnostic register. */
export const sequenceKeys: readonly number[] = [0x4, 0xb, 0x2, 0x7, 0xd];
export const SEQUENCE_KEY_MASK = 0xf;
export const Diagnostic = { writeEnabled: 0x80, resetAdapter: 0x04 } as const;

/** Bits of interrupt status and mask. */
export const Interrupt = { doorbell: 0x01, reply: 0x08, all: 0x09 } as const;

/** The queue of replies reads as this when it is empty; and the bit that tells a reply in memory from a context. */
export const NO_REPLY = 0xffffffff;
export const ADDRESS_REPLY = 0x80000000;

/** Entries that each queue has room for, and requests that are under way at the same time. */
export const QUEUE_DEPTH = 128;

export const MessageFunction = {
  scsiIo: 0x00,
  taskManagement: 0x01,
  iocInit: 0x02,
  iocFacts: 0x03,
  config: 0x04,
  portFacts: 0x05,
  portEnable: 0x06,
  eventNotification: 0x07,
} as const;

/** Fields that messages share. */
export const Request = { chainOffset: 2, function: 3, flags: 7, context: 8, bytes: 52 } as const;
export const Reply = { length: 2, function: 3, flags: 7, context: 8, status: 14, bytes: 20 } as const;
/** The flag of a reply whose request is answered again. */
export const CONTINUATION = 0x80;

export const IocStatus = {
  success: 0x00,
  invalidFunction: 0x01,
  invalidScatterList: 0x03,
  insufficientResources: 0x06,
  invalidState: 0x08,
  configInvalidAction: 0x20,
  configInvalidType: 0x21,
  configInvalidPage: 0x22,
  configCannotCommit: 0x25,
  invalidBus: 0x41,
  invalidTarget: 0x42,
  deviceNotThere: 0x43,
  dataOverrun: 0x44,
  dataUnderrun: 0x45,
  taskTerminated: 0x48,
} as const;

/** SCSI IO request, whose scatter list stands behind it, and its reply. */
export const ScsiIo = {
  bytes: 48,
  target: 0,
  bus: 1,
  commandLength: 4,
  senseLength: 5,
  unit: 13,
  control: 20,
  command: 24,
  dataLength: 40,
  senseAddress: 44,
} as const;
export const ScsiDirection = { mask: 0x03000000, write: 0x01000000, read: 0x02000000 } as const;
export const ScsiIoReply = {
  bytes: 36,
  scsiStatus: 12,
  scsiState: 13,
  transferCount: 20,
  senseCount: 24,
} as const;
export const ScsiState = { autosenseValid: 0x01, noScsiStatus: 0x04 } as const;

/** Elements of scatter lists: flags and length in a word, then an address of 32 or 64 bits. */
export const Element = {
  last: 0x80000000,
  endOfBuffer: 0x40000000,
  typeMask: 0x30000000,
  simple: 0x10000000,
  chain: 0x30000000,
  wide: 0x02000000,
  endOfList: 0x01000000,
  lengthMask: 0x00ffffff,
  chainOffsetShift: 16,
} as const;

export const TaskManagement = { type: 5, unit: 13, taskContext: 48 } as const;
export const TaskReply = { bytes: 24, responseCode: 4, type: 5, terminated: 20 } as const;
export const TaskType = {
  abortTask: 1,
  abortTaskSet: 2,
  targetReset: 3,
  resetBus: 4,
  unitReset: 5,
  clearTaskSet: 6,
  queryTask: 7,
} as const;
export const TaskResponse = { complete: 0x00, notSupported: 0x04, succeeded: 0x08, invalidUnit: 0x09 } as const;

export const IocInit = {
  who: 0,
  maxDevices: 5,
  maxBuses: 6,
  replyFrameSize: 12,
  hostHigh: 16,
  senseHigh: 20,
} as const;

export const IocFactsReply = {
  bytes: 80,
  version: 0,
  maxChainDepth: 20,
  who: 21,
  blockSize: 22,
  replyQueueDepth: 24,
  requestFrameSize: 26,
  productId: 30,
  hostHigh: 32,
  credits: 36,
  ports: 38,
  senseHigh: 40,
  replyFrameSize: 44,
  maxDevices: 46,
  maxBuses: 47,
  firmwareVersion: 56,
} as const;
/** The version of the interface, 1.5; the product, an initiator of the family 1068; and the firmware, 1.50.146.0 as QEMU's. */
export const MESSAGE_VERSION = 0x0105;
export const PRODUCT_ID = 0x2102;
export const FIRMWARE_VERSION = 0x01329200;
export const REQUEST_FRAME_BYTES = 128;
export const MAX_CHAIN_DEPTH = 0x22;

export const PortFacts = { port: 6 } as const;
export const PortFactsReply = { bytes: 40, type: 21, maxDevices: 22, scsiId: 24, protocols: 26 } as const;
export const PortType = { sas: 0x30 } as const;
export const PortProtocol = { logicalAddresses: 0x01, initiator: 0x08 } as const;

export const EventNotification = { isOn: 0 } as const;
export const EventReply = { bytes: 32, dataLength: 0, event: 20, data: 28 } as const;
/** The event that tells whether events are told. */
export const EVENT_CHANGE = 0x0a;

export const Config = {
  action: 0,
  extendedType: 6,
  pageVersion: 20,
  pageLength: 21,
  pageNumber: 22,
  pageType: 23,
  pageAddress: 24,
  buffer: 28,
} as const;
export const ConfigReply = { bytes: 24, extendedLength: 4 } as const;
export const ConfigAction = {
  header: 0,
  readCurrent: 1,
  writeCurrent: 2,
  toDefault: 3,
  writeNvram: 4,
  readDefault: 5,
  readNvram: 6,
} as const;
/** Types of pages; those above the mask are in a field of their own, where the field of the type says that they are extended. */
export const PageType = {
  ioUnit: 0x00,
  ioc: 0x01,
  manufacturing: 0x09,
  extended: 0x0f,
  mask: 0x0f,
  sasIoUnit: 0x10,
  sasDevice: 0x12,
  sasPhy: 0x13,
} as const;
