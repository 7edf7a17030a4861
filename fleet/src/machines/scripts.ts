import { tenantKey } from '../tenants/names.ts';
import { tenantMachinesKey } from '../tenants/tenants.ts';
import { OVERHEAD } from './placement.ts';
import {
  DRAINED,
  HOSTS,
  hostComingKey,
  hostKey,
  hostMachinesKey,
  MACHINES,
  machineKey,
  newsChannel,
  ROOM,
  WAITING,
  WITH_PORTS,
} from './record.ts';

/**
 * Scripts that Redis runs as a whole. KEYS[1] is a machine's record, KEYS[2] its output. A host that has a machine says its own ID and the token by
 * which it took it, and is refused where the record has others: another host may have it by now.
 */

/** A name in Redis, as Lua says it, of something whose own name is in a variable. */
const keyOf = (key: (name: string) => string, variable: string): string => `'${key(`' .. ${variable} .. '`)}'`;

/** Machines that wait which a host looks at, besides those that it does not take. */
const MOST_SEEN = 8;

/**
 * Functions that keep the lists by which nobody has to look at all machines or hosts: machines that wait, by the memory that they need; those of each
 * host; hosts that take more, by the memory that they have left.
 */
const LISTS = `
local function machine(name) return ${keyOf(machineKey, 'name')} end
local function need(name) return tonumber(redis.call('HGET', machine(name), 'memory')) + ${OVERHEAD} end
local function tell(host, name) redis.call('PUBLISH', ${keyOf(newsChannel, 'host')}, name) end
local function isOpen(host)
  local is = redis.call('HMGET', ${keyOf(hostKey, 'host')}, 'open', 'drained')
  return is[1] == '1' and is[2] ~= '1'
end
local function room(host)
  local is = redis.call('HMGET', ${keyOf(hostKey, 'host')}, 'memory', 'taken')
  return (tonumber(is[1]) or 0) - (tonumber(is[2]) or 0)
end
-- The host with the most memory left, but not the one where the machine has failed if there is another.
local function best(name)
  local avoid = redis.call('HGET', machine(name), 'avoid')
  local hosts = redis.call('ZREVRANGE', '${ROOM}', 0, 1, 'WITHSCORES')
  local at = 1
  if hosts[1] == avoid and hosts[3] then at = 3 end
  return hosts[at], tonumber(hosts[at + 1] or -1)
end
-- Nothing more is offered to a host until it tells that it lives: one that does not keeps nothing waiting.
local function offer(name)
  local host, left = best(name)
  if not host or left < need(name) then return end
  redis.call('ZREM', '${ROOM}', host)
  tell(host, name)
end
local function wait(name)
  redis.call('ZADD', '${WAITING}', need(name), name)
  offer(name)
end
local function rest(name) redis.call('ZREM', '${WAITING}', name) end
local function occupy(host, name)
  rest(name)
  redis.call('SADD', ${keyOf(hostMachinesKey, 'host')}, name)
  redis.call('HINCRBY', ${keyOf(hostKey, 'host')}, 'taken', need(name))
end
-- A machine that is to move has its room at the other host until it is there, or is to move no more.
local function reserve(host, name)
  redis.call('SADD', ${keyOf(hostComingKey, 'host')}, name)
  redis.call('HINCRBY', ${keyOf(hostKey, 'host')}, 'taken', need(name))
  redis.call('ZADD', '${ROOM}', 'XX', room(host), host)
  redis.call('HSET', machine(name), 'target', host)
end
local function release(name)
  local host = redis.call('HGET', machine(name), 'target') or ''
  if redis.call('SREM', ${keyOf(hostComingKey, 'host')}, name) == 1 then
    redis.call('HINCRBY', ${keyOf(hostKey, 'host')}, 'taken', -need(name))
  end
  redis.call('HSET', machine(name), 'target', '')
end
local function vacate(host, name)
  release(name)
  if redis.call('SREM', ${keyOf(hostMachinesKey, 'host')}, name) == 1 then
    redis.call('HINCRBY', ${keyOf(hostKey, 'host')}, 'taken', -need(name))
  end
end
-- Machines of a tenant, by the name before the slash; 0: it may have one more of so much memory.
local function own(name) return string.match(name, '^([^/]+)/') end
local function refusal(name, memory)
  if not own(name) then return 0 end
  local key = ${keyOf(tenantKey, 'own(name)')}
  local is = redis.call('HMGET', key, 'name', 'machines', 'memory', 'taken')
  if not is[1] then return -1 end
  if is[2] and redis.call('SCARD', ${keyOf(tenantMachinesKey, 'own(name)')}) >= tonumber(is[2]) then return -2 end
  if is[3] and tonumber(is[4] or 0) + memory > tonumber(is[3]) then return -3 end
  return 0
end
local function charge(name, memory, change)
  if not own(name) then return end
  local key = ${keyOf(tenantKey, 'own(name)')}
  redis.call(change, ${keyOf(tenantMachinesKey, 'own(name)')}, name)
  redis.call('HINCRBY', key, 'taken', memory)
end
`;

