import type { ScsiTarget } from '../../scsi/target.ts';
import { IocStatus, Reply, ScsiIo, TaskManagement, TaskReply, TaskResponse, TaskType } from './registers.ts';
import { replyTo } from './replies.ts';
import type { Requests } from './requests.ts';

/** Task types that are about one unit. */
const ofUnit: readonly number[] = [
  ...[TaskType.abortTask, TaskType.abortTaskSet, TaskType.clearTaskSet, TaskType.queryTask, TaskType.unitReset],
];

/** Aborts requests or resets targets, as a request for task management says. Requests that it ends have their replies before it. */
export function manageTasks(request: DataView, requests: Requests, targets: readonly ScsiTarget[]): DataView {
  const reply = replyTo(request, TaskReply.bytes);
  for (const at of [ScsiIo.target, ScsiIo.bus, TaskManagement.type]) reply.setUint8(at, request.getUint8(at));
  const type = request.getUint8(TaskManagement.type);
  if (ofUnit.includes(type)) manageUnit(request, reply, requests);
  else if (type === TaskType.targetReset) resetTarget(request, reply, requests);
  else if (type === TaskType.resetBus) for (const target of targets) requests.reset(target);
  else reply.setUint8(TaskReply.responseCode, TaskResponse.notSupported);
  return reply;
}

const targetOf = (request: DataView, requests: Requests): ScsiTarget | number =>
  requests.targetOf(request.getUint8(ScsiIo.bus), request.getUint8(ScsiIo.target));

function manageUnit(request: DataView, reply: DataView, requests: Requests): void {
  const target = targetOf(request, requests);
  if (typeof target === 'number') reply.setUint16(Reply.status, target, true);
  else if (request.getUint8(TaskManagement.unit) !== 0)
    reply.setUint8(TaskReply.responseCode, TaskResponse.invalidUnit);
  else if (request.getUint8(TaskManagement.type) === TaskType.unitReset) requests.reset(target);
  else endTasks(request, reply, requests, target);
}

function endTasks(request: DataView, reply: DataView, requests: Requests, target: ScsiTarget): void {
  const type = request.getUint8(TaskManagement.type);
  if (type === TaskType.abortTaskSet || type === TaskType.clearTaskSet) {
    reply.setUint32(TaskReply.terminated, requests.abortAll(target), true);
    return;
  }
  const task = requests.find(target, request.getUint32(TaskManagement.taskContext, true));
  if (task === undefined) return;
  if (type === TaskType.queryTask) reply.setUint8(TaskReply.responseCode, TaskResponse.succeeded);
  else {
    requests.abort(task);
    reply.setUint32(TaskReply.terminated, 1, true);
  }
}

/** A target that is not there needs no reset. */
function resetTarget(request: DataView, reply: DataView, requests: Requests): void {
  const target = targetOf(request, requests);
  if (typeof target !== 'number') requests.reset(target);
  else if (target !== IocStatus.deviceNotThere) reply.setUint16(Reply.status, target, true);
}
