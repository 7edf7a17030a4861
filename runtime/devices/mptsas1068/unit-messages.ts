import {
  CONTINUATION,
  EVENT_CHANGE,
  EventNotification,
  EventReply,
  FIRMWARE_VERSION,
  IocFactsReply,
  IocInit,
  IocState,
  MAX_CHAIN_DEPTH,
  MESSAGE_VERSION,
  PHYS,
  PortFacts,
  PortFactsReply,
  PortProtocol,
  PortType,
  PRODUCT_ID,
  QUEUE_DEPTH,
  REQUEST_FRAME_BYTES,
  Reply,
  Request,
} from './registers.ts';
import { replyTo } from './replies.ts';
import type { ControllerState } from './state.ts';

/** The driver tells how it wants to speak with the controller, which is operational from now on. */
export function initialise(request: DataView, controller: ControllerState): DataView {
  const devices = request.getUint8(IocInit.maxDevices);
  Object.assign(controller, {
    who: request.getUint8(IocInit.who),
    replyFrameSize: request.getUint16(IocInit.replyFrameSize, true),
    maxDevices: devices === 0 ? 256 : devices,
    maxBuses: request.getUint8(IocInit.maxBuses),
    hostHigh: request.getUint32(IocInit.hostHigh, true),
    senseHigh: request.getUint32(IocInit.senseHigh, true),
  });
  if (controller.state === IocState.ready) controller.state = IocState.operational;
  const reply = replyTo(request, Reply.bytes);
  reply.setUint8(IocInit.who, controller.who);
  reply.setUint8(IocInit.maxDevices, controller.maxDevices);
  reply.setUint8(IocInit.maxBuses, controller.maxBuses);
  return reply;
}

/** Tells what the controller can do. */
export function controllerFacts(request: DataView, controller: ControllerState): DataView {
  const at = IocFactsReply;
  const reply = replyTo(request, at.bytes);
  reply.setUint16(at.version, MESSAGE_VERSION, true);
  reply.setUint8(at.maxChainDepth, MAX_CHAIN_DEPTH);
  reply.setUint8(at.who, controller.who);
  reply.setUint8(at.blockSize, Request.bytes / 4);
  reply.setUint16(at.replyQueueDepth, QUEUE_DEPTH, true);
  reply.setUint16(at.requestFrameSize, REQUEST_FRAME_BYTES, true);
  reply.setUint16(at.productId, PRODUCT_ID, true);
  reply.setUint32(at.hostHigh, controller.hostHigh, true);
  reply.setUint16(at.credits, QUEUE_DEPTH, true);
  reply.setUint8(at.ports, PHYS);
  reply.setUint32(at.senseHigh, controller.senseHigh, true);
  reply.setUint16(at.replyFrameSize, controller.replyFrameSize, true);
  reply.setUint8(at.maxDevices, controller.maxDevices);
  reply.setUint8(at.maxBuses, controller.maxBuses);
  reply.setUint32(at.firmwareVersion, FIRMWARE_VERSION, true);
  return reply;
}

/** Tells of a port; one that is not there is inactive. */
export function portFacts(request: DataView): DataView {
  const at = PortFactsReply;
  const reply = replyTo(request, at.bytes);
  const port = request.getUint8(PortFacts.port);
  reply.setUint8(PortFacts.port, port);
  if (port >= PHYS) return reply;
  reply.setUint8(at.type, PortType.sas);
  reply.setUint16(at.maxDevices, PHYS, true);
  reply.setUint16(at.scsiId, PHYS, true);
  reply.setUint16(at.protocols, PortProtocol.logicalAddresses | PortProtocol.initiator, true);
  return reply;
}

/** Ports need nothing to be enabled. */
export function enablePort(request: DataView): DataView {
  const reply = replyTo(request, Reply.bytes);
  reply.setUint8(PortFacts.port, request.getUint8(PortFacts.port));
  return reply;
}

/** Answers whether the driver will be told of events. None happen: no drive comes or goes. */
export function notifyOfEvents(request: DataView): DataView {
  const at = EventReply;
  const reply = replyTo(request, at.bytes);
  reply.setUint16(at.dataLength, 1, true);
  reply.setUint8(Reply.flags, CONTINUATION);
  reply.setUint32(at.event, EVENT_CHANGE, true);
  reply.setUint32(at.data, request.getUint8(EventNotification.isOn) === 0 ? 0 : 1, true);
  return reply;
}
