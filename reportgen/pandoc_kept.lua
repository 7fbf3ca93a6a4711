-- The loop of a kept pandoc: three frames in (what is asked, the page layout, the document), two out (warnings, the text).
local layouts = {}
local function frame()
  local line = io.read('l')
  return line and (io.read(tonumber(line)) or '')
end
io.stdout:setvbuf('full')
for line in frame do
  local asked = pandoc.json.decode(line, false)
  local layout, source = frame(), frame()
  local ok, said, text = pcall(pandoc.log.silence, function()
    local options = {wrap_text = 'none'}
    for name, value in pairs(asked.options) do options[name] = value end
    if asked.layout then
      layouts[layout] = layouts[layout] or pandoc.template.compile(layout)
      options.template = layouts[layout]
    end
    return pandoc.write(pandoc.read(source, 'json'), asked.to, pandoc.WriterOptions(options))
  end)
  local warnings = {}
  if ok then
    for _, message in ipairs(said) do
      if message.verbosity ~= 'INFO' then warnings[#warnings + 1] = message.pretty end
    end
  else
    warnings[1] = tostring(said)
    text = ''
  end
  local told = table.concat(warnings, '\n')
  io.write(#told, '\n', told, #text, '\n', text)
  io.stdout:flush()
end
