/**
 * Takes connections in and out, and tells the nodes of those that are one too many, in one step for each person: of
 * any number that come at once, on any nodes, just the youngest stay.
 *
 * KEYS: of each connection the sorted set of its person. ARGV: how many a person may have; milliseconds a set is kept;
 * what the keys of nodes that are there begin with; what their channels begin with; then of each connection its name
 * (that of its node, a blank, and the id of its socket) and its age in milliseconds, below nothing if it left.
 *
 * Nodes that are gone are looked for only where there are too many: what they have left costs nobody else.
 */
export const SEATS_SCRIPT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local most, keep, nodes, channels = tonumber(ARGV[1]), ARGV[2], ARGV[3], ARGV[4]

local function over(key)
  return redis.call('ZCARD', key) - most
end

local function forget_the_gone(key)
  for _, seat in ipairs(redis.call('ZRANGE', key, 0, -1)) do
    local node = string.match(seat, '^(%S+) ')
    if node == nil or redis.call('EXISTS', nodes .. node) == 0 then redis.call('ZREM', key, seat) end
  end
end

local function evict(key, count)
  local oldest = redis.call('ZPOPMIN', key, count)
  for at = 1, #oldest, 2 do
    local node, socket = string.match(oldest[at], '^(%x[%x-]+)%S* (.+)$')
    if node then redis.call('PUBLISH', channels .. node, socket) end
  end
end

for at, key in ipairs(KEYS) do
  local seat, age = ARGV[3 + 2 * at], tonumber(ARGV[4 + 2 * at])
  if age < 0 then
    redis.call('ZREM', key, seat)
  else
    redis.call('ZADD', key, 'NX', now - age, seat)
    redis.call('PEXPIRE', key, keep)
    if over(key) > 0 then forget_the_gone(key) end
    if over(key) > 0 then evict(key, over(key)) end
  end
end
`;
