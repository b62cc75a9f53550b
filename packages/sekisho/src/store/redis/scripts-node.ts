/**
 * The scripts, one per verb. Each touches keys of one hash slot, takes the time from the server that runs it, and judges
 * and writes in one step that nobody can see half done. Commands that Redis 5 lacks are avoided.
 *
 * A record is `SKR1`, four little-endian doubles (version, creation, idle and absolute deadline), two unsigned 32-bit
 * lengths, and then the fields as JSON and the payload. The scripts read and patch the first 44 bytes and never look at
 * what follows, except for a write id when a version does not match.
 *
 * @module
 */
import { createHash } from 'node:crypto'

/** A script and the name under which the server keeps it. */
export interface Script {
  /** The source. */
  readonly text: string
  /** SHA-1 of the source, hexadecimal. */
  readonly sha: string
}

const clock = `
local function clock()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end`

/** A value of another type under the key is as good as none; any other failure is one. */
const bytesOf = `
local function bytes(command, ...)
  local value = redis.pcall(command, ...)
  if type(value) ~= 'table' then return value end
  if string.find(value.err, 'WRONGTYPE', 1, true) then return '' end
  error(value.err)
end`

const record = `${clock}${bytesOf}
local function live(key, now)
  local head = bytes('GETRANGE', key, 0, 43)
  if #head < 44 or string.sub(head, 1, 4) ~= 'SKR1' then return nil end
  local version, created, idle, absolute, fields, payload = struct.unpack('<ddddI4I4', head, 5)
  if redis.call('STRLEN', key) ~= 44 + fields + payload then return nil end
  if not (now < idle and now < absolute) then return nil end
  return { version = version, created = created, idle = idle, absolute = absolute, fields = fields }
end
local function expire(key, record, grace)
  redis.call('PEXPIREAT', key, string.format('%.0f', math.ceil(math.min(record.idle, record.absolute) + grace)))
end
local function put(key, record, now, grace, fields, body)
  local stamp = struct.pack('<ddddI4I4', record.version, record.created, record.idle, record.absolute, fields, #body - fields)
  local left = math.ceil(math.min(record.idle, record.absolute) + grace - now)
  redis.call('SET', key, 'SKR1' .. stamp .. body, 'PX', string.format('%.0f', left))
end
local function knows(key, record, mark)
  return string.find(redis.call('GETRANGE', key, 44, 43 + record.fields), mark, 1, true) ~= nil
end
`

/**
 * How many replicas are connected, for a writer that may wait for them; -1 where the server does not say. They are counted
 * for `count`; any other word gives 0, and none at all the plain answer.
 */
const replicas = `
local function replicas()
  local info = redis.pcall('INFO', 'replication')
  if type(info) == 'table' then return -1 end
  return select(2, string.gsub(info, 'state=online', ''))
end
local function counted(answer, count)
  if not count then return answer end
  return { answer, count == 'count' and replicas() or 0 }
end
`

/**
 * The server's clock as a double, and after it the value as it is, dead or alive; nothing of one of another type. It is one
 * string, which clients read faster than a list.
 */
export const readScript: Script = script(`
local value = redis.pcall('GET', KEYS[1])
if type(value) == 'table' then
  if string.find(value.err, 'WRONGTYPE', 1, true) then return '' end
  return value
end
if not value then return nil end
local time = redis.call('TIME')
return struct.pack('<d', time[1] * 1000 + math.floor(time[2] / 1000)) .. value`)

/**
 * ARGV: the words idleMs, absoluteMs, grace, octets of the fields, and the mark of the write id or nothing; the body; and
 * for a login `count` or ''.
 */
export const createScript: Script = script(`${record}${replicas}
local idle, absolute, grace, fields, mark = string.match(ARGV[1], '^(%S+) (%S+) (%S+) (%S+) (.*)$')
local now = clock()
local there = live(KEYS[1], now)
if there then
  return counted(mark ~= '' and knows(KEYS[1], there, mark) and 'created' or 'exists', ARGV[3])
end
put(KEYS[1], { version = 1, created = now, idle = now + idle, absolute = now + absolute }, now, grace, fields, ARGV[2])
return counted('created', ARGV[3])`)

/**
 * ARGV: the words version, idleMs, absoluteMs or nothing, grace, octets of the fields, and the mark of the write id; the
 * body; and for a login `count` or ''. They are few, because clients work for each argument, and most requests that write
 * come here.
 */
export const replaceScript: Script = script(`${record}${replicas}
local version, idle, absolute, grace, fields, mark = string.match(ARGV[1], '^(%S+) (%S+) (%S*) (%S+) (%S+) (.*)$')
local now = clock()
local there = live(KEYS[1], now)
if not there then return counted('gone', ARGV[3]) end
if there.version ~= tonumber(version) then
  return counted(knows(KEYS[1], there, mark) and 'replaced' or 'conflict', ARGV[3])
end
there.version = there.version + 1
there.idle = math.max(there.idle, now + idle)
if absolute ~= '' then there.absolute = now + absolute end
put(KEYS[1], there, now, grace, fields, ARGV[2])
return counted('replaced', ARGV[3])`)

