-- Queens on a chess board, and strings and tables made of the solutions.
local size = 7
local solutions = {}

local function safe(board, row, column)
  for above = 1, row - 1 do
    local other = board[above]
    if other == column or other - above == column - row or other + above == column + row then return false end
  end
  return true
end

local function place(board, row)
  if row > size then
    solutions[#solutions + 1] = table.concat(board, " ")
    return
  end
  for column = 1, size do
    if safe(board, row, column) then
      board[row] = column
      place(board, row + 1)
      board[row] = nil
    end
  end
end

place({}, 1)
table.sort(solutions, function(a, b) return a:reverse() < b:reverse() end)
local counts = {}
for digit in table.concat(solutions, "\n"):gmatch("%d") do counts[digit] = (counts[digit] or 0) + 1 end
print(#solutions, counts["1"], solutions[1], solutions[#solutions])
local sum = 0.0
for n = 1, 20000 do sum = sum + 1.0 / (n * n) end
print(string.format("%.12f", sum))
