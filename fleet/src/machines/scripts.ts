/**
 * What is done in Redis as a whole. KEYS[1] is a machine's record, KEYS[2] its output. A host that has a machine says its own ID and the token by
 * which it took it, and is refused where the record has others: another host may have it by now.
 */

/** Refuses whoever does not have the machine: ARGV[1] is the host, ARGV[2] its token. */
const OWNED = `
local owner = redis.call('HMGET', KEYS[1], 'owner', 'token')
if owner[1] ~= ARGV[1] or owner[2] ~= ARGV[2] then return 0 end
`;

/** Takes a machine that waits. ARGV: the host. Its token; 0: it does not wait any more. */
export const TAKE = `
local is = redis.call('HMGET', KEYS[1], 'owner', 'state', 'wanted', 'offset')
if is[1] ~= '' or is[2] ~= 'waiting' or is[3] ~= 'running' then return 0 end
redis.call('HSET', KEYS[1], 'owner', ARGV[1], 'state', 'starting', 'problem', '', 'said', is[4], 'target', '')
return redis.call('HINCRBY', KEYS[1], 'token', 1)
`;

/** Removes what a machine has. */
const REMOVE = `
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('SREM', 'rawiron:machines', ARGV[#ARGV])
`;

/**
 * Frees a machine whose host is lost. ARGV: the host, its beat when it was heard of last, the machine's name. A host that has beaten since then lives.
 */
export const FREE = `
local is = redis.call('HMGET', KEYS[1], 'owner', 'wanted', 'policy')
if is[1] ~= ARGV[1] or (redis.call('HGET', KEYS[3], 'beat') or '0') ~= ARGV[2] then return 0 end
if is[2] == 'gone' then ${REMOVE} return 1 end
local state, wanted = 'waiting', is[2]
if wanted == 'suspended' then state = 'suspended' elseif is[3] == 'lost' then state, wanted = 'lost', 'suspended' end
redis.call('HSET', KEYS[1], 'owner', '', 'state', state, 'wanted', wanted, 'problem', 'its host ' .. ARGV[1] .. ' was lost', 'target', '')
return 1
`;

/** A host lives. ARGV: what it tells, as names and values; KEYS: its record. The beat's number. */
export const BEAT = `
redis.call('HSET', KEYS[1], unpack(ARGV))
redis.call('SADD', 'rawiron:hosts', string.sub(KEYS[1], #'rawiron:host:' + 1))
return redis.call('HINCRBY', KEYS[1], 'beat', 1)
`;

/**
 * Puts output of a machine into its stream. ARGV[3]: how many bytes it had sent before, ARGV[4]: the bytes, ARGV[5]: entries that the stream has at
 * most. What is there already, as after a connection was lost, is not put there again.
 */
export const SAY = `${OWNED}
local said, at = tonumber(redis.call('HGET', KEYS[1], 'said')), tonumber(ARGV[3])
if at > said then return 0 end
local rest = string.sub(ARGV[4], said - at + 1)
if #rest == 0 then return 1 end
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[5], '*', 'token', ARGV[2], 'at', string.format('%.0f', said), 'bytes', rest)
redis.call('HSET', KEYS[1], 'said', string.format('%.0f', said + #rest))
return 1
`;

/**
 * Gives a machine another last checkpoint. ARGV[3]: its manifest, ARGV[4]: bytes that it had sent, ARGV[5]: the number of the request that it answers,
 * ARGV[6]: the state of the machine from now on; in all but "running" its host has it no more. ARGV[7]: its name.
 */
export const PUBLISH = `${OWNED}
local now = redis.call('TIME')
redis.call('HSET', KEYS[1], 'manifest', ARGV[3], 'offset', ARGV[4], 'answered', ARGV[5], 'taken', now[1] * 1000 + math.floor(now[2] / 1000))
redis.call('XADD', KEYS[2], '*', 'token', ARGV[2], 'at', ARGV[4], 'checkpoint', ARGV[3])
if ARGV[6] ~= 'running' then
  local state = ARGV[6]
  if redis.call('HGET', KEYS[1], 'wanted') == 'gone' then ${REMOVE} return 1 end
  if state == 'suspended' and redis.call('HGET', KEYS[1], 'wanted') == 'running' then state = 'waiting' end
  redis.call('HSET', KEYS[1], 'owner', '', 'state', state, 'target', '')
end
return 1
`;

