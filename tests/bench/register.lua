-- Registers another person with every request, from an address of their own behind a proxy of ours: `run` makes this
-- run's people unlike those of any other, `kind` is the bodies' content type, and of the bodies, in which "{n}" stands
-- for who it is, each gets its turn.
local count, run, bodies = 0, "x", {}

function init(args)
  run = args[1]
  wrk.method = "POST"
  wrk.headers["Content-Type"] = args[2]
  for number = 3, #args do
    bodies[number - 2] = args[number]
  end
end

function request()
  count = count + 1
  local who = run .. "-" .. count
  local body = bodies[count % #bodies + 1]:gsub("{n}", who)
  local high, middle = math.floor(count / 65536) % 256, math.floor(count / 256) % 256
  wrk.headers["X-Forwarded-For"] = string.format("10.%d.%d.%d", high, middle, count % 256)
  return wrk.format(nil, nil, nil, body)
end