/**
 * The second pass of a `create` or `replace` whose replication is waited for. ARGV: the version that it wrote, the mark
 * of its write id, grace. What the pass writes is the expiry, as it was: WAIT then covers everything before it, the record
 * included. It brings back nothing that is no longer there, because somebody may have ended the session between the two.
 * An earlier version, or the same one of another writer, is what a failover has made of it; to a later one others have gone
 * on.
 */
export const keepScript: Script = script(`${record}
local there = live(KEYS[1], clock())
if not there then return 'gone' end
expire(KEYS[1], there, ARGV[3])
local ahead = there.version - ARGV[1]
return (ahead > 0 or ahead == 0 and knows(KEYS[1], there, ARGV[2])) and 'kept' or 'other'`)

/** ARGV: idleMs, absoluteMs or nothing, grace. Patches sixteen bytes: no payload is read, copied or sent to replicas. */
export const touchScript: Script = script(`${record}
local now = clock()
local there = live(KEYS[1], now)
if not there then return 'gone' end
there.idle = math.max(there.idle, now + ARGV[1])
if ARGV[2] ~= '' then there.absolute = math.max(there.absolute, now + ARGV[2]) end
redis.call('SETRANGE', KEYS[1], 20, struct.pack('<dd', there.idle, there.absolute))
expire(KEYS[1], there, ARGV[3])
return 'touched'`)

/**
 * ARGV: version or nothing; `count` to be told how many replicas there are, `again` for the pass whose replication is
 * waited for: it writes even when there is nothing to delete, because WAIT looks at the connection's own writes only. (At
 * `maxmemory` that is refused; the first pass was a write of the same connection, and does as well.)
 */
export const deleteScript: Script = script(`${record}${replicas}
local there = live(KEYS[1], clock())
local conflicts = there and ARGV[1] ~= '' and there.version ~= tonumber(ARGV[1])
if there and not conflicts then redis.call('DEL', KEYS[1]) end
if ARGV[2] == 'again' and not conflicts then
  redis.pcall('SET', KEYS[1], '')
  redis.call('DEL', KEYS[1])
end
return counted(conflicts and 'conflict' or there and 'deleted' or 'gone', ARGV[2])`)

/** ARGV: version, createdAt, idle and absolute deadline, grace, octets of the fields, the body. */
export const restoreScript: Script = script(`${record}
local now = clock()
local given = {
  version = tonumber(ARGV[1]), created = tonumber(ARGV[2]), idle = tonumber(ARGV[3]), absolute = tonumber(ARGV[4])
}
local there = live(KEYS[1], now)
if there and there.version >= given.version then return 'kept' end
if not (now < given.idle and now < given.absolute) then return 'kept' end
put(KEYS[1], given, now, ARGV[5], ARGV[6], ARGV[7])
return 'restored'`)

/** ARGV: address, expiresInMs, grace, `count` or ''. The key lives as long as its last entry. */
export const addScript: Script = script(`${clock}${replicas}
local now = clock()
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now - ARGV[3]))
redis.call('ZADD', KEYS[1], string.format('%.0f', math.ceil(now + ARGV[2])), ARGV[1])
local last = redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')
redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', last[2] + ARGV[3]))
return counted('added', ARGV[4])`)

/** ARGV: address. */
export const removeScript: Script = script(`return redis.call('ZREM', KEYS[1], ARGV[1])`)

/** ARGV: grace. */
export const listScript: Script = script(`${clock}
return redis.call('ZRANGEBYSCORE', KEYS[1], string.format('(%.0f', clock() - ARGV[1]), '+inf')`)

/** The epoch as text. A script, and no plain GET, because clients may send reads to a replica that lags behind. */
export const epochScript: Script = script(`return redis.call('GET', KEYS[1]) or '0'`)

/** ARGV: `count` or ''. */
export const raiseScript: Script = script(`${replicas}
return counted(tostring(redis.call('INCR', KEYS[1])), ARGV[1])`)

/** ARGV: the epoch that it must at least have; always a write, see {@link deleteScript}. */
export const raiseToScript: Script = script(`
local epoch = redis.call('GET', KEYS[1]) or '0'
if tonumber(epoch) < tonumber(ARGV[1]) then epoch = ARGV[1] end
redis.call('SET', KEYS[1], epoch)
return epoch`)

/** ARGV: owner, leaseMs. */
export const acquireScript: Script = script(`
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`)

/** ARGV: owner, leaseMs. */
export const renewScript: Script = script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`)

/** ARGV: owner. */
export const releaseScript: Script = script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`)

function script(source: string): Script {
  const text = source.trim()
  return { text, sha: createHash('sha1').update(text).digest('hex') }
}