/** Refuses whoever does not have the machine: ARGV[1] is the host, ARGV[2] its token. */
const OWNED = `
local owner = redis.call('HMGET', KEYS[1], 'owner', 'token')
if owner[1] ~= ARGV[1] or owner[2] ~= ARGV[2] then return 0 end
`;

/**
 * Takes a machine that waits, if the host has the most memory left. ARGV: the host, and names of machines that it does not take. Name and token of the
 * machine; nothing: there is none for it.
 */
export const CLAIM = `${LISTS}
local host, skipped = ARGV[1], {}
for n = 2, #ARGV do skipped[ARGV[n]] = true end
if not isOpen(host) then return false end
local left = room(host)
redis.call('ZADD', '${ROOM}', left, host)
for _, name in ipairs(redis.call('ZRANGEBYSCORE', '${WAITING}', '-inf', left, 'LIMIT', 0, #ARGV + ${MOST_SEEN})) do
  if best(name) ~= host then offer(name) return false end
  if not skipped[name] then
    local offset = redis.call('HGET', machine(name), 'offset')
    redis.call('HSET', machine(name), 'owner', host, 'state', 'starting', 'problem', '', 'said', offset)
    occupy(host, name)
    redis.call('ZADD', '${ROOM}', room(host), host)
    return {name, redis.call('HINCRBY', machine(name), 'token', 1)}
  end
end
return false
`;

/** Removes what a machine has, on no host. */
const REMOVE = `
rest(ARGV[#ARGV])
charge(ARGV[#ARGV], -tonumber(redis.call('HGET', KEYS[1], 'memory')), 'SREM')
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('SREM', '${MACHINES}', ARGV[#ARGV])
redis.call('SREM', '${WITH_PORTS}', ARGV[#ARGV])
`;

/**
 * Frees a machine whose host is lost. ARGV: the host, its beat when it was heard of last, the machine's name. A host that has beaten since then lives.
 */
export const FREE = `${LISTS}
local is = redis.call('HMGET', KEYS[1], 'owner', 'wanted', 'policy')
if is[1] ~= ARGV[1] or (redis.call('HGET', KEYS[3], 'beat') or '0') ~= ARGV[2] then return 0 end
vacate(ARGV[1], ARGV[3])
if is[2] == 'gone' then ${REMOVE} return 1 end
local state, wanted = 'waiting', is[2]
if wanted == 'suspended' then state = 'suspended' elseif is[3] == 'lost' then state, wanted = 'lost', 'suspended' end
redis.call('HSET', KEYS[1], 'owner', '', 'state', state, 'wanted', wanted, 'problem', 'its host ' .. ARGV[1] .. ' was lost')
if state == 'waiting' then wait(ARGV[3]) end
return 1
`;

/**
 * A host lives. One that begins under a name that is drained is drained, as the one before it was. KEYS: its record, the fleet. ARGV: its ID, its memory
 * for machines, 1 if it takes more, the epoch that it knows, if it knows one, the earliest time of the latest beat if nothing was lost, and names and
 * values that it tells besides. The number of the beat, its time, and the lease of the fleet; nothing: that is another fleet, or has lost something.
 */
export const BEAT = `${LISTS}
local fleet = redis.call('HMGET', KEYS[2], 'epoch', 'at', 'lease')
local latest = tonumber(fleet[2]) or 0
if ARGV[4] ~= '' and (fleet[1] ~= ARGV[4] or latest < tonumber(ARGV[5])) then return false end
local time = redis.call('TIME')
local at = string.format('%.0f', math.max(latest, time[1] * 1000 + math.floor(time[2] / 1000)))
if ARGV[4] ~= '' then redis.call('HSET', KEYS[2], 'at', at) end
redis.call('HSET', KEYS[1], 'memory', ARGV[2], 'open', ARGV[3])
if #ARGV > 5 then redis.call('HSET', KEYS[1], unpack(ARGV, 6)) end
if redis.call('HSETNX', KEYS[1], 'drained', 0) == 1 then
  redis.call('HSET', KEYS[1], 'drained', redis.call('SISMEMBER', '${DRAINED}', redis.call('HGET', KEYS[1], 'name') or ''))
end
redis.call('ZADD', '${HOSTS}', 0, ARGV[1])
if isOpen(ARGV[1]) then redis.call('ZADD', '${ROOM}', room(ARGV[1]), ARGV[1])
else redis.call('ZREM', '${ROOM}', ARGV[1]) end
return {redis.call('HINCRBY', KEYS[1], 'beat', 1), at, fleet[3] or ''}
`;

