-- What wrk sends for `bench store`: each request is a decision that nobody has made yet, of one person about one item.
--     wrk ... -s store.lua ADDRESS -- ITEMS PEOPLE BODY
-- BODY is the JSON of a decision, with the words CLIENT and ITEM where its own ids stand.

local threads = {}

function setup(thread)
  thread:set("number", #threads)
  table.insert(threads, thread)
end

function init(args)
  items, people, body = tonumber(args[1]), tonumber(args[2]), args[3]
  sent = 0
end

function request()
  -- Every person has one item after the other; threads have items of their own, two here at most.
  local person, item = sent % people, 2 * math.floor(sent / people) + number
  sent = sent + 1
  local client = string.format("bench-%d-%d", number, sent)
  local headers = { ["Content-Type"] = "application/json", ["X-Bench-User"] = "person" .. person }
  local filled = body:gsub("CLIENT", client):gsub("ITEM", "item" .. item % items)
  return wrk.format("POST", nil, headers, filled)
end

function done(summary, latency, requests)
  local failed = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "refused": %d, "broken": %d, "seconds": %.6f, "p50_s": %.6f, "p99_s": %.6f}\n',
    summary.requests, failed.status, failed.connect + failed.read + failed.write + failed.timeout,
    summary.duration / 1e6, latency:percentile(50) / 1e6, latency:percentile(99) / 1e6
  ))
end