/** Gives a machine back as it was at its last checkpoint. ARGV[3]: its state, ARGV[4]: why, ARGV[5]: its name. */
export const LEAVE = `${OWNED}
if redis.call('HGET', KEYS[1], 'wanted') == 'gone' then ${REMOVE} return 1 end
redis.call('HSET', KEYS[1], 'owner', '', 'state', ARGV[3], 'problem', ARGV[4], 'target', '')
return 1
`;

/** Says what a machine is to do. ARGV: that, its name. Nothing: there is no such machine. */
export const WANT = `
local is = redis.call('HMGET', KEYS[1], 'owner', 'state')
if not is[2] then return 0 end
redis.call('HSET', KEYS[1], 'wanted', ARGV[1])
if is[1] ~= '' then return 1 end
if ARGV[1] == 'gone' then ${REMOVE}
elseif ARGV[1] == 'running' then redis.call('HSET', KEYS[1], 'state', 'waiting', 'problem', '')
elseif is[2] == 'waiting' then redis.call('HSET', KEYS[1], 'state', 'suspended') end
return 1
`;

/** Adds a machine, unless there is one of that name. ARGV: its fields, and its name. */
export const ADD = `
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
local name = table.remove(ARGV)
redis.call('HSET', KEYS[1], unpack(ARGV))
redis.call('SADD', 'rawiron:machines', name)
return 1
`;

/** Whether the host still has it. */
export const HOLDS = `${OWNED} return 1`;

/** A machine is to be suspended as nobody has used it. ARGV[3]: the problem that says so. */
export const REST = `${OWNED} redis.call('HSET', KEYS[1], 'wanted', 'suspended', 'problem', ARGV[3]) return 1`;

/** Somebody uses a machine. */
export const USE = `
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HINCRBY', KEYS[1], 'used', 1) end
return 1
`;

/** A machine runs that was taken. */
export const BEGIN = `${OWNED} redis.call('HSET', KEYS[1], 'state', 'running') return 1`;

/** Asks for a checkpoint. Its number; 0: there is no such machine. */
export const ASK = `
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
return redis.call('HINCRBY', KEYS[1], 'asked', 1)
`;

/** A machine is to move. ARGV: the host that it is to go to. What is wrong with that; empty: nothing. */
export const MOVE = `
local is = redis.call('HMGET', KEYS[1], 'owner', 'state', 'target')
if not is[2] then return 'gone' end
if is[2] ~= 'running' then return is[2] end
if is[1] == ARGV[1] then return 'there' end
if is[3] and is[3] ~= '' and is[3] ~= ARGV[1] then return 'moving' end
redis.call('HSET', KEYS[1], 'target', ARGV[1], 'problem', '')
redis.call('HDEL', KEYS[1], 'moved')
return ''
`;

/**
 * A machine does not move, and nobody else may go on with it from now on. ARGV[3]: why; empty: nobody need know. 0: its host has it no more: it has moved, or was taken.
 */
export const RECALL = `${OWNED}
redis.call('HSET', KEYS[1], 'target', '')
if ARGV[3] ~= '' then redis.call('HSET', KEYS[1], 'problem', ARGV[3]) end
return 1
`;

/**
 * A host goes on with a machine that has come from another one. ARGV: the host that it was on, its token there, the host that it is on now. The new
 * token, also when it is asked for again; 0: it is not to go on there.
 */
export const ACCEPT = `
local is = redis.call('HMGET', KEYS[1], 'owner', 'token', 'target', 'said')
local token = tonumber(ARGV[2]) + 1
if is[1] == ARGV[3] and is[2] == tostring(token) then return token end
if is[1] ~= ARGV[1] or is[2] ~= ARGV[2] or is[3] ~= ARGV[3] then return 0 end
redis.call('HSET', KEYS[1], 'owner', ARGV[3], 'token', token, 'target', '', 'problem', '', 'state', 'running')
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

/** A host is to be emptied, or takes machines again. KEYS: its record, ARGV: 1 or 0. 0: there is no such host. */
export const DRAIN = `
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], 'drained', ARGV[1])
return 1
`;