/**
 * Puts a machine's record back, in the place of an older one. ARGV: its host; empty: none. Its name, its memory, how many ports it has, and its fields.
 */
export const RESTORE = `${LISTS}
local host, name = ARGV[1], ARGV[2]
local is = redis.call('HMGET', KEYS[1], 'memory', 'owner')
if is[1] then
  vacate(is[2] or '', name)
  rest(name)
  charge(name, -tonumber(is[1]), 'SREM')
  redis.call('DEL', KEYS[1], KEYS[2])
end
redis.call('HSET', KEYS[1], unpack(ARGV, 5))
charge(name, tonumber(ARGV[3]), 'SADD')
redis.call('SADD', '${MACHINES}', name)
if ARGV[4] ~= '0' then redis.call('SADD', '${WITH_PORTS}', name) end
if host ~= '' then
  -- Others take its machines if it does not live.
  redis.call('ZADD', '${HOSTS}', 0, host)
  occupy(host, name)
elseif redis.call('HGET', KEYS[1], 'state') == 'waiting' then wait(name) end
return 1
`;

/** Forgets a host that has no machines. ARGV: its ID, its beat when it was heard of last; empty: whatever it is. */
export const FORGET = `
if redis.call('EXISTS', ${keyOf(hostMachinesKey, 'ARGV[1]')}) == 1 then return 0 end
if ARGV[2] ~= '' and (redis.call('HGET', KEYS[1], 'beat') or '0') ~= ARGV[2] then return 0 end
redis.call('DEL', KEYS[1], ${keyOf(hostComingKey, 'ARGV[1]')})
redis.call('ZREM', '${HOSTS}', ARGV[1])
redis.call('ZREM', '${ROOM}', ARGV[1])
return 1
`;

/** Hosts that follow one in the order of all, as in a ring, with their beats and leases. ARGV: its ID, how many. */
export const FOLLOWERS = `
local found = redis.call('ZRANGEBYLEX', '${HOSTS}', '(' .. ARGV[1], '+', 'LIMIT', 0, ARGV[2])
for _, id in ipairs(redis.call('ZRANGEBYLEX', '${HOSTS}', '-', '(' .. ARGV[1], 'LIMIT', 0, ARGV[2] - #found)) do
  found[#found + 1] = id
end
local answer = {}
for _, id in ipairs(found) do
  local is = redis.call('HMGET', ${keyOf(hostKey, 'id')}, 'beat', 'lease')
  answer[#answer + 1] = id
  answer[#answer + 1] = is[1] or '0'
  answer[#answer + 1] = is[2] or ''
end
return answer
`;

/**
 * Puts output of a machine into its stream. ARGV[3]: how many bytes it had sent before, ARGV[4]: the bytes, ARGV[5] and ARGV[6]: entries, and bytes of
 * output, that the stream has at most. Output that is there already, as after a connection was lost, is not put there again.
 */
export const SAY = `${OWNED}
local said, at = tonumber(redis.call('HGET', KEYS[1], 'said')), tonumber(ARGV[3])
if at > said then return 0 end
local rest = string.sub(ARGV[4], said - at + 1)
if #rest == 0 then return 1 end
redis.call('XADD', KEYS[2], '*', 'token', ARGV[2], 'at', string.format('%.0f', said), 'bytes', rest)
local kept = tonumber(redis.call('HGET', KEYS[1], 'kept') or 0) + #rest
while kept > tonumber(ARGV[6]) or redis.call('XLEN', KEYS[2]) > tonumber(ARGV[5]) do
  local first = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1]
  if not first then kept = 0 break end
  redis.call('XDEL', KEYS[2], first[1])
  if first[2][5] == 'bytes' then kept = math.max(0, kept - #first[2][6]) end
end
redis.call('HSET', KEYS[1], 'said', string.format('%.0f', said + #rest), 'kept', kept)
return 1
`;

/**
 * Gives a machine another last checkpoint. ARGV[3]: its manifest, ARGV[4]: bytes that it had sent, ARGV[5]: the number of the request that it answers,
 * ARGV[6]: the state of the machine from now on; in all but "running" its host has it no more. ARGV[7]: its name.
 */
