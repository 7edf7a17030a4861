import type { BusMemory } from '../../memory/bus-memory.ts';
import { type Adapter, findPage, hasPages, isExtended, pageData, phyOf } from './pages.ts';
import { Config, ConfigAction, ConfigReply, Element, IocStatus, PageType, Reply } from './registers.ts';
import { replyTo } from './replies.ts';
import { elementAt } from './scatter-list.ts';

const actions: readonly number[] = Object.values(ConfigAction);
const reads: readonly number[] = [ConfigAction.readCurrent, ConfigAction.readDefault, ConfigAction.readNvram];
const writes: readonly number[] = [ConfigAction.writeCurrent, ConfigAction.writeNvram];
/** Fields that the reply has of the request. */
const echoed: readonly number[] = [
  ...[Config.action, Config.pageVersion, Config.pageLength, Config.pageNumber, Config.pageType],
];

/** Answers a request for a configuration page, which it reads. None can be written. */
export function configure(request: DataView, adapter: Adapter, memory: BusMemory): DataView {
  const reply = replyTo(request, ConfigReply.bytes);
  for (const at of echoed) reply.setUint8(at, request.getUint8(at));
  reply.setUint16(Reply.status, answer(request, reply, adapter, memory), true);
  return reply;
}

/** Does what the request asks for, and gives its status. */
function answer(request: DataView, reply: DataView, adapter: Adapter, memory: BusMemory): number {
  const action = request.getUint8(Config.action);
  const type = typeOf(request);
  if (type === null) return IocStatus.configInvalidType;
  if (type > PageType.mask) reply.setUint8(Config.extendedType, type);
  if (!actions.includes(action)) return IocStatus.configInvalidAction;
  const page = findPage(type, request.getUint8(Config.pageNumber));
  if (page === undefined) return hasPages(type) ? IocStatus.configInvalidPage : IocStatus.configInvalidType;
  const phy = phyOf(page, adapter, request.getUint32(Config.pageAddress, true));
  if (phy === null) return IocStatus.configInvalidPage;
  if (writes.includes(action)) return IocStatus.configCannotCommit;
  if (reads.includes(action)) {
    const { address, flags } = elementAt(request, Config.buffer);
    memory.write(address, pageData(page, adapter, phy).subarray(0, flags & Element.lengthMask));
  }
  const length = page.bytes / 4;
  if (isExtended(page)) reply.setUint16(ConfigReply.extendedLength, length, true);
  else reply.setUint8(Config.pageLength, length);
  return IocStatus.success;
}

/** The type of the page that a request names; null: it says that the type is extended, and it is not. */
function typeOf(request: DataView): number | null {
  const type = request.getUint8(Config.pageType) & PageType.mask;
  if (type !== PageType.extended) return type;
  const extended = request.getUint8(Config.extendedType);
  return extended > PageType.mask ? extended : null;
}