export const PUBLISH = `${OWNED}${LISTS}
local now = redis.call('TIME')
redis.call('HSET', KEYS[1], 'manifest', ARGV[3], 'offset', ARGV[4], 'answered', ARGV[5], 'saved', now[1] * 1000 + math.floor(now[2] / 1000))
redis.call('XADD', KEYS[2], '*', 'token', ARGV[2], 'at', ARGV[4], 'checkpoint', ARGV[3])
if ARGV[6] ~= 'running' then
  local state = ARGV[6]
  vacate(ARGV[1], ARGV[7])
  if redis.call('HGET', KEYS[1], 'wanted') == 'gone' then ${REMOVE} return 1 end
  if state == 'suspended' and redis.call('HGET', KEYS[1], 'wanted') == 'running' then state = 'waiting' end
  redis.call('HSET', KEYS[1], 'owner', '', 'state', state)
  if state == 'waiting' then wait(ARGV[7]) end
end
return 1
`;

/** Gives a machine back as it was at its last checkpoint. ARGV[3]: its state, ARGV[4]: why, ARGV[5]: its name. */
export const LEAVE = `${OWNED}${LISTS}
vacate(ARGV[1], ARGV[5])
if redis.call('HGET', KEYS[1], 'wanted') == 'gone' then ${REMOVE} return 1 end
redis.call('HSET', KEYS[1], 'owner', '', 'state', ARGV[3], 'problem', ARGV[4])
if ARGV[4] ~= '' then redis.call('HSET', KEYS[1], 'avoid', ARGV[1]) end
if ARGV[3] == 'waiting' then wait(ARGV[5]) end
return 1
`;

/** Says what a machine is to do. ARGV: that, its name. Nothing: there is no such machine. */
export const WANT = `${LISTS}
local is = redis.call('HMGET', KEYS[1], 'owner', 'state')
if not is[2] then return 0 end
-- Whoever says so decides when it is to go on.
redis.call('HSET', KEYS[1], 'wanted', ARGV[1], 'asleep', 0)
if is[1] ~= '' then tell(is[1], ARGV[2])
elseif ARGV[1] == 'gone' then ${REMOVE}
elseif ARGV[1] == 'running' then
  redis.call('HSET', KEYS[1], 'state', 'waiting', 'problem', '')
  wait(ARGV[2])
elseif is[2] == 'waiting' then
  redis.call('HSET', KEYS[1], 'state', 'suspended')
  rest(ARGV[2])
end
return 1
`;

/** Adds a machine, unless there is one of that name, or its tenant may have no more. ARGV: its fields, its memory, how many ports it has, and its name. */
export const ADD = `${LISTS}
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
local name, ports, memory = table.remove(ARGV), table.remove(ARGV), tonumber(table.remove(ARGV))
local refused = refusal(name, memory)
if refused < 0 then return refused end
redis.call('HSET', KEYS[1], unpack(ARGV))
charge(name, memory, 'SADD')
redis.call('SADD', '${MACHINES}', name)
if ports ~= '0' then redis.call('SADD', '${WITH_PORTS}', name) end
wait(name)
return 1
`;

/** Sends a message to one who looks at a machine's screen. ARGV[3]: the channel, ARGV[4]: the message. 0: nobody hears it. */
export const SHOW = `${OWNED} return math.min(1, redis.call('PUBLISH', ARGV[3], ARGV[4]))`;

/** Whether the host still has it. */
export const HOLDS = `${OWNED} return 1`;

/** A machine is to be suspended as nobody has used it, until somebody does. ARGV[3]: how much it was used, as its host knows. 0: it is used. */
export const REST = `${OWNED}
if (redis.call('HGET', KEYS[1], 'used') or '0') ~= ARGV[3] or redis.call('HGET', KEYS[1], 'wanted') ~= 'running' then return 0 end
redis.call('HSET', KEYS[1], 'wanted', 'suspended', 'asleep', 1, 'problem', '')
return 1
`;

/** Somebody uses a machine. */
export const USE = `
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HINCRBY', KEYS[1], 'used', 1) end
return 1
`;

/** A machine runs that was taken. */
export const BEGIN = `${OWNED} redis.call('HSET', KEYS[1], 'state', 'running') return 1`;

/** Asks for a checkpoint. ARGV: the machine's name. Its number; 0: there is no such machine. */
export const ASK = `${LISTS}
local owner = redis.call('HGET', KEYS[1], 'owner')
if not owner then return 0 end
if owner ~= '' then tell(owner, ARGV[1]) end
return redis.call('HINCRBY', KEYS[1], 'asked', 1)
`;

/** Asks for a move. ARGV: the host that the machine is to go to, its name. Gives why it cannot; empty: it can. */
export const MOVE = `${LISTS}
local is = redis.call('HMGET', KEYS[1], 'owner', 'state', 'target', 'wanted')
if not is[2] then return 'gone' end
if is[2] ~= 'running' then return is[2] end
if is[4] ~= 'running' then return is[4] end
if is[1] == ARGV[1] then return 'there' end
if is[3] and is[3] ~= '' and is[3] ~= ARGV[1] then return 'moving' end
if is[3] ~= ARGV[1] then
  if not isOpen(ARGV[1]) then return 'closed' end
  if room(ARGV[1]) < need(ARGV[2]) then return 'full' end
  reserve(ARGV[1], ARGV[2])
end
redis.call('HSET', KEYS[1], 'problem', '')
redis.call('HDEL', KEYS[1], 'moved')
tell(is[1], ARGV[2])
return ''
`;

/**
 * A machine does not move to a host, which may not go on with it from now on. ARGV[3]: the host, ARGV[4]: the machine's name, ARGV[5]: why; empty: nobody
 * need know. It may be to move to another one by now. 0: its host has it no more: it has moved, or was taken.
 */
export const RECALL = `${OWNED}${LISTS}
local target = redis.call('HGET', KEYS[1], 'target') or ''
if target ~= '' and target ~= ARGV[3] then return 1 end
release(ARGV[4])
if ARGV[5] ~= '' then redis.call('HSET', KEYS[1], 'problem', ARGV[5]) end
return 1
`;

/**
 * A host goes on with a machine that has come from another one. ARGV: the host that it was on, its token there, the host that it is on now, its name. The new
 * token, also when it is asked for again; 0: it is not to go on there.
 */
export const ACCEPT = `${LISTS}
local is = redis.call('HMGET', KEYS[1], 'owner', 'token', 'target', 'said')
local token = tonumber(ARGV[2]) + 1
if is[1] == ARGV[3] and is[2] == tostring(token) then return token end
if is[1] ~= ARGV[1] or is[2] ~= ARGV[2] or is[3] ~= ARGV[3] then return 0 end
redis.call('HSET', KEYS[1], 'owner', ARGV[3], 'token', token, 'state', 'running', 'problem', '')
vacate(ARGV[1], ARGV[4])
occupy(ARGV[3], ARGV[4])
redis.call('HINCRBY', KEYS[1], 'moves', 1)
redis.call('XADD', KEYS[2], '*', 'token', token, 'at', is[4], 'moved', ARGV[3])
return token
`;

/** Keeps how a machine has moved. ARGV: its token after that, the figures. */
export const MOVED = `
if redis.call('HGET', KEYS[1], 'token') == ARGV[1] then redis.call('HSET', KEYS[1], 'moved', ARGV[2]) end
return 1
`;

/** Sends input to a machine, with a number by which its hosts know what it has had. KEYS[2]: the channel, ARGV: bytes. How many hosts have heard it. */
export const TYPE = `
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
return redis.call('PUBLISH', KEYS[2], redis.call('HINCRBY', KEYS[1], 'typed', 1) .. ':' .. ARGV[1])
`;

/** Has a gateway keep a machine's network, or take one that nobody keeps. KEYS: its key, ARGV: the gateway, milliseconds. */
export const KEEP_NETWORK = `
local keeper = redis.call('GET', KEYS[1])
if keeper and keeper ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`;

/** A gateway keeps a machine's network no more. KEYS: its key, ARGV: the gateway. */
export const LEAVE_NETWORK = `
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
`;

/** A gateway tells of a machine's ports. ARGV: what. */
export const TELL_PORTS = `
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HSET', KEYS[1], 'ports', ARGV[1]) end
return 1
`;

/**
 * A host is to be emptied, or takes machines again, and so are those that begin later under its name. KEYS: its record, ARGV: 1 or 0, its ID, or, for 0,
 * a name that is drained. 0: there is no such host.
 */
export const DRAIN = `${LISTS}
local change = ARGV[1] == '1' and 'SADD' or 'SREM'
if redis.call('EXISTS', KEYS[1]) == 0 then
  if ARGV[1] == '1' then return 0 end
  return redis.call('SREM', '${DRAINED}', ARGV[2])
end
local name = redis.call('HGET', KEYS[1], 'name')
if name then redis.call(change, '${DRAINED}', name) end
redis.call('HSET', KEYS[1], 'drained', ARGV[1])
if isOpen(ARGV[2]) then redis.call('ZADD', '${ROOM}', room(ARGV[2]), ARGV[2])
else redis.call('ZREM', '${ROOM}', ARGV[2]) end
return 1
`;
